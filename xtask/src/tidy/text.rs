//! Rules for every text file.

use super::Violation;

pub(super) fn violations(content: &str) -> Vec<Violation> {
    let lines = content.split('\n').zip(1..);
    lines.filter_map(|(line, number)| line_fault(line).map(|rule| Violation::new(number, rule))).collect()
}

fn line_fault(line: &str) -> Option<&'static str> {
    if line.ends_with('\r') {
        Some("the line ends in CRLF")
    } else if line.ends_with([' ', '\t']) {
        Some("trailing white space")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_text_passes() {
        assert_eq!(violations("one\n\n  two\n"), []);
    }

    #[test]
    fn trailing_blanks_and_tabs_are_found() {
        let rule = "trailing white space";
        assert_eq!(violations("one \ntwo\n\t"), [Violation::new(1, rule), Violation::new(3, rule)]);
    }

    #[test]
    fn windows_line_ends_are_found() {
        assert_eq!(violations("one\r\ntwo\n"), [Violation::new(1, "the line ends in CRLF")]);
    }
}
