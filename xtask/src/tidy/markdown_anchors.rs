//! The targets of `#fragments` in links to Markdown files.

use std::collections::BTreeMap;

use super::markdown_links::prose_lines;

/// The anchors of all headings that begin with `#`, as GitHub and mdBook name them. A repeated heading gets a number.
pub(super) fn anchors(content: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let headings = prose_lines(content).filter_map(|(_, line)| heading(line));
    let number = |slug: String| {
        let count = seen.entry(slug.clone()).or_default();
        *count += 1;
        if *count == 1 { slug } else { format!("{slug}-{}", *count - 1) }
    };
    headings.map(slug).map(number).collect()
}

/// The text of a heading (`CommonMark` 0.31, 4.2).
fn heading(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    let text = rest.strip_prefix(' ').filter(|_| (1..=6).contains(&level))?.trim();
    Some(text.trim_end_matches('#').trim_end())
}

/// Letters and digits of every script in lower case, `_` and `-` unchanged, and a hyphen for each space.
fn slug(heading: &str) -> String {
    let keep = |character: char| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ => character.is_alphanumeric().then_some(character),
    };
    without_link_targets(heading).to_lowercase().chars().filter_map(keep).collect()
}

/// The visible text: `text` of `[text](target)`.
fn without_link_targets(heading: &str) -> String {
    let mut pieces = heading.split("](");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once(')').map_or(piece, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_the_heading_in_lower_case_without_punctuation() {
        let content = "# Two commands\n\n## One request: `POST /api/v1/auth/login`\n### `BACKEND_PORT`\n\
                       ## The tree, and more - or less\n###### See [the API](api.md#errors) #\n";
        let expected = [
            "two-commands",
            "one-request-post-apiv1authlogin",
            "backend_port",
            "the-tree-and-more---or-less",
            "see-the-api",
        ];
        assert_eq!(anchors(content), expected);
    }

    #[test]
    fn chinese_letters_stay_and_chinese_punctuation_goes() {
        assert_eq!(
            anchors("## 配置：从哪里来？\n## 错误（HTTP）与 `error_code`\n"),
            ["配置从哪里来", "错误http与-error_code"]
        );
    }

    #[test]
    fn a_heading_that_comes_again_gets_a_number() {
        assert_eq!(anchors("# A\n## a\n## A!\n"), ["a", "a-1", "a-2"]);
    }

    #[test]
    fn what_only_looks_like_a_heading_has_no_anchor() {
        let content = "#hashtag\n####### seven\n    # code\n```sh\n# comment\n```\ntext # no\n";
        assert_eq!(anchors(content), Vec::<String>::new());
    }
}
