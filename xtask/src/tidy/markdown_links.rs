//! Relative links of Markdown files lead to files that exist.

use std::path::Path;

use super::Violation;

pub(super) fn violations(root: &Path, file: &str, content: &str) -> Vec<Violation> {
    let directory = Path::new(file).parent().unwrap_or(Path::new(""));
    let exists = |target: &str| match target.strip_prefix('/') {
        Some(from_root) => root.join(from_root).exists(),
        None => root.join(directory).join(target).exists(),
    };
    let broken = relative_targets(content).into_iter().filter(|(_, target)| !exists(target));
    broken.map(|(line, target)| Violation::new(line, format!("the link to {target} leads nowhere"))).collect()
}

/// The lines, counted from 1, and paths of all links inside the repository, without their `#fragment`.
fn relative_targets(content: &str) -> Vec<(usize, &str)> {
    let mut targets = Vec::new();
    let mut in_code_block = false;
    for (line, number) in content.lines().zip(1..) {
        let fence = line.trim_start();
        if fence.starts_with("```") || fence.starts_with("~~~") {
            in_code_block = !in_code_block;
        } else if !in_code_block {
            targets.extend(line_targets(line).into_iter().filter_map(relative_path).map(|path| (number, path)));
        }
    }
    targets
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

fn relative_path(target: &str) -> Option<&str> {
    let path = target.split('#').next().unwrap_or_default();
    let has_scheme = path.split('/').next().is_some_and(|first| first.contains(':'));
    (!path.is_empty() && !has_scheme).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_images_and_definitions_are_read() {
        let content = "See [the API](docs/api.md#errors \"errors\") and ![picture](a.png).\n\n[`key`](keys.md)\n\
                       [label]: ../other.md\n";
        assert_eq!(relative_targets(content), [(1, "docs/api.md"), (1, "a.png"), (3, "keys.md"), (4, "../other.md")]);
    }

    #[test]
    fn addresses_fragments_and_code_are_no_files() {
        let content = "[site](https://example.org/a.md) [mail](mailto:a@example.org) [above](#part) `[code](x.md)`\n\
                       ```\n[code](y.md)\n```\n";
        assert_eq!(relative_targets(content), []);
    }

    #[test]
    fn a_link_is_followed_from_its_own_directory_or_from_the_root() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(violations(root, "src/tidy/x.md", "[a](text.rs) [b](../main.rs) [c](/src/tidy.rs)"), []);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(
            violations(root, "src/x.md", "\n[a](no-such-file.md#part)"),
            [Violation::new(2, "the link to no-such-file.md leads nowhere")]
        );
    }
}
