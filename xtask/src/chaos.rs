//! `cargo xtask chaos`: prepares what the package `ore-chaos` needs, and runs it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::files::from_here;
use crate::programs::BuiltPrograms;
use crate::setup::HandedTools;
use crate::{process, workspace};

/// The service, and what injects faults into it.
const SERVER: &str = "workflow-server";
const SCENARIOS: &str = "ore-chaos";

/// The options of `cargo xtask chaos`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run this scenario; can be repeated, and a wrong name lists them all
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Small numbers on the debug build of the tests, in less than five minutes, instead of a release build
    #[arg(long)]
    quick: bool,
    /// Let `mixed` and `mail` take the turns of an earlier run, which printed this number
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u32>,
    /// Write the results to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Builds the service and the scenarios, installs what they need where that is possible, and runs them.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut chaos = command(arguments.quick, None)?;
    chaos.args(arguments.only.iter().flat_map(|name| ["--only", name]));
    chaos.args(arguments.seed.map(|seed| ["--seed".to_owned(), seed.to_string()]).into_iter().flatten());
    if let Some(file) = &arguments.json {
        chaos.arg("--json").arg(from_here(file)?);
    }
    process::run(&mut chaos)
}

/// Runs one scenario, quickly, with an earlier build of the service beside this one.
pub(crate) fn run_scenario(name: &str, earlier: &Path) -> Result<()> {
    process::run(command(true, Some(("earlier-server", earlier.to_owned())))?.args(["--only", name]))
}

/// `ore-chaos` with everything that it needs, and perhaps one tool more.
pub(crate) fn command(is_quick: bool, more: Option<(&'static str, PathBuf)>) -> Result<Command> {
    let selection = format!("--bin {SERVER} --bin {SCENARIOS}");
    let programs = if is_quick {
        BuiltPrograms::build_with_tests(&selection)?
    } else {
        BuiltPrograms::build(&format!("--release {selection}"))?
    };
    let mut tools = HandedTools::for_chaos();
    if let Some((name, path)) = more {
        tools.add(name, Ok(path));
    }
    let mut chaos = process::command(programs.path(SCENARIOS)?);
    tools.hand_to(&mut chaos)?;
    chaos.env("ORE_SERVER", programs.path(SERVER)?).env("ORE_LOGS", workspace::root().join("target/chaos"));
    if is_quick {
        chaos.arg("--quick");
    }
    Ok(chaos)
}
