//! The programs that `cargo xtask bench` measures with.

use std::path::Path;

use anyhow::Result;

use super::external_programs::{ExternalPrograms, SQLITE, WRK, find_or_install};
use super::{postgres, python};

/// What was found or installed. What is missing is left out, and the cases that need it say so.
pub(crate) struct BenchTools(ExternalPrograms);

impl BenchTools {
    /// Looks for every tool, and installs what is missing where that is possible.
    pub(crate) fn prepare() -> Result<Self> {
        let mut tools = ExternalPrograms::default();
        tools.add("ORE_BENCH_POSTGRES", postgres::programs());
        tools.add("ORE_BENCH_SQLITE", find_or_install(SQLITE));
        tools.add("ORE_BENCH_WRK", find_or_install(WRK));
        tools.add("ORE_BENCH_PYTHON", python::prepare());
        tools.add_account("ORE_BENCH_ACCOUNT")?;
        Ok(Self(tools))
    }

    /// Names and values for the environment of `ore-bench`.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.0.variables()
    }
}
