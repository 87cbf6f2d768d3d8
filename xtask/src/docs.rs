//! `cargo xtask docs` and `cargo xtask openapi`: files that are the output of programs of ours.

mod programs;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use self::programs::{Program, Programs};
use crate::{console, workspace};

/// The options of both commands.
#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing and fail when a committed file differs from what the code says
    #[arg(long)]
    check: bool,
}

/// Which generated files a command is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Selection {
    All,
    OpenApi,
}

/// A file that is the output of a program.
struct GeneratedFile {
    /// From the root of the workspace.
    path: &'static str,
    program: Program,
    arguments: &'static [&'static str],
}

const OPENAPI: GeneratedFile =
    GeneratedFile { path: "docs/openapi.json", program: Program::Server, arguments: &["openapi"] };

const GENERATED_FILES: &[GeneratedFile] = &[
    GeneratedFile { path: ".env.example", program: Program::Server, arguments: &["config", "--env-example"] },
    OPENAPI,
    page("docs/settings.md", &["settings", "en"]),
    page("docs/zh-CN/settings.md", &["settings", "zh-CN"]),
    page("docs/errors.md", &["errors", "en"]),
    page("docs/zh-CN/errors.md", &["errors", "zh-CN"]),
    page("docs/metrics.md", &["metrics", "en"]),
    page("docs/zh-CN/metrics.md", &["metrics", "zh-CN"]),
    page("docs/command-line.md", &["command-line", "en"]),
];

const fn page(path: &'static str, arguments: &'static [&'static str]) -> GeneratedFile {
    GeneratedFile { path, program: Program::Reference, arguments }
}

impl Selection {
    const fn files(self) -> &'static [GeneratedFile] {
        match self {
            Self::All => GENERATED_FILES,
            Self::OpenApi => &[OPENAPI],
        }
    }

    /// The command that corrects a file.
    const fn command(self) -> &'static str {
        match self {
            Self::All => "cargo xtask docs",
            Self::OpenApi => "cargo xtask openapi",
        }
    }
}

/// Writes the files that are not current, or with `--check` names them.
pub(crate) fn run(selection: Selection, arguments: &Arguments) -> Result<()> {
    let programs = Programs::build()?;
    let mut faults = Vec::new();
    for file in selection.files() {
        let generated = programs.output(file.program, file.arguments)?;
        let path = workspace::root().join(file.path);
        let difference = difference(fs::read_to_string(&path).ok().as_deref(), &generated);
        match difference {
            None => console::say(&format!("{} is current", file.path)),
            Some(difference) if arguments.check => faults.push(format!("{} {difference}", file.path)),
            Some(_) => {
                write(&path, &generated).with_context(|| format!("cannot write {}", file.path))?;
                console::say(&format!("wrote {}", file.path));
            }
        }
    }
    if !faults.is_empty() {
        bail!("{}: run `{}` and commit the result", faults.join("; "), selection.command());
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    Ok(fs::write(path, text)?)
}

/// The fault of a committed file, as the end of a sentence; `None` if it is as generated.
fn difference(committed: Option<&str>, generated: &str) -> Option<String> {
    let Some(committed) = committed else {
        return Some("is missing".to_owned());
    };
    (committed != generated).then(|| {
        let line = 1 + committed.lines().zip(generated.lines()).take_while(|(old, new)| old == new).count();
        format!("is not what the code says, from line {line} on")
    })
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_current_file_passes() {
        assert_eq!(difference(Some("one\ntwo\n"), "one\ntwo\n"), None);
    }

    #[test]
    fn an_outdated_file_is_told_with_its_first_line_that_differs() {
        let told = difference(Some("one\ntwo\n"), "one\n2\n");
        assert_eq!(told.as_deref(), Some("is not what the code says, from line 2 on"));
    }

    #[test]
    fn a_file_that_lacks_its_last_line_is_outdated() {
        let told = difference(Some("one\n"), "one\ntwo\n");
        assert_eq!(told.as_deref(), Some("is not what the code says, from line 2 on"));
    }

    #[test]
    fn a_missing_file_is_told() {
        assert_eq!(difference(None, "one\n").as_deref(), Some("is missing"));
    }
}
