//! `cargo xtask bench`: prepares what the package `ore-bench` needs, and runs it.

use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result};

use crate::programs::BuiltPrograms;
use crate::setup::Tools;
use crate::target_cpu::TargetCpu;
use crate::{process, workspace};

/// What measures, what is measured, and what it is compared with, by the names that `ore-bench` has for them.
const BENCH: &str = "ore-bench";
const SERVER: &str = "workflow-server";
const BARE: (&str, &str) = ("bare", "ore-bench-bare");
const HASH_LOOP: (&str, &str) = ("hash_loop", "hash_loop");

/// The directory of committed results, for a full run.
const COMMITTED: &str = "docs/benchmarks";
/// The directory of the results of any other run.
const PASSING: &str = "target/bench";

/// The options of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run this case; can be repeated, and a wrong name lists them all
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Few and short rounds, in about two minutes instead of three quarters of an hour
    #[arg(long)]
    quick: bool,
    /// Users of the largest database: 1000000, or 10000 in a quick run
    #[arg(long, value_name = "NUMBER")]
    users: Option<u64>,
    /// Rounds in which each thing is measured: 5, or 1 in a quick run
    #[arg(long, value_name = "NUMBER")]
    rounds: Option<u16>,
    /// Write the results to this file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Build all programs for this kind of processor
    #[arg(long, value_enum, value_name = "NAME", default_value = "baseline")]
    cpu: TargetCpu,
    /// Measure this build of the service, instead of one that is made for it
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// What the case predecessor measures beside it: an earlier build of the service
    #[arg(long, value_name = "FILE")]
    beside: Option<PathBuf>,
}

impl Arguments {
    /// A quick run of some cases against a build of the service.
    pub(crate) fn quick_run(only: &[&str], server: PathBuf) -> Self {
        let only = only.iter().map(|&name| name.to_owned()).collect();
        Self {
            only,
            quick: true,
            users: None,
            rounds: None,
            json: None,
            cpu: TargetCpu::Baseline,
            server: Some(server),
            beside: None,
        }
    }
}

/// Builds everything as it is deployed, installs what is needed where that is possible, and measures.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let server = arguments.server.is_none().then_some(SERVER);
    let programs = [BENCH, BARE.1].into_iter().chain(server).flat_map(|name| ["--bin", name]);
    let selection = ["--profile", "dist"].into_iter().chain(programs).chain(["--example", HASH_LOOP.1]);
    let programs = BuiltPrograms::build_for(arguments.cpu, selection)?;
    let mut tools = Tools::for_bench();
    let mut bench = process::command(programs.path(BENCH)?);
    for (name, program) in [BARE, HASH_LOOP] {
        tools.add(name, programs.path(program));
    }
    if let Some(file) = &arguments.beside {
        tools.add("predecessor", absolute(file).context("cannot tell where the build beside it is"));
    }
    tools.hand_to(&mut bench)?;
    bench.env("ORE_SERVER", server_path(arguments, &programs)?);
    bench.env("ORE_LOGS", workspace::root().join("target/bench/logs"));
    bench.arg("--output").arg(output(arguments));
    pass_on(arguments, &mut bench)?;
    process::run(&mut bench)
}

/// Programs of ours run in the root of the workspace, and we perhaps elsewhere.
fn server_path(arguments: &Arguments, programs: &BuiltPrograms) -> Result<PathBuf> {
    match &arguments.server {
        Some(file) => absolute(file).context("cannot tell where the build to measure is"),
        None => programs.path(SERVER),
    }
}

/// A part of a run, or a quick one, does not replace the results of a whole one.
fn output(arguments: &Arguments) -> &'static Path {
    let is_whole = !arguments.quick && arguments.only.is_empty();
    Path::new(if is_whole { COMMITTED } else { PASSING })
}

fn pass_on(arguments: &Arguments, bench: &mut std::process::Command) -> Result<()> {
    for name in &arguments.only {
        bench.args(["--only", name]);
    }
    if arguments.quick {
        bench.arg("--quick");
    }
    if let Some(users) = arguments.users {
        bench.args(["--users", &users.to_string()]);
    }
    if let Some(rounds) = arguments.rounds {
        bench.args(["--rounds", &rounds.to_string()]);
    }
    if let Some(file) = &arguments.json {
        // It runs in the root of the workspace, and we perhaps elsewhere.
        bench.arg("--json").arg(absolute(file).context("cannot tell where to write the results")?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(quick: bool, only: &[&str]) -> Arguments {
        let only = only.iter().map(|&name| name.to_owned()).collect();
        Arguments {
            only,
            quick,
            users: None,
            rounds: Some(3),
            json: None,
            cpu: TargetCpu::Baseline,
            server: None,
            beside: None,
        }
    }

    #[test]
    fn only_a_whole_run_writes_what_is_committed() {
        assert_eq!(output(&arguments(false, &[])), Path::new(COMMITTED));
        assert_eq!(output(&arguments(true, &[])), Path::new(PASSING));
        assert_eq!(output(&arguments(false, &["health"])), Path::new(PASSING));
    }

    #[test]
    fn options_are_passed_on() {
        let mut bench = process::command("ore-bench");
        pass_on(&arguments(true, &["health"]), &mut bench).unwrap();
        assert_eq!(bench.get_args().collect::<Vec<_>>(), ["--only", "health", "--quick", "--rounds", "3"]);
    }
}
