//! Relative links of Markdown files lead to files that exist, and to headings that exist there. Each page of the manual is in
//! its summary: mdBook makes no page of others, and links to them lead nowhere in the book.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::Violation;

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
    let faulty = links.filter_map(|(line, path, fragment)| Some((line, fault(&path, fragment.as_deref())?)));
    faulty.chain(lacks_entry(root, file).then(|| (1, "docs/SUMMARY.md does not name this page".to_owned()))).collect()
}

fn lacks_entry(root: &Path, file: &str) -> bool {
    let page = file.strip_prefix("docs/").filter(|page| *page != "SUMMARY.md");
    let summary = || fs::read_to_string(root.join("docs/SUMMARY.md")).unwrap_or_default();
    page.is_some_and(|page| !summary().contains(&format!("]({page})")))
}

/// All links inside the repository with their lines, counted from 1: the path as written, which is empty for the file
/// that the link stands in, and the fragment.
fn links(content: &str) -> Vec<(usize, String, Option<String>)> {
    let relative = |(event, range): (Event<'_>, std::ops::Range<usize>)| {
        let Event::Start(Tag::Link { dest_url: url, .. } | Tag::Image { dest_url: url, .. }) = event else {
            return None;
        };
        let (path, fragment) = url.split_once('#').map_or((&*url, None), |(path, fragment)| (path, Some(fragment)));
        let has_scheme = path.split('/').next().is_some_and(|first| first.contains(':'));
        let line = 1 + content[..range.start].matches('\n').count();
        (!has_scheme).then(|| (line, path.to_owned(), fragment.map(str::to_owned)))
    };
    Parser::new_ext(content, Options::ENABLE_TABLES).into_offset_iter().filter_map(relative).collect()
}

/// The anchors of all headings, as GitHub and mdBook name them: a heading that comes again gets a number.
fn anchors(content: &str) -> Vec<String> {
    let (mut anchors, mut seen, mut heading) = (Vec::new(), BTreeMap::new(), None);
    for event in Parser::new_ext(content, Options::ENABLE_TABLES) {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
            (Event::Text(text) | Event::Code(text), Some(heading)) => heading.push_str(&text),
            (Event::End(TagEnd::Heading(_)), Some(text)) => {
                let slug = slug(text);
                let count = seen.entry(slug.clone()).or_insert(0);
                anchors.push(if *count == 0 { slug } else { format!("{slug}-{count}") });
                *count += 1;
                heading = None;
            }
            _ => {}
        }
    }
    anchors
}

/// Letters and digits of every script in lower case, `_` and `-` as they are, and a hyphen for each space.
fn slug(heading: &str) -> String {
    let keep = |character: char| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ => character.is_alphanumeric().then_some(character),
    };
    heading.to_lowercase().chars().filter_map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(content: &str) -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        violations(&root, "docs/api.md", content).into_iter().map(|(line, rule)| format!("{line}: {rule}")).collect()
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found_and_addresses_and_code_are_none() {
        let good = "# 部分\n[a](adr/README.md) ![b](../README.md#two-commands) [c](/xtask/src/tidy.rs#L1) [d](#部分)\n\
                    <https://example.org/a.md#b> [mail](mailto:a@example.org) `[code](x.md)`\n```\n[code](y.md)\n```\n";
        assert_eq!(faults(good), [""; 0]);
        assert_eq!(faults("\n[a](no-such-file.md#part)"), ["2: the link to no-such-file.md leads nowhere"]);
        assert_eq!(
            faults("[c](../README.md#three-commands) [label]\n\n[label]: #part"),
            [
                "1: the link to ../README.md#three-commands leads to no heading",
                "1: the link to #part leads to no heading"
            ]
        );
    }

    #[test]
    fn an_anchor_is_the_heading_in_lower_case_without_punctuation_in_every_script() {
        let content = "## One request: `POST /api/v1/auth/login`\n### `BACKEND_PORT`\n## The tree, and more - or less\n\
                       ###### See [the API](api.md#errors) #\n## 错误（HTTP）与 `error_code`\n# A\n## a\n#hashtag\n";
        let expected = [
            "one-request-post-apiv1authlogin",
            "backend_port",
            "the-tree-and-more---or-less",
            "see-the-api",
            "错误http与-error_code",
            "a",
            "a-1",
        ];
        assert_eq!(anchors(content), expected);
    }

    #[test]
    fn a_page_that_is_not_in_the_summary_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        assert!(lacks_entry(&root, "docs/none.md") && !lacks_entry(&root, "docs/adr/README.md"));
        assert!(!lacks_entry(&root, "README.md"));
    }
}
