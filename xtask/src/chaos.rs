//! `cargo xtask chaos`: prepares what the package `ore-chaos` needs, and runs it.

use std::path::PathBuf;

use anyhow::Result;

use crate::programs::BuiltPrograms;
use crate::setup::HandedTools;

/// The service, and what injects faults into it.
const SERVER: &str = "workflow-server";
const SCENARIOS: &str = "ore-chaos";

/// The options of `cargo xtask chaos`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Options of ore-chaos, such as `--only kill-loop`, `--quick` (small numbers on the debug build of the tests, in less than
    /// five minutes), `--seed NUMBER` or `--json FILE`; `-- --help` lists them, and paths begin at the root of the workspace
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
    options: Vec<String>,
}

/// Runs the scenarios.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    run_with("chaos", &arguments.options, None)
}

/// Builds the service and the scenarios, installs what a command of ours needs where that is possible, and runs `ore-chaos`,
/// perhaps with one tool more.
pub(crate) fn run_with(command: &str, options: &[String], more: Option<(&str, PathBuf)>) -> Result<()> {
    let selection = format!("--bin {SERVER} --bin {SCENARIOS}");
    let programs = if options.iter().any(|option| option == "--quick") {
        BuiltPrograms::build_with_tests(&selection)?
    } else {
        BuiltPrograms::build(&format!("--release {selection}"))?
    };
    let mut tools = HandedTools::of(command);
    if let Some((name, path)) = more {
        tools.add(name, Ok(path));
    }
    tools.hand_to(&programs.path(SCENARIOS)?, Some(programs.path(SERVER)?), "target/chaos", options)
}
