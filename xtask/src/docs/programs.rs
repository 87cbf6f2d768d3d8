//! The programs that print what is generated, built once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::{self, cargo};
use crate::workspace;

/// A program that prints files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// `workflow-server`, which knows its settings and its API.
    Server,
    /// `crates/api/examples/reference`, which prints the reference pages.
    Reference,
}

/// The built programs, and an empty directory to run them in.
pub(super) struct Programs {
    server: PathBuf,
    reference: PathBuf,
    directory: PathBuf,
}

/// The part of a message of `cargo build --message-format=json` that says where a program is.
#[derive(Deserialize)]
struct BuildMessage {
    target: Option<BuildTarget>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct BuildTarget {
    name: String,
}

impl Programs {
    /// Builds the programs with the cargo features of the whole workspace, as the tests do, so that nothing is built
    /// twice where both run.
    ///
    /// # Errors
    /// When the build fails.
    pub(super) fn build() -> Result<Self> {
        let messages = process::output(&mut cargo([
            "build",
            "--quiet",
            "--locked",
            "--workspace",
            "--bin",
            Program::Server.name(),
            "--example",
            Program::Reference.name(),
            "--message-format=json-render-diagnostics",
        ]))?;
        let directory = workspace::root().join("target/docs");
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).context("cannot make target/docs")?;
        let place = |program: Program| {
            executable(&messages, program.name()).with_context(|| format!("cargo built no {}", program.name()))
        };
        Ok(Self { server: place(Program::Server)?, reference: place(Program::Reference)?, directory })
    }

    /// What the program prints, wherever and by whomever it is run.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn output(&self, program: Program, arguments: &[&str]) -> Result<String> {
        let path = match program {
            Program::Server => &self.server,
            Program::Reference => &self.reference,
        };
        process::output(command(path, &self.directory).args(arguments))
    }
}

impl Program {
    const fn name(self) -> &'static str {
        match self {
            Self::Server => "workflow-server",
            Self::Reference => "reference",
        }
    }
}

/// A command that finds neither settings in its environment nor a `.env` where it runs.
fn command(program: &Path, directory: &Path) -> Command {
    let mut command = process::command(program);
    command.env_clear().current_dir(directory);
    command
}

/// Where cargo has put the program of this name.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<BuildMessage>(line).ok());
    let mut programs = messages.filter(|message| message.target.as_ref().is_some_and(|target| target.name == name));
    programs.find_map(|message| message.executable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_where_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"reference"},"executable":null}
            {"reason":"compiler-artifact","target":{"name":"another"},"executable":"/a"}
            {"reason":"compiler-artifact","target":{"name":"reference"},"executable":"/b"}
            {"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages, "reference"), Some(PathBuf::from("/b")));
        assert_eq!(executable(messages, "absent"), None);
    }

    #[test]
    fn a_program_sees_neither_our_environment_nor_our_directory() {
        // cargo gives every test this variable.
        let script = "echo \"${CARGO_MANIFEST_DIR-unset}\"; pwd";
        let printed = process::output(command(Path::new("/bin/sh"), Path::new("/")).args(["-c", script])).unwrap();
        assert_eq!(printed, "unset\n/\n");
    }
}
