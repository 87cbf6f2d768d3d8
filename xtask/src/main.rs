//! The workspace's own commands, run as `cargo xtask <command>`.

mod bench;
mod book;
mod build;
mod chaos;
mod ci;
mod cluster;
mod console;
mod contract;
mod coverage;
mod db;
mod deny;
mod developer_setup;
mod docs;
mod doctor;
mod features;
mod files;
mod layers;
mod lint;
mod lint_deploy;
mod marked_versions;
mod matching;
mod metadata;
mod new_endpoint;
mod pre_commit;
mod process;
mod programs;
mod report;
mod schema_compat;
mod setup;
mod target_cpu;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    SchemaCompat(schema_compat::Arguments),
    /// Measure the service beside what the machine could do at most, on databases of its own
    Bench(bench::Arguments),
    /// Build the service for a kind of processor, and print where it is
    Build(build::Arguments),
    /// Start, stop or renew a PostgreSQL server for development
    #[command(subcommand)]
    Db(db::Action),
    /// Run replicas of the service behind haproxy, with PostgreSQL, Redis and Prometheus, on this machine alone
    Cluster(cluster::Arguments),
    /// Prepare this machine: a hook before commits, and the packages that the other commands need
    Setup,
    /// Show which tools this machine lacks, or what is wrong with a deployment as seen from outside
    Doctor(doctor::Arguments),
    /// Check what is staged, as the hook of `setup` does before each commit
    PreCommit,
    /// Measure which lines the tests reach
    Coverage(coverage::Arguments),
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
    Docs {
        #[command(flatten)]
        files: docs::Arguments,
        /// Then make pages of the manual, with the documentation of the code beside it, and check their links
        #[arg(long, conflicts_with = "check")]
        book: bool,
    },
    /// Write the OpenAPI document alone
    Openapi(docs::Arguments),
    /// Check bans, licenses and sources of all dependencies with cargo-deny
    Deny(deny::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Contract(arguments) => contract::run(&arguments),
        Command::Chaos(arguments) => chaos::run(&arguments),
        Command::SchemaCompat(arguments) => schema_compat::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Db(action) => db::run(&action),
        Command::Cluster(arguments) => cluster::run(&arguments),
        Command::Setup => developer_setup::run(),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::PreCommit => pre_commit::run(),
        Command::Coverage(arguments) => coverage::run(&arguments),
        Command::Ci => ci::run(),
        Command::NewEndpoint(arguments) => new_endpoint::run(&arguments),
        Command::Lint => lint::run(),
        Command::LintDeploy => lint_deploy::run(),
        Command::Features => features::run(),
        Command::Layers => layers::run(),
        Command::Docs { files, book } => {
            let written = docs::run(&docs::ALL, &files);
            if book { written.and_then(|()| book::run()) } else { written }
        }
        Command::Openapi(arguments) => docs::run(&docs::OPENAPI, &arguments),
        Command::Deny(arguments) => deny::run(arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::complain(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
