//! The workspace's own commands, run as `cargo xtask <command>`.

mod bench;
mod chaos;
mod ci;
mod contract;
mod coverage;
mod developer_setup;
mod docs;
mod layers;
mod lint;
mod lint_deploy;
mod matching;
mod new_endpoint;
mod process;
mod programs;
mod report;
mod schema_compat;
mod setup;
mod test;
mod tidy;
mod workspace;

use std::env::set_current_dir;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use ore_harness::complain;

/// Builds, tests and checks this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prepare what the tests need, then run every test of the workspace, or of the packages named
    Test(test::Arguments),
    /// Test the service from outside with tools that others wrote: Spectral, TypeScript, a browser, Schemathesis
    Contract(contract::Arguments),
    /// Inject faults into the running service and check what it does: outages, kills, floods, slow clients
    Chaos(chaos::Arguments),
    /// Run the program before this commit beside this one, on the schema of this one
    SchemaCompat,
    /// Measure the service beside what the machine could do at most, on databases of its own
    Bench(bench::Arguments),
    /// Run replicas of the service behind haproxy, with PostgreSQL, Redis and Prometheus, on this machine alone
    Cluster(chaos::ClusterArguments),
    /// Prepare this machine: a hook before commits, and the packages that the other commands need
    Setup,
    /// Show which tools this machine lacks
    Doctor,
    /// Check formatting, clippy and tidiness, as the hook of `setup` does before each commit
    PreCommit,
    /// Measure which lines the tests reach
    Coverage,
    /// Run every check of continuous integration, stopping at the first that fails
    Ci,
    /// Write an endpoint for things that users keep for themselves: migration, stores, routes, tests, documentation
    NewEndpoint(new_endpoint::Arguments),
    /// Check formatting, clippy, documentation, the second crypto provider and the tidiness of every file
    Lint,
    /// Check what no compiler reads: the image, compose, Kubernetes, systemd, Prometheus, Grafana, the workflows
    LintDeploy,
    /// Check tokens with the features that the other crates of another service may bring
    Features,
    /// Check that every dependency keeps to the layers of docs/architecture.md
    Layers,
    /// Write the files that are generated from the code: .env.example, the OpenAPI document, the reference pages
    Docs(docs::Arguments),
    /// Check bans, licenses and sources of all dependencies with cargo-deny
    Deny(lint::DenyArguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Paths begin at the root of the workspace from here on, wherever a person was.
fn run(command: Command) -> Result<()> {
    set_current_dir(workspace::root()).context("cannot enter the checkout that this program was built from")?;
    match command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Contract(arguments) => contract::run(&arguments),
        Command::Chaos(arguments) => chaos::run(&arguments),
        Command::SchemaCompat => schema_compat::run(),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Cluster(arguments) => chaos::run_cluster(&arguments),
        Command::Setup => developer_setup::run(),
        Command::Doctor => {
            developer_setup::doctor();
            Ok(())
        }
        Command::PreCommit => lint::run_quick(),
        Command::Coverage => coverage::run(),
        Command::Ci => ci::run(),
        Command::NewEndpoint(arguments) => new_endpoint::run(&arguments),
        Command::Lint => lint::run(),
        Command::LintDeploy => lint_deploy::run(),
        Command::Features => lint::run_features(),
        Command::Layers => layers::run(),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Deny(arguments) => lint::run_deny(&arguments),
    }
}
