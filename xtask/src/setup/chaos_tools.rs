//! The programs that `cargo xtask chaos` brings faults about with.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::external_programs::{ExternalPrograms, Program, REDIS, SQLITE, WRK, find_or_install};
use super::{curl, postgres, system_packages};
use crate::console;

/// Programs by the variables that name them to `ore-chaos`.
const PROGRAMS: [(&str, Program); 5] = [
    ("ORE_CHAOS_REDIS", REDIS),
    ("ORE_CHAOS_SQLITE", SQLITE),
    ("ORE_CHAOS_HAPROXY", Program { name: "haproxy", package: "haproxy", argument: "-v" }),
    ("ORE_CHAOS_NGINX", Program { name: "nginx", package: "nginx", argument: "-v" }),
    ("ORE_CHAOS_WRK", WRK),
];

/// faketime's library for programs with threads, and directories of libraries that may have it.
const FAKETIME: &str = "faketime/libfaketimeMT.so.1";
const LIBRARIES: [&str; 3] = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

/// What was found or installed. What is missing is left out, and the scenarios that need it say so.
pub(crate) struct ChaosTools(ExternalPrograms);

impl ChaosTools {
    /// Looks for every tool, and installs what is missing where that is possible.
    pub(crate) fn prepare() -> Result<Self> {
        let mut tools = ExternalPrograms::default();
        tools.add("ORE_CHAOS_POSTGRES", postgres::programs());
        for (variable, program) in PROGRAMS {
            tools.add(variable, find_or_install(program));
        }
        tools.add("ORE_CHAOS_FAKETIME", find_or_install_faketime());
        // The script that watches over nginx's replicas asks them with curl.
        if let Err(obstacle) = curl::prepare() {
            console::complain(&format!("{obstacle:#}"));
            tools.remove("ORE_CHAOS_NGINX");
        }
        tools.add_account("ORE_CHAOS_ACCOUNT")?;
        Ok(Self(tools))
    }

    /// Names and values for the environment of `ore-chaos`.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.0.variables()
    }
}

fn find_or_install_faketime() -> Result<PathBuf> {
    if let Some(library) = find_faketime() {
        return Ok(library);
    }
    system_packages::install("faketime", &["faketime"])?;
    find_faketime().context("faketime is installed, and its library is nowhere")
}

/// Whether it is installed.
pub(super) fn has_faketime() -> bool {
    find_faketime().is_some()
}

/// Debian has a directory for each architecture between.
fn find_faketime() -> Option<PathBuf> {
    LIBRARIES.iter().find_map(|directory| {
        let nested = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
        nested.chain([PathBuf::from(directory)]).map(|it| it.join(FAKETIME)).find(|it| it.is_file())
    })
}
