//! Rules for every file of the repository that neither rustfmt nor clippy knows.

mod rust_source;

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use ore_harness::say;

use crate::setup::LINTERS;
use crate::{process, report, workspace};

/// Checks every file that git tracks or would track.
pub(crate) fn run() -> Result<()> {
    check(workspace::root())
}

/// Checks every file of the repository at `root` that git tracks or would track.
pub(crate) fn check(root: &Path) -> Result<()> {
    let files = repository_files(root)?;
    ensure!(!files.is_empty(), "git lists no file to check");
    let mut violations = trailing_white_space(root)?;
    violations.extend(files.iter().flat_map(|file| file_violations(root, file)));
    ensure!(violations.is_empty(), "{} places are not tidy:\n  {}", violations.len(), violations.join("\n  "));
    let links = report::run_tool("links", || follow_links(root));
    ensure!(!links.has_failed(), "links lead nowhere");
    say(&format!("{} files are tidy", files.len()));
    Ok(())
}

/// Files from the root of the repository on, without those that `.gitignore` names.
pub(crate) fn repository_files(root: &Path) -> Result<Vec<String>> {
    let listing = process::output(process::git("ls-files -z --cached --others --exclude-standard").current_dir(root))?;
    Ok(listing.split_terminator('\0').map(str::to_owned).collect())
}

/// Also that of Windows' line ends. Snapshots hold what the program prints, which is their test's business.
fn trailing_white_space(root: &Path) -> Result<Vec<String>> {
    let mut grep = process::git("grep --untracked -I --line-number -E [[:space:]]$ -- . :!*.snap");
    let output = grep.current_dir(root).output()?;
    ensure!(output.status.code().is_some_and(|code| code <= 1), "`git grep` failed");
    let found = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(found.lines().map(|line| format!("{}: trailing white space", line.trim_end())).collect())
}

fn file_violations(root: &Path, file: &str) -> Vec<String> {
    let extension = Path::new(file).extension().unwrap_or_default();
    if extension == "md" && lacks_entry(root, file) {
        return vec![format!("{file}: docs/SUMMARY.md does not name this page")];
    }
    // A file that git tracks may have been deleted since.
    let source = fs::read_to_string(root.join(file)).ok().filter(|_| extension == "rs");
    let violations = source.map(|source| rust_source::violations(file, &source)).unwrap_or_default();
    violations.into_iter().map(|(line, rule)| format!("{file}:{line}: {rule}")).collect()
}

/// mdBook makes no page of what is not in the summary, and links to it lead nowhere in the book.
fn lacks_entry(root: &Path, file: &str) -> bool {
    let page = file.strip_prefix("docs/").filter(|page| *page != "SUMMARY.md");
    let summary = || fs::read_to_string(root.join("docs/SUMMARY.md")).unwrap_or_default();
    page.is_some_and(|page| !summary().contains(&format!("]({page})")))
}

/// Those inside the repository, to files and to headings.
fn follow_links(root: &Path) -> Result<String> {
    let mut rumdl = LINTERS.program("rumdl")?;
    let check = ["check", "--no-cache", "--config", ".config/rumdl.toml", "."];
    process::run(rumdl.current_dir(root).args(check)).map(|()| String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_blanks_tabs_and_windows_line_ends_are_found() {
        let directory = tempfile::tempdir().unwrap();
        process::run(process::git("init --quiet").current_dir(&directory)).unwrap();
        for (file, text) in [("good", "one\n\n  two\n"), ("bad", "one \ntwo\n\t\nthree\r\n"), ("a.snap", "one \n")] {
            fs::write(directory.path().join(file), text).unwrap();
        }
        let rule = "trailing white space";
        let expected = [format!("bad:1:one: {rule}"), format!("bad:3:: {rule}"), format!("bad:4:three: {rule}")];
        assert_eq!(trailing_white_space(directory.path()).unwrap(), expected);
    }

    #[test]
    fn a_page_that_is_not_in_the_summary_is_found() {
        let lacks_entry = |file| lacks_entry(workspace::root(), file);
        assert!(lacks_entry("docs/none.md") && !lacks_entry("docs/adr/README.md"));
        assert!(!lacks_entry("README.md"));
    }
}
