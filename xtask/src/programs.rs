//! Programs of this workspace, built and run by other commands of ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Artifact, Message};

use crate::process::{self, cargo};
use crate::workspace;

const MESSAGES: &str = "--message-format json-render-diagnostics";

/// What one run of cargo built, as `cargo build --message-format=json` prints it, one a line.
pub(crate) struct BuiltPrograms(String);

impl BuiltPrograms {
    /// Builds what these arguments of `cargo build` name.
    pub(crate) fn build(selection: &str) -> Result<Self> {
        Ok(Self(process::output(&mut cargo(&format!("build --locked --workspace {MESSAGES} {selection}")))?))
    }

    /// Builds what these arguments of `cargo build` name together with all tests: their dependencies turn on features,
    /// without which half of what the tests have built would be built once more.
    pub(crate) fn build_with_tests(selection: &str) -> Result<Self> {
        Self::build(&format!("{selection} --tests"))
    }

    /// Builds a program of another checkout, among what this one has built.
    pub(crate) fn build_in(checkout: &Path, selection: &str) -> Result<Self> {
        let mut build = cargo(&format!("build --locked {MESSAGES} {selection}"));
        build.arg("--target-dir").arg(workspace::root().join("target")).current_dir(checkout);
        Ok(Self(process::output(&mut build)?))
    }

    /// The path of the program of this name.
    pub(crate) fn path(&self, name: &str) -> Result<PathBuf> {
        // A program has its tests in a second program of the same name.
        let is_program = |it: &Artifact| it.target.name == name && !it.profile.test;
        let mut paths = Message::parse_stream(self.0.as_bytes()).filter_map(|message| match message {
            Ok(Message::CompilerArtifact(it)) if is_program(&it) => it.executable,
            _ => None,
        });
        paths.next().map(PathBuf::from).with_context(|| format!("cargo built no {name}"))
    }
}

/// A command that finds neither settings in its environment nor a `.env` where it runs.
pub(crate) fn bare_command(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(directory);
    command
}
