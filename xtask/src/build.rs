//! `cargo xtask build`: the service for a kind of processor.

#[cfg(test)]
mod launcher_tests;
mod profile_guided;

use std::process::Command;

use anyhow::Result;

use crate::console::say;
use crate::process::{self, cargo};
use crate::target_cpu::TargetCpu;

const PROGRAM: &str = "workflow-server";

/// The options of `cargo xtask build`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What the program may expect of the processor; where that is missing, it ends with SIGILL
    #[arg(long, value_enum, value_name = "NAME", default_value = "baseline")]
    cpu: TargetCpu,
    /// Turn these cargo features on
    #[arg(long, value_name = "NAMES")]
    features: Option<String>,
    /// Build twice, and lay the second build out for what requests were seen to do in the first: half an hour
    #[arg(long)]
    profile_guided: bool,
}

/// Builds the service as it is deployed, and prints where it is.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let program = if arguments.profile_guided {
        profile_guided::build(arguments)?
    } else {
        let mut build = command(arguments);
        let directory = arguments.cpu.apply(&mut build)?;
        process::run(&mut build)?;
        directory.join(PROGRAM)
    };
    say(&program.display().to_string());
    Ok(())
}

/// Cargo, before it is told where to build and for which processor.
fn command(arguments: &Arguments) -> Command {
    let mut build = cargo("build --locked --profile dist --package ore-cli");
    build.args(["--bin", PROGRAM]);
    if let Some(features) = &arguments.features {
        build.args(["--features", features]);
    }
    build
}
