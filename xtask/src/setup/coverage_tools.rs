//! What `cargo xtask coverage` measures with.

use std::path::PathBuf;

use anyhow::Result;

use super::cargo_tools::LLVM_COV;
use super::prepare_llvm;
use crate::process;

/// `cargo-llvm-cov`, and the programs of LLVM that it runs.
pub(crate) struct CoverageTools {
    cargo_llvm_cov: PathBuf,
    llvm: PathBuf,
}

impl CoverageTools {
    /// Installs what is missing where that is possible.
    pub(crate) fn prepare() -> Result<Self> {
        let llvm = prepare_llvm()?;
        Ok(Self { cargo_llvm_cov: LLVM_COV.find_or_install()?, llvm })
    }

    /// `cargo llvm-cov`, without its first argument.
    pub(crate) fn command(&self) -> std::process::Command {
        let mut command = process::command(&self.cargo_llvm_cov);
        command.arg("llvm-cov");
        command.env("LLVM_COV", self.llvm.join("llvm-cov")).env("LLVM_PROFDATA", self.llvm.join("llvm-profdata"));
        command
    }
}
