//! The programs that print what is generated.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::programs::{self, BuiltPrograms};
use crate::{process, workspace};

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
    built: BuiltPrograms,
    directory: PathBuf,
}

impl Programs {
    /// Builds the programs, and makes the directory.
    pub(super) fn build() -> Result<Self> {
        let built = BuiltPrograms::build(["--bin", Program::Server.name(), "--example", Program::Reference.name()])?;
        let directory = workspace::root().join("target/docs");
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).context("cannot make target/docs")?;
        Ok(Self { built, directory })
    }

    /// The output of the program, which does not depend on the machine.
    pub(super) fn output(&self, program: Program, arguments: &[&str]) -> Result<String> {
        let path = self.built.path(program.name())?;
        process::output(programs::bare_command(&path, &self.directory).args(arguments))
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
