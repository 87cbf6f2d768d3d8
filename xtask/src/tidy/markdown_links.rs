//! Relative links of Markdown files lead to files that exist, and to headings that exist there.

use std::fs;
use std::path::Path;

use super::Violation;
use super::markdown_anchors::anchors;

/// A link inside the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Link<'a> {
    /// As written; empty for the file that the link stands in.
    path: &'a str,
    fragment: Option<&'a str>,
}

pub(super) fn violations(root: &Path, file: &str, content: &str) -> Vec<Violation> {
    let directory = root.join(file).parent().unwrap_or(root).to_owned();
    let fault = |link: Link<'_>| {
        let target = match link.path.strip_prefix('/') {
            Some(from_root) => root.join(from_root),
            None => directory.join(link.path),
        };
        if link.path.is_empty() { lacks_heading(content, link) } else { link_fault(&target, link) }
    };
    links(content).into_iter().filter_map(|(line, link)| Some(Violation::new(line, fault(link)?))).collect()
}

fn link_fault(target: &Path, link: Link<'_>) -> Option<String> {
    if !target.exists() {
        return Some(format!("the link to {} leads nowhere", link.path));
    }
    // Fragments of other files, such as lines of code, are their viewer's business.
    let is_markdown = target.extension().is_some_and(|extension| extension == "md");
    let content = fs::read_to_string(target).ok().filter(|_| is_markdown)?;
    lacks_heading(&content, link)
}

fn lacks_heading(content: &str, link: Link<'_>) -> Option<String> {
    let fragment = link.fragment?;
    let is_there = anchors(content).iter().any(|anchor| anchor == fragment);
    (!is_there).then(|| format!("the link to {}#{fragment} leads to no heading", link.path))
}

/// The lines outside blocks of code, with their numbers counted from 1.
pub(super) fn prose_lines(content: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code_block = false;
    (1..).zip(content.lines()).filter(move |(_, line)| {
        let fence = line.trim_start();
        let is_fence = fence.starts_with("```") || fence.starts_with("~~~");
        in_code_block ^= is_fence;
        !in_code_block && !is_fence
    })
}

/// All links inside the repository with their lines, counted from 1.
fn links(content: &str) -> Vec<(usize, Link<'_>)> {
    let on_line = |(number, line)| line_targets(line).into_iter().filter_map(relative).map(move |link| (number, link));
    prose_lines(content).flat_map(on_line).collect()
}

/// Targets of `[text](target "title")`, `![image](target)` and `[label]: target`.
fn line_targets(line: &str) -> Vec<&str> {
    // Every second piece between back-ticks is code.
    let prose = line.split('`').step_by(2);
    let mut targets: Vec<&str> = prose.flat_map(|piece| piece.split("](").skip(1)).filter_map(inline_target).collect();
    if let Some((_, target)) = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
        targets.extend(target.split_whitespace().next());
    }
    targets
}

fn inline_target(after_parenthesis: &str) -> Option<&str> {
    let (target, _) = after_parenthesis.split_once(')')?;
    target.split_whitespace().next()
}

fn relative(target: &str) -> Option<Link<'_>> {
    let (path, fragment) = target.split_once('#').map_or((target, None), |(path, fragment)| (path, Some(fragment)));
    let has_scheme = path.split('/').next().is_some_and(|first| first.contains(':'));
    (!target.is_empty() && !has_scheme).then_some(Link { path, fragment })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(content: &str) -> Vec<(usize, &str, Option<&str>)> {
        links(content).into_iter().map(|(line, link)| (line, link.path, link.fragment)).collect()
    }

    fn faults(content: &str) -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        violations(&root, "docs/x.md", content).into_iter().map(|it| format!("{}: {}", it.line, it.rule)).collect()
    }

    #[test]
    fn links_images_and_definitions_are_read() {
        let content = "See [the API](docs/api.md#errors \"errors\") and ![picture](a.png).\n\n[`key`](keys.md)\n\
                       [label]: ../other.md\n[above](#part)\n";
        let expected = [
            (1, "docs/api.md", Some("errors")),
            (1, "a.png", None),
            (3, "keys.md", None),
            (4, "../other.md", None),
            (5, "", Some("part")),
        ];
        assert_eq!(written(content), expected);
    }

    #[test]
    fn addresses_and_code_are_no_files() {
        let content = "[site](https://example.org/a.md#b) [mail](mailto:a@example.org) `[code](x.md)`\n\
                       ```\n[code](y.md)\n```\n";
        assert_eq!(written(content), []);
    }

    #[test]
    fn a_link_is_followed_from_its_own_directory_or_from_the_root() {
        assert_eq!(faults("[a](adr/README.md) [b](../README.md) [c](/xtask/src/tidy.rs#L1)"), [""; 0]);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
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
}
