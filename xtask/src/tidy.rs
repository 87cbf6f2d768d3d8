//! Rules for every file of the repository that neither rustfmt nor clippy knows.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use fs_err as fs;
use ore_harness::say;

use crate::setup::LINTERS;
use crate::{process, report};

/// A file of more lines has more than one subject.
const MAX_LINES: usize = 400;

/// What `lib.rs` and `mod.rs` leave to other files: they show what is there and where it lives.
const DEFINITION: &str = concat!(
    r"^[[:blank:]]*((pub|async|const|unsafe|default)(\([^)]*\))? +)*",
    "((fn|struct|enum|trait) |impl[ <]|macro_rules!)"
);

/// The one exception: an item that carries a README's examples, which are tested as its documentation.
const README: &str = ":struct Readme;";

/// Checks every file of the repository at `root` that git tracks or would track.
pub(crate) fn check(root: &Path) -> Result<()> {
    let violations = violations(root)?;
    ensure!(violations.is_empty(), "{} places are not tidy:\n  {}", violations.len(), violations.join("\n  "));
    let links = report::run_tool("links", || follow_links(root));
    ensure!(!links.has_failed(), "links lead nowhere");
    say("every file is tidy");
    Ok(())
}

fn violations(root: &Path) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    // Also that of Windows' line ends. Snapshots hold what the program prints, which is their test's business.
    for line in grep(root, &["--line-number", "-E", "[[:space:]]$", "--", ".", ":!*.snap"])? {
        violations.push(format!("{}: trailing white space", line.trim_end()));
    }
    for line in grep(root, &["--line-number", "-E", DEFINITION, "--", "*/lib.rs", "*/mod.rs"])? {
        if !line.ends_with(README) {
            violations.push(format!("{line}: lib.rs and mod.rs only declare modules and re-export"));
        }
    }
    for line in grep(root, &["--count", "", "--", "*.rs"])? {
        let (file, lines) = line.rsplit_once(':').context("`git grep` counts no lines")?;
        if lines.parse::<usize>()? > MAX_LINES {
            violations.push(format!("{file}: {lines} lines, and {MAX_LINES} is the most"));
        }
    }
    // mdBook makes no page of what is not in the summary, and links to it lead nowhere in the book.
    let summary = fs::read_to_string(root.join("docs/SUMMARY.md")).unwrap_or_default();
    for file in grep(root, &["--files-with-matches", "", "--", "docs/*.md", ":!docs/SUMMARY.md"])? {
        if !summary.contains(&format!("]({})", file.trim_start_matches("docs/"))) {
            violations.push(format!("{file}: docs/SUMMARY.md does not name this page"));
        }
    }
    Ok(violations)
}

/// What `git grep` finds in every text that git tracks or would track: the file, what was asked for, and the line.
fn grep(root: &Path, arguments: &[&str]) -> Result<Vec<String>> {
    let mut grep = process::git("grep --untracked -I");
    let output = grep.args(arguments).current_dir(root).output().context("cannot start git")?;
    // 1 when nothing is found.
    ensure!(output.status.code().is_some_and(|code| code <= 1), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).split_terminator('\n').map(str::to_owned).collect())
}

/// Those inside the repository, to files and to headings.
fn follow_links(root: &Path) -> Result<()> {
    let mut rumdl = LINTERS.program("rumdl")?;
    let check = ["check", "--no-cache", "--config", ".config/rumdl.toml", "."];
    process::run(rumdl.current_dir(root).args(check))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The violations in a repository with one file.
    fn violations_of(file: &str, content: &str) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        process::run(process::git("init --quiet").current_dir(&directory)).unwrap();
        let file = directory.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
        violations(directory.path()).unwrap()
    }

    #[test]
    fn trailing_blanks_tabs_and_windows_line_ends_are_found() {
        assert_eq!(violations_of("a.txt", "one\n\n  two\n"), [""; 0]);
        assert_eq!(violations_of("a.snap", "one \n"), [""; 0]);
        let found = violations_of("a.txt", "one \ntwo\n\t\nthree\r\n");
        let rule = "trailing white space";
        assert_eq!(
            found,
            [format!("a.txt:1:one: {rule}"), format!("a.txt:3:: {rule}"), format!("a.txt:4:three: {rule}")]
        );
    }

    const DECLARATIONS: &str = "//! The users; `fn run` is documented elsewhere.\n\n#![warn(missing_docs)]\n\
        mod email;\npub(crate) mod user;\n#[cfg(test)]\nmod tests;\n\npub use email::{\n    Email,\n    function,\n};\n\
        #[cfg(doctest)]\n#[doc = include_str!(\"../README.md\")]\nstruct Readme;\n";

    #[test]
    fn declarations_re_exports_and_a_carrier_of_doctests_pass_and_a_definition_does_not() {
        assert_eq!(violations_of("crates/domain/src/lib.rs", DECLARATIONS), [""; 0]);
        let definitions = "fn run() {}|pub fn run() {}|pub(crate) async fn run() {}|\
                           pub(in crate::user) const fn run() {}|impl User {|impl<T> Store for T {|pub struct User;|\
                           enum Role {|pub trait Users {|macro_rules! both {|    fn nested() {}";
        for definition in definitions.split('|') {
            let found = violations_of("src/user/mod.rs", &format!("{DECLARATIONS}{definition}\n"));
            let begin = format!("src/user/mod.rs:{}:{definition}: ", DECLARATIONS.lines().count() + 1);
            assert!(matches!(&found[..], [line] if line.starts_with(&begin)), "{found:?}");
        }
    }

    #[test]
    fn other_files_define_what_they_like_and_have_400_lines_at_most() {
        assert_eq!(violations_of("src/user.rs", "pub fn run() {}\n"), [""; 0]);
        assert_eq!(violations_of("src/user.rs", &"\n".repeat(400)), [""; 0]);
        assert_eq!(violations_of("src/user.rs", &"\n".repeat(401)), ["src/user.rs: 401 lines, and 400 is the most"]);
    }

    #[test]
    fn a_page_that_is_not_in_the_summary_is_found() {
        let rule = "docs/SUMMARY.md does not name this page";
        assert_eq!(violations_of("docs/zh-CN/none.md", "# None\n"), [format!("docs/zh-CN/none.md: {rule}")]);
        assert_eq!(violations_of("docs/SUMMARY.md", "# Summary\n"), [""; 0]);
        assert_eq!(violations_of("README.md", "# None\n"), [""; 0]);
    }
}
