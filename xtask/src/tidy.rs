//! Rules for every file of the repository that neither rustfmt nor clippy knows.

mod markdown_anchors;
mod markdown_links;
mod rust_source;
mod text;

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::{console, process, workspace};

/// Checks every file that git tracks or would track.
pub(crate) fn run() -> Result<()> {
    check(workspace::root())
}

/// Checks every file of the repository at `root` that git tracks or would track.
pub(crate) fn check(root: &Path) -> Result<()> {
    let files = repository_files(root)?;
    if files.is_empty() {
        bail!("git lists no file to check");
    }
    let violations: Vec<String> = files.iter().flat_map(|file| file_violations(root, file)).collect();
    if !violations.is_empty() {
        bail!("{} places are not tidy:\n  {}", violations.len(), violations.join("\n  "));
    }
    console::say(&format!("{} files are tidy", files.len()));
    Ok(())
}

/// Files from the root of the repository on, without those that `.gitignore` names.
pub(crate) fn repository_files(root: &Path) -> Result<Vec<String>> {
    let mut git = process::command("git");
    git.current_dir(root);
    // In a container the checkout often belongs to another user, which git would refuse.
    git.args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listing = process::output(&mut git)?;
    Ok(listing.split_terminator('\0').map(str::to_owned).collect())
}

fn file_violations(root: &Path, file: &str) -> Vec<String> {
    // A file that git tracks and that was deleted since, or one that is not text.
    let Ok(content) = fs::read_to_string(root.join(file)) else {
        return Vec::new();
    };
    let extension = Path::new(file).extension().and_then(|it| it.to_str()).unwrap_or_default();
    let mut violations = Vec::new();
    // Snapshots hold what the program prints, which is their test's business.
    if extension != "snap" {
        violations.extend(text::violations(&content));
    }
    match extension {
        "rs" => violations.extend(rust_source::violations(file, &content)),
        "md" => violations.extend(markdown_links::violations(root, file, &content)),
        _ => {}
    }
    violations.into_iter().map(|violation| violation.in_file(file)).collect()
}

/// A broken rule and where.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    /// Counted from 1.
    line: usize,
    rule: String,
}

impl Violation {
    fn new(line: usize, rule: impl Into<String>) -> Self {
        Self { line, rule: rule.into() }
    }

    fn in_file(&self, file: &str) -> String {
        format!("{file}:{}: {}", self.line, self.rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_is_reported_with_its_file_and_line() {
        assert_eq!(Violation::new(7, "trailing white space").in_file("docs/a.md"), "docs/a.md:7: trailing white space");
    }
}
