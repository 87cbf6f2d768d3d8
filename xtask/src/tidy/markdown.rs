//! Relative links of Markdown files lead to files that exist, and to headings that exist there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Violation;
use crate::matching;

/// `[text](target "title")` and `![image](target)`, or `[label]: target`.
const TARGETS: [&str; 2] = [r"\]\(([^)\s]+)[^)]*\)", r"(?m)^\[[^\]\n]*\]: (\S+)"];

/// The text of a heading (`CommonMark` 0.31, 4.2).
const HEADING: &str = r"(?m)^#{1,6} +(.*?)[ \t]*#*[ \t]*$";

pub(super) fn violations(root: &Path, file: &str, content: &str) -> Vec<Violation> {
    let directory = root.join(file).with_file_name("");
    let fault = |path: &str, fragment: Option<&str>| {
        let target = path.strip_prefix('/').map_or_else(|| directory.join(path), |from_root| root.join(from_root));
        if !target.exists() {
            return Some(format!("the link to {path} leads nowhere"));
        }
        let (fragment, is_itself) = (fragment?, path.is_empty());
        // Fragments of other files, such as lines of code, are their viewer's business.
        let is_markdown = is_itself || target.extension().is_some_and(|extension| extension == "md");
        let text = if is_itself { content.to_owned() } else { fs::read_to_string(target).ok()? };
        let is_there = !is_markdown || anchors(&text).iter().any(|anchor| anchor == fragment);
        (!is_there).then(|| format!("the link to {path}#{fragment} leads to no heading"))
    };
    let links = links(content).into_iter();
    links.filter_map(|(line, path, fragment)| Some((line, fault(&path, fragment.as_deref())?))).collect()
}

/// What is left of the lines outside blocks of code, with the others empty. Patterns are slow in what they need not look at.
fn prose(content: &str, what_is_left: impl Fn(&str) -> Option<String>) -> String {
    let mut in_code_block = false;
    let line = |line: &str| {
        let is_fence = ["```", "~~~"].iter().any(|fence| line.trim_start().starts_with(fence));
        in_code_block ^= is_fence;
        let left = if in_code_block || is_fence { None } else { what_is_left(line) };
        left.unwrap_or_default() + "\n"
    };
    content.lines().map(line).collect()
}

/// All links inside the repository with their lines, counted from 1: the path as written, which is empty for the file
/// that the link stands in, and the fragment.
fn links(content: &str) -> Vec<(usize, String, Option<String>)> {
    // Every second piece between back-ticks is code.
    let without_code = |line: &str| line.split('`').step_by(2).collect();
    let prose = prose(content, |line| (line.contains("](") || line.starts_with('[')).then(|| without_code(line)));
    let mut targets: Vec<(usize, &str)> = TARGETS.iter().flat_map(|it| matching::find_lines(it, &prose)).collect();
    targets.sort_by_key(|(line, _)| *line);
    let relative = |(line, target): (usize, &str)| {
        let (path, fragment) = target.split_once('#').map_or((target, None), |(path, fragment)| (path, Some(fragment)));
        let has_scheme = path.split('/').next().is_some_and(|first| first.contains(':'));
        (!has_scheme).then(|| (line, path.to_owned(), fragment.map(str::to_owned)))
    };
    targets.into_iter().filter_map(relative).collect()
}

/// The anchors of all headings that begin with `#`, as GitHub and mdBook name them: a heading that comes again gets a
/// number.
fn anchors(content: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let number = |heading: &str| {
        let slug = slug(heading);
        let count = seen.entry(slug.clone()).or_default();
        *count += 1;
        if *count == 1 { slug } else { format!("{slug}-{}", *count - 1) }
    };
    let headings = prose(content, |line| line.starts_with('#').then(|| line.to_owned()));
    matching::find_all(HEADING, &headings).into_iter().map(number).collect()
}

/// Letters and digits of every script in lower case, `_` and `-` as they are, and a hyphen for each space; `[text](target)`
/// is shown as its text.
fn slug(heading: &str) -> String {
    let keep = |character: char| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ => character.is_alphanumeric().then_some(character),
    };
    let mut pieces = heading.split("](");
    let first = pieces.next().unwrap_or_default().to_owned();
    let shown = pieces.fold(first, |text, piece| text + piece.split_once(')').map_or(piece, |(_, rest)| rest));
    shown.to_lowercase().chars().filter_map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(content: &str) -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        violations(&root, "docs/x.md", content).into_iter().map(|(line, rule)| format!("{line}: {rule}")).collect()
    }

    #[test]
    fn links_images_and_definitions_are_read_and_addresses_and_code_are_not() {
        let content = "See [the API](docs/api.md#errors \"errors\") and ![picture](a.png).\n\n[`key`](keys.md)\n\
                       [label]: ../other.md\n[above](#part)\n[site](https://example.org/a.md#b) `[code](x.md)`\n\
                       [mail](mailto:a@example.org)\n```\n[code](y.md)\n```\n";
        let links = links(content);
        let read: Vec<_> = links.iter().map(|(line, path, part)| (*line, path.as_str(), part.as_deref())).collect();
        let expected = [
            (1, "docs/api.md", Some("errors")),
            (1, "a.png", None),
            (3, "keys.md", None),
            (4, "../other.md", None),
            (5, "", Some("part")),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn a_link_is_followed_from_its_own_directory_or_from_the_root_and_one_that_leads_nowhere_is_found() {
        assert_eq!(faults("[a](adr/README.md) [b](../README.md) [c](/xtask/src/tidy.rs#L1)"), [""; 0]);
        assert_eq!(faults("\n[a](no-such-file.md#part)"), ["2: the link to no-such-file.md leads nowhere"]);
    }

    #[test]
    fn a_heading_that_is_not_there_is_found_in_another_file_and_in_the_same() {
        let content =
            "# 部分\n[a](../README.md#two-commands) [b](#部分)\n[c](../README.md#three-commands) [d](#part)\n";
        assert_eq!(
            faults(content),
            [
                "3: the link to ../README.md#three-commands leads to no heading",
                "3: the link to #part leads to no heading"
            ]
        );
    }

    #[test]
    fn an_anchor_is_the_heading_in_lower_case_without_punctuation_in_every_script() {
        let content = "# Two commands\n\n## One request: `POST /api/v1/auth/login`\n### `BACKEND_PORT`\n\
                       ## The tree, and more - or less\n###### See [the API](api.md#errors) #\n\
                       ## 配置：从哪里来？\n## 错误（HTTP）与 `error_code`\n";
        let expected = [
            "two-commands",
            "one-request-post-apiv1authlogin",
            "backend_port",
            "the-tree-and-more---or-less",
            "see-the-api",
            "配置从哪里来",
            "错误http与-error_code",
        ];
        assert_eq!(anchors(content), expected);
    }

    #[test]
    fn a_heading_that_comes_again_gets_a_number_and_what_only_looks_like_one_has_no_anchor() {
        assert_eq!(anchors("# A\n## a\n## A!\n"), ["a", "a-1", "a-2"]);
        let content = "#hashtag\n####### seven\n    # code\n```sh\n# comment\n```\ntext # no\n";
        assert_eq!(anchors(content), Vec::<String>::new());
    }
}
