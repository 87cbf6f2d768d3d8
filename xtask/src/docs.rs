//! `cargo xtask docs` and `cargo xtask openapi`: files that are the output of programs of ours.

use anyhow::{Result, ensure};

use crate::programs::{self, BuiltPrograms};
use crate::{console, files, process, workspace};

/// The options of both commands.
#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing and fail when a committed file differs from what the code says
    #[arg(long)]
    check: bool,
}

/// A file from the root of the workspace, the program that prints it, and its arguments.
type GeneratedFile = (&'static str, &'static str, &'static [&'static str]);

/// It knows its settings and its API.
const SERVER: &str = "workflow-server";
/// `crates/cli/examples/reference`, which prints the reference pages.
const REFERENCE: &str = "reference";

/// What a command writes, and the command itself.
pub(crate) struct Selection(&'static str, &'static [GeneratedFile]);

const OPENAPI_FILE: GeneratedFile = ("docs/openapi.json", SERVER, &["openapi"]);

/// `cargo xtask openapi`.
pub(crate) const OPENAPI: Selection = Selection("cargo xtask openapi", &[OPENAPI_FILE]);

/// `cargo xtask docs`.
pub(crate) const ALL: Selection = Selection(
    "cargo xtask docs",
    &[
        (".env.example", SERVER, &["config", "--env-example"]),
        OPENAPI_FILE,
        ("docs/settings.md", REFERENCE, &["settings", "en"]),
        ("docs/zh-CN/settings.md", REFERENCE, &["settings", "zh-CN"]),
        ("docs/errors.md", REFERENCE, &["errors", "en"]),
        ("docs/zh-CN/errors.md", REFERENCE, &["errors", "zh-CN"]),
        ("docs/metrics.md", REFERENCE, &["metrics", "en"]),
        ("docs/zh-CN/metrics.md", REFERENCE, &["metrics", "zh-CN"]),
        ("docs/command-line.md", REFERENCE, &["command-line", "en"]),
    ],
);

/// Writes the files that are not current, or with `--check` names them.
pub(crate) fn run(Selection(command, generated_files): &Selection, arguments: &Arguments) -> Result<()> {
    let built = BuiltPrograms::build(&format!("--bin {SERVER} --example {REFERENCE}"))?;
    // What a program prints must not depend on where it is run.
    let directory = workspace::root().join("target/docs");
    files::remove(&directory)?;
    files::make_directory(&directory)?;
    let mut faults = Vec::new();
    for (file, program, output) in *generated_files {
        let generated = process::output(programs::bare_command(&built.path(program)?, &directory).args(*output))?;
        match difference(files::read(file).ok().as_deref(), &generated) {
            None => console::say(&format!("{file} is current")),
            Some(difference) if arguments.check => faults.push(format!("{file} {difference}")),
            Some(_) => {
                files::write(file, &generated)?;
                console::say(&format!("wrote {file}"));
            }
        }
    }
    ensure!(faults.is_empty(), "{}: run `{command}` and commit the result", faults.join("; "));
    Ok(())
}

/// What is wrong with a committed file, as the end of a sentence; `None` when it is as generated.
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
    fn a_file_is_told_with_its_first_line_that_differs_and_a_current_one_is_not() {
        assert_eq!(difference(Some("one\ntwo\n"), "one\ntwo\n"), None);
        assert_eq!(difference(None, "one\n").as_deref(), Some("is missing"));
        for (committed, generated) in [("one\ntwo\n", "one\n2\n"), ("one\n", "one\ntwo\n")] {
            let told = difference(Some(committed), generated);
            assert_eq!(told.as_deref(), Some("is not what the code says, from line 2 on"));
        }
    }
}
