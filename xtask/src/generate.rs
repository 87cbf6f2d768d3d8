//! `cargo xtask generate`.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::process::{self, cargo};
use crate::{console, workspace};

/// The options of `cargo xtask generate`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing and fail when a committed file differs from what the code says
    #[arg(long)]
    check: bool,
}

/// A file that is the output of a command on the code.
struct GeneratedFile {
    /// From the root of the workspace.
    path: &'static str,
    /// The arguments of cargo that print the file.
    cargo_arguments: &'static [&'static str],
}

const GENERATED_FILES: &[GeneratedFile] = &[GeneratedFile {
    path: ".env.example",
    cargo_arguments: &[
        "run",
        "--quiet",
        "--locked",
        "--package",
        "ore-api",
        "--bin",
        "workflow-server",
        "--",
        "config",
        "--env-example",
    ],
}];

/// Writes every generated file, or with `--check` compares it.
///
/// # Errors
/// When a command fails, or a file cannot be written or, with `--check`, is not current.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    for file in GENERATED_FILES {
        let generated = process::output(&mut cargo(file.cargo_arguments.iter().copied()))?;
        let path = workspace::root().join(file.path);
        if arguments.check {
            check(file.path, fs::read_to_string(path).ok().as_deref(), &generated)?;
        } else {
            fs::write(path, generated).with_context(|| format!("cannot write {}", file.path))?;
            console::say(&format!("wrote {}", file.path));
        }
    }
    Ok(())
}

fn check(name: &str, committed: Option<&str>, generated: &str) -> Result<()> {
    let Some(committed) = committed else {
        bail!("{name} is missing: run `cargo xtask generate` and commit it");
    };
    if committed != generated {
        let line = 1 + committed.lines().zip(generated.lines()).take_while(|(old, new)| old == new).count();
        bail!("{name} is not what the code says, from line {line} on: run `cargo xtask generate` and commit it");
    }
    console::say(&format!("{name} is current"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_current_file_passes() {
        assert!(check("file", Some("one\ntwo\n"), "one\ntwo\n").is_ok());
    }

    #[test]
    fn an_outdated_file_is_named_with_its_line_and_the_command_that_mends_it() {
        let error = check("file", Some("one\ntwo\n"), "one\n2\n").unwrap_err().to_string();
        assert_eq!(error, "file is not what the code says, from line 2 on: run `cargo xtask generate` and commit it");
    }

    #[test]
    fn a_file_that_lacks_its_last_line_is_outdated() {
        let error = check("file", Some("one\n"), "one\ntwo\n").unwrap_err().to_string();
        assert!(error.contains("from line 2 on"), "{error}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = check("file", None, "one\n").unwrap_err().to_string();
        assert_eq!(error, "file is missing: run `cargo xtask generate` and commit it");
    }
}
