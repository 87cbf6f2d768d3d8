//! Rules for every file of the repository that neither rustfmt nor clippy knows.

mod markdown;
mod rust_source;

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use ore_harness::say;

use crate::{process, workspace};

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
    say(&format!("{} files are tidy", files.len()));
    Ok(())
}

/// Files from the root of the repository on, without those that `.gitignore` names.
pub(crate) fn repository_files(root: &Path) -> Result<Vec<String>> {
    let listing = process::output(process::git("ls-files -z --cached --others --exclude-standard").current_dir(root))?;
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
        violations.extend(text_violations(&content));
    }
    match extension {
        "rs" => violations.extend(rust_source::violations(file, &content)),
        "md" => violations.extend(markdown::violations(root, file, &content)),
        _ => {}
    }
    violations.into_iter().map(|(line, rule)| format!("{file}:{line}: {rule}")).collect()
}

fn text_violations(content: &str) -> Vec<Violation> {
    let rule = |line: &str| match line.chars().next_back()? {
        '\r' => Some("the line ends in CRLF".to_owned()),
        ' ' | '\t' => Some("trailing white space".to_owned()),
        _ => None,
    };
    (1..).zip(content.split('\n')).filter_map(|(number, line)| Some((number, rule(line)?))).collect()
}

/// The number of a line, counted from 1, and the rule that is broken there.
type Violation = (usize, String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_blanks_tabs_and_windows_line_ends_are_found() {
        assert_eq!(text_violations("one\n\n  two\n"), []);
        let blank = |line| (line, "trailing white space".to_owned());
        assert_eq!(text_violations("one \ntwo\n\t"), [blank(1), blank(3)]);
        assert_eq!(text_violations("one\r\ntwo\n"), [(1, "the line ends in CRLF".to_owned())]);
    }
}
