//! `cargo xtask chaos` and `cluster`: prepare what the package `ore-chaos` needs, and run it.

use std::num::NonZeroU8;
use std::path::PathBuf;

use anyhow::Result;

use crate::process;
use crate::programs::BuiltPrograms;
use crate::setup::{HandedTools, LINTERS};

/// The options of `cargo xtask chaos`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Options of ore-chaos, such as `--only kill-loop`, `--quick` (small numbers on the debug build of the tests, in
    /// less than five minutes), `--seed NUMBER` or `--json FILE`; `-- --help` lists them, and paths begin at the root
    /// of the workspace
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
    options: Vec<String>,
}

/// Runs the scenarios.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    run_with("chaos", &arguments.options, None)
}

/// Builds the service and the scenarios, installs what a command of ours needs where that is possible, and runs
/// `ore-chaos`, perhaps with one tool more.
pub(crate) fn run_with(command: &str, options: &[String], more: Option<(&str, PathBuf)>) -> Result<()> {
    let selection = "--bin workflow-server --bin ore-chaos";
    let programs = if options.iter().any(|option| option == "--quick") {
        BuiltPrograms::build_with_tests(selection)?
    } else {
        BuiltPrograms::build(&format!("--release {selection}"))?
    };
    let mut tools = HandedTools::of(command);
    if let Some((name, path)) = more {
        tools.add(name, Ok(path));
    }
    let server = programs.path("workflow-server")?;
    tools.hand_to(&programs.path("ore-chaos")?, Some(server), "target/chaos", options)
}

/// The options of `cargo xtask cluster`.
#[derive(clap::Args)]
pub(crate) struct ClusterArguments {
    /// Processes of the service
    #[arg(long, value_name = "NUMBER", default_value = "2")]
    replicas: NonZeroU8,
    /// Build the service with optimisations
    #[arg(long)]
    release: bool,
    /// Send requests of all kinds for a minute, check that every panel of the dashboard has data, and end
    #[arg(long)]
    check: bool,
}

/// Runs the service with all that stands around it, on this machine and without containers: `ore-chaos` starts
/// everything, prints where it is, and runs until Ctrl-C or for the time of a check.
pub(crate) fn run_cluster(arguments: &ClusterArguments) -> Result<()> {
    let mut options = vec!["--cluster".to_owned(), arguments.replicas.to_string()];
    options.extend((!arguments.release).then(|| "--quick".to_owned()));
    if arguments.check {
        options.extend(["--check-seconds", "60"].map(str::to_owned));
    }
    run_with("cluster", &options, None)?;
    if !arguments.check {
        return Ok(());
    }
    // The rules and the dashboard name series that a replica has.
    let metrics = "target/chaos/cluster/metrics.log";
    process::run(LINTERS.program("python")?.args(["deploy/monitoring/check-metrics", metrics]))
}
