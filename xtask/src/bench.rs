//! `cargo xtask bench`: prepares what the package `ore-bench` needs, and runs it.

use std::path::PathBuf;

use anyhow::Result;

use crate::files::from_here;
use crate::programs::BuiltPrograms;
use crate::setup::HandedTools;
use crate::{process, workspace};

/// What measures, what is measured, and what it is compared with, by the names that `ore-bench` has for them.
const BENCH: &str = "ore-bench";
const SERVER: &str = "workflow-server";
const BARE: (&str, &str) = ("bare", "ore-bench-bare");
const HASH_LOOP: (&str, &str) = ("hash_loop", "hash_loop");

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
    /// Measure this build of the service, instead of one that is made for it
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// What the case predecessor measures beside it: an earlier build of the service
    #[arg(long, value_name = "FILE")]
    beside: Option<PathBuf>,
}

/// Builds everything as it is deployed, installs what is needed where that is possible, and measures.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let server = if arguments.server.is_none() { " --bin workflow-server" } else { "" };
    let selection = format!("--profile dist --example {} --bin {BENCH} --bin {}{server}", HASH_LOOP.1, BARE.1);
    let programs = BuiltPrograms::build(&selection)?;
    let mut tools = HandedTools::for_bench();
    let mut bench = process::command(programs.path(BENCH)?);
    for (name, program) in [BARE, HASH_LOOP] {
        tools.add(name, programs.path(program));
    }
    if let Some(file) = &arguments.beside {
        tools.add("predecessor", from_here(file));
    }
    tools.hand_to(&mut bench)?;
    bench.env("ORE_SERVER", arguments.server.as_ref().map_or_else(|| programs.path(SERVER), |it| from_here(it))?);
    bench.env("ORE_LOGS", workspace::root().join("target/bench/logs"));
    bench.args(arguments.only.iter().flat_map(|name| ["--only", name]));
    bench.args(arguments.quick.then_some("--quick"));
    let users = arguments.users.map(|users| ["--users".to_owned(), users.to_string()]);
    let rounds = arguments.rounds.map(|rounds| ["--rounds".to_owned(), rounds.to_string()]);
    bench.args(users.into_iter().chain(rounds).flatten());
    if let Some(file) = &arguments.json {
        bench.arg("--json").arg(from_here(file)?);
    }
    process::run(&mut bench)
}
