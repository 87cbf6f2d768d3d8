//! The paragraphs of a text, for the page around them.

use serde::Serialize;

/// A stretch of a line.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TextSpan<'a> {
    text: &'a str,
    is_link: bool,
}

/// Paragraphs of lines of pieces. The link is a piece of its own wherever it stands.
pub(crate) fn paragraphs<'a>(text: &'a str, link: Option<&'a str>) -> Vec<Vec<Vec<TextSpan<'a>>>> {
    // Whatever else a link may be, such as javascript:, is text.
    let link = link.filter(|link| link.starts_with("https://") || link.starts_with("http://"));
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| lines.iter().map(|line| pieces(line, link)).collect()).collect()
}

fn pieces<'a>(text: &'a str, link: Option<&'a str>) -> Vec<TextSpan<'a>> {
    let plain = |text| TextSpan { text, is_link: false };
    let Some(link) = link else { return vec![plain(text)] };
    let mut pieces = Vec::new();
    for (number, between) in text.split(link).enumerate() {
        if number > 0 {
            pieces.push(TextSpan { text: link, is_link: true });
        }
        if !between.is_empty() {
            pieces.push(plain(between));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> TextSpan<'_> {
        TextSpan { text, is_link: false }
    }

    #[test]
    fn blank_lines_part_paragraphs_and_the_link_is_a_piece() {
        let link = "https://a.example/#token=b";
        let mail = "Hello,\n\nfollow https://a.example/#token=b now\nor not\n\n\nhttps://a.example/#token=b\n";
        let piece = || TextSpan { text: link, is_link: true };
        let expected = vec![
            vec![vec![text("Hello,")]],
            vec![vec![text("follow "), piece(), text(" now")], vec![text("or not")]],
            vec![vec![piece()]],
        ];
        assert_eq!(paragraphs(mail, Some(link)), expected);
    }

    #[test]
    fn only_a_web_address_is_a_link() {
        for link in ["javascript:alert(1)", "", "data:text/html,x"] {
            assert_eq!(paragraphs("javascript:alert(1)", Some(link)), vec![vec![vec![text("javascript:alert(1)")]]]);
        }
    }
}
