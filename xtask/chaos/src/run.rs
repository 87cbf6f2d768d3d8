//! One run: the scenarios one after another, and their table at the end.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::num::NonZeroU8;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};
use ore_harness::{Guard, Tools, Verdict, say};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use crate::context::Context;
use crate::report::{Report, to_json};
use crate::scenarios::{Scenario, run_cluster};

/// As shells number an end by Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Injects faults into a running workflow-server and looks at what it does
#[derive(Parser)]
#[command(name = "ore-chaos")]
pub(crate) struct Arguments {
    /// Run this scenario; can be repeated
    #[arg(long, value_enum, value_name = "NAME")]
    only: Vec<Scenario>,
    /// Small numbers, for continuous integration
    #[arg(long)]
    quick: bool,
    /// Take the turns of an earlier run of `mixed` or `mail`, which printed this number
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u32>,
    /// Write the results to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Run so many replicas behind haproxy with Prometheus instead, until Ctrl-C
    #[arg(long, value_name = "NUMBER")]
    cluster: Option<NonZeroU8>,
    /// Check the dashboard under a load of so many seconds, and end
    #[arg(long, value_name = "SECONDS", requires = "cluster")]
    check_seconds: Option<u64>,
    #[command(flatten)]
    tools: Tools,
}

/// Runs the scenarios and prints their results; the exit code is 1 when one failed.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    arguments.tools = arguments.tools.resolved()?;
    allow_many_descriptors()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let guard = Guard::start("ore-chaos")?;
    let result = runtime.block_on(run_unless_interrupted(&arguments, &guard));
    // What is left of a load would open new connections while its servers end.
    drop(runtime);
    result
}

/// For thousands of connections, in the services as well.
fn allow_many_descriptors() -> Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).context("cannot raise the number of open files")
}

async fn run_unless_interrupted(arguments: &Arguments, guard: &Guard) -> Result<ExitCode> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // Dropping the scenario ends its processes.
    tokio::select! {
        result = run_all(arguments, guard) => result,
        _ = interrupt.recv() => Ok(ExitCode::from(INTERRUPTED)),
        _ = terminate.recv() => Ok(ExitCode::from(INTERRUPTED)),
    }
}

async fn run_all(arguments: &Arguments, guard: &Guard) -> Result<ExitCode> {
    if let Some(count) = arguments.cluster {
        let context = Context::new(&arguments.tools, (arguments.quick, 0), guard, "cluster")?;
        run_cluster(&context, count, arguments.check_seconds.map(Duration::from_secs)).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let all = Scenario::value_variants().iter().copied();
    let chosen: Vec<Scenario> = all.filter(|it| arguments.only.is_empty() || arguments.only.contains(it)).collect();
    let mut reports = Vec::new();
    for scenario in chosen {
        let report = run_one(scenario, arguments, guard).await?;
        say(&format!("<== {report}"));
        reports.push(report);
    }
    let (mode, server) = (if arguments.quick { "quick" } else { "full" }, arguments.tools.server.display());
    say(&format!("Results of cargo xtask chaos, {mode}, with {server}:"));
    for report in &reports {
        say(&format!("  {report}"));
    }
    if let Some(file) = &arguments.json {
        let text = format!("{:#}\n", to_json(&reports, arguments.quick));
        fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(if reports.iter().any(Report::has_failed) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn run_one(scenario: Scenario, arguments: &Arguments, guard: &Guard) -> Result<Report> {
    let name = scenario.name();
    say(&format!("==> {name}"));
    let started = Instant::now();
    let seed = arguments.seed.unwrap_or_else(random_seed);
    let context = Context::new(&arguments.tools, (arguments.quick, seed.into()), guard, &name)?;
    let verdict = Verdict::from(scenario.run(&context).await);
    if matches!(verdict, Verdict::Done) {
        context.discard_logs();
    }
    Ok(Report { scenario: name, verdict, measured: context.into_measured(), duration: started.elapsed() })
}

/// Another one each time, and short enough to type.
fn random_seed() -> u32 {
    // The standard library's hashes begin with random keys.
    let [first, second, third, fourth, ..] = RandomState::new().build_hasher().finish().to_ne_bytes();
    u32::from_ne_bytes([first, second, third, fourth])
}
