//! `cargo xtask bench`: prepares what the package `ore-bench` needs, and runs it.

use std::path::{PathBuf, absolute};

use anyhow::{Context, Result};

use crate::programs::BuiltPrograms;
use crate::setup::HandedTools;

/// The options of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What the case predecessor measures beside it: an earlier build of the service, by a path from the root of the
    /// workspace on
    #[arg(long, value_name = "FILE")]
    beside: Option<PathBuf>,
    /// After it, options of ore-bench, such as `--only me --only users --users 100000 --rounds 9`, `--quick` (two
    /// minutes instead of three quarters of an hour), `--json FILE` or `--server FILE` (measure this build of the
    /// service); `-- --help` lists them, and paths begin at the root of the workspace
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
    options: Vec<String>,
}

/// Builds everything as it is deployed, installs what is needed where that is possible, and measures.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let is_given = arguments.options.iter().any(|option| option.starts_with("--server"));
    let server = if is_given { "" } else { "--bin workflow-server" };
    let selection = format!("--profile dist --example hash_loop --bin ore-bench-bare --bin ore-bench {server}");
    let programs = BuiltPrograms::build(selection.trim_end())?;
    let mut tools = HandedTools::of("bench");
    tools.add("bare", programs.path("ore-bench-bare"));
    tools.add("hash_loop", programs.path("hash_loop"));
    if let Some(file) = &arguments.beside {
        tools.add("predecessor", absolute(file).context("no such place"));
    }
    let server = (!is_given).then(|| programs.path("workflow-server")).transpose()?;
    tools.hand_to(&programs.path("ore-bench")?, server, "target/bench/logs", &arguments.options)
}
