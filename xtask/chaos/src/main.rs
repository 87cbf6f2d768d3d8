//! Injects faults into a running `workflow-server` and looks at what it does: `cargo xtask chaos`.

mod context;
mod kit;
mod scenarios;

use std::num::NonZeroU8;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Parser;
use ore_harness::{Choice, Guard, Lab, Outcome, drive, exit_code, say};
use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::scenarios::{Scenario, run_cluster};

/// Injects faults into a running workflow-server and looks at what it does
#[derive(Parser)]
#[command(name = "ore-chaos")]
struct Arguments {
    #[command(flatten)]
    choice: Choice<Scenario>,
    /// Take the turns of an earlier run of `mixed` or `mail`, which printed this number
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u32>,
    /// Run so many replicas behind haproxy with Prometheus instead, until Ctrl-C
    #[arg(long, value_name = "NUMBER")]
    cluster: Option<NonZeroU8>,
    /// Check the dashboard under a load of so many seconds, and end
    #[arg(long, value_name = "SECONDS", requires = "cluster")]
    check_seconds: Option<u64>,
}

/// Runs the scenarios and prints their results; the exit code is 1 when one failed.
fn main() -> Result<ExitCode> {
    let Arguments { choice, seed, cluster, check_seconds } = Arguments::parse();
    drive("ore-chaos", async |guard| {
        allow_many_descriptors()?;
        let Some(count) = cluster else { return run_all(&choice, seed, guard).await };
        let context = Context::new(Lab::new(&choice.tools, guard, choice.quick, "cluster")?, 0);
        run_cluster(&context, count, check_seconds.map(Duration::from_secs)).await?;
        context.expect_no_panic()?;
        Ok(ExitCode::SUCCESS)
    })
}

/// For thousands of connections, in the services as well.
fn allow_many_descriptors() -> Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).context("cannot raise the number of open files")
}

async fn run_all(choice: &Choice<Scenario>, seed: Option<u32>, guard: &Guard) -> Result<ExitCode> {
    let mut reports = Vec::new();
    for (scenario, name) in choice.parts() {
        if scenario == Scenario::ExpandAndContract && choice.tools.get("earlier-server").is_err() {
            say(&format!("==> {name} is left to `cargo xtask schema-compat`, which has an earlier program"));
            continue;
        }
        say(&format!("==> {name}"));
        let started = Instant::now();
        // Short enough to type.
        let seed = seed.unwrap_or_else(|| fastrand::u32(..));
        let context = Context::new(Lab::new(&choice.tools, guard, choice.quick, &name)?, seed.into());
        let result = scenario.run(&context).await.and_then(|()| context.expect_no_panic());
        if result.is_ok() {
            context.discard_logs();
        }
        let report = Outcome::new(name, result, context.into_measured(), started);
        say(&format!("<== {}", line(&report)));
        reports.push(report);
    }
    say(&format!("Results of cargo xtask chaos, {}, with {}:", choice.mode(), choice.tools.server.display()));
    for report in &reports {
        say(&format!("  {}", line(report)));
    }
    let scenarios: Vec<Value> = reports.iter().map(Outcome::to_json).collect();
    choice.write_json(&json!({"mode": choice.mode(), "scenarios": scenarios}))?;
    Ok(exit_code(&reports))
}

/// For the table.
fn line(report: &Outcome<Map<String, Value>>) -> String {
    report.line(report.measured.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " "))))
}
