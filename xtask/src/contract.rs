//! `cargo xtask contract`: the service tested from outside, by tools that others wrote.

mod scripts;
mod service;

use anyhow::{Context, Result, ensure};
use clap::builder::PossibleValuesParser;

use self::service::Service;
use crate::report::{self, Report};
use crate::setup::{CONTRACT, node_program};
use crate::{process, workspace};

/// The options of `cargo xtask contract`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run this tool alone
    #[arg(long, value_parser = PossibleValuesParser::new(TOOLS.map(|(name, _)| name)), value_name = "NAME")]
    only: Option<String>,
    /// Write the pictures of the pages to docs/images
    #[arg(long)]
    screenshots: bool,
}

/// A name, and what runs the tool.
type Tool = (&'static str, fn(&Service, &Arguments) -> Result<()>);

/// In the order in which they run.
const TOOLS: [Tool; 5] = [
    ("spectral", |service, _| spectral(service)),
    ("typescript", |service, _| typescript(service)),
    ("browser", |service, arguments| scripts::open_pages(service, arguments.screenshots)),
    ("clients", |_, _| scripts::run_clients()),
    ("schemathesis", |service, _| schemathesis(service)),
];

/// Starts the service on a database of its own, runs the tools one after another, and prints a summary. Fails also for
/// a tool that was asked for by name and skipped.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let service = Service::start("server", &[])?;
    let is_asked_for = |(name, _): &&Tool| arguments.only.as_ref().is_none_or(|only| only == name);
    let run = |(name, run): &Tool| report::run_tool(name, || run(&service, arguments));
    let reports: Vec<Report> = TOOLS.iter().filter(is_asked_for).map(run).collect();
    let stopped = service.stop();
    report::conclude("cargo xtask contract", &reports)?;
    if let [only] = reports.as_slice() {
        ensure!(only.word() != "skipped", "{}", only.line([]));
    }
    stopped
}

/// Lints the document by `xtask/contract/.spectral.yaml`.
fn spectral(service: &Service) -> Result<()> {
    let mut spectral = node_program("spectral")?;
    spectral.args(["lint", "--fail-severity", "warn", "--ruleset", ".spectral.yaml"]);
    process::run(spectral.arg(&service.document))
}

/// Generates the types, checks the client with them, and runs it.
fn typescript(service: &Service) -> Result<()> {
    process::run(node_program("openapi-typescript")?.arg(&service.document).args(["--output", "schema.d.ts"]))?;
    // The settings are those of `tsc --strict`; nothing is written where there is a type error.
    process::run(node_program("tsc")?.args(["--project", "tsconfig.json"])).context("the client has type errors")?;
    scripts::node_tests("build/client.js", &[("ORE_CONTRACT_URL", service.url().into())])
}

/// Checks the operations of users as a user, and those of administrators as a service account that has every
/// permission.
fn schemathesis(service: &Service) -> Result<()> {
    generated_requests(service, &service.register("schemathesis@example.org")?, "--exclude-path-regex")?;
    generated_requests(service, &service.key_of_administrator()?, "--include-path-regex")
}

/// The operations of administrators, which a user may only be refused.
const ADMINISTRATION: &str = "^/api/v1/(users|roles|audit|service-accounts)(/|$)";

/// Runs all checks of Schemathesis, of operations within or without administration.
fn generated_requests(service: &Service, token: &str, selection: &str) -> Result<()> {
    let mut schemathesis = CONTRACT.program("schemathesis")?;
    schemathesis.current_dir(&service.workplace).env("ORE_CONTRACT_TOKEN", token);
    schemathesis.arg("--config-file").arg(workspace::root().join("xtask/contract/schemathesis.toml"));
    schemathesis.args(["run", selection, ADMINISTRATION, "--checks", "all", "--max-examples", "150"]);
    // Every run sends the same requests.
    schemathesis.args(["--seed", "1", "--generation-database", "none", "--no-color", "--url", &service.url()]);
    process::run_telling(schemathesis.arg(&service.document), TEST_CASES)
}

/// The line below `Test cases:`, such as `147 generated, 147 passed`.
const TEST_CASES: &str = r"(?m)^\s+(\d+ generated, .+)$";
