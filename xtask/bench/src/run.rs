//! One run: the cases one after another, and their table at the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};
use ore_harness::{Guard, Tools, Verdict, say};
use tokio::signal::unix::{SignalKind, signal};

use crate::cases::Case;
use crate::context::{Context, Pace};
use crate::report::{CaseReport, Machine, Summary};

/// As shells number an end by Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Measures workflow-server beside what the machine could do at most
#[derive(Parser)]
#[command(name = "ore-bench")]
pub(crate) struct Arguments {
    /// Run this case; can be repeated
    #[arg(long, value_enum, value_name = "NAME")]
    only: Vec<Case>,
    /// Few and short rounds, which show that everything works and little else
    #[arg(long)]
    quick: bool,
    /// Users of the largest database: 1000000, or 10000 in a quick run
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(2_000..=100_000_000))]
    users: Option<u64>,
    /// Rounds in which each thing is measured: 5, or 1 in a quick run
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Samples of each class in the case timing: 2000, or 100 in a quick run
    #[arg(long, env = "ORE_SAMPLES", value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(10..))]
    samples: Option<u16>,
    /// Write the results to this file too, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write results.md and results.json into this directory
    #[arg(long, value_name = "DIRECTORY", default_value = "target/bench")]
    output: PathBuf,
    #[command(flatten)]
    tools: Tools,
}

impl Arguments {
    fn pace(&self) -> Pace {
        let (rounds, users, samples) = if self.quick { (1, 10_000, 100) } else { (5, 1_000_000, 2_000) };
        Pace {
            is_quick: self.quick,
            rounds: self.rounds.unwrap_or(rounds).into(),
            users: self.users.unwrap_or(users),
            samples: self.samples.unwrap_or(samples).into(),
        }
    }
}

/// Measures, and shows and writes the results; the exit code is 1 when a case could not be measured. A goal that was
/// missed is told, and is no failure: on a busy machine every goal is.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let guard = Guard::start("ore-bench")?;
    let result = runtime.block_on(run_unless_interrupted(arguments, &guard));
    // What is left of a load would open new connections while its servers end.
    drop(runtime);
    result
}

async fn run_unless_interrupted(mut arguments: Arguments, guard: &Guard) -> Result<ExitCode> {
    arguments.tools = arguments.tools.resolved()?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // Dropping the case ends its processes.
    tokio::select! {
        result = run_all(&arguments, guard) => result,
        _ = interrupt.recv() => Ok(ExitCode::from(INTERRUPTED)),
        _ = terminate.recv() => Ok(ExitCode::from(INTERRUPTED)),
    }
}

async fn run_all(arguments: &Arguments, guard: &Guard) -> Result<ExitCode> {
    let all = Case::value_variants().iter().copied();
    let chosen: Vec<Case> = all.filter(|it| arguments.only.is_empty() || arguments.only.contains(it)).collect();
    let pace = arguments.pace();
    let mut cases = Vec::new();
    for case in chosen {
        let name = case.name();
        say(&format!("==> {name}"));
        let report = run_one(case, &name, Context::new(&arguments.tools, guard, pace, &name)?).await;
        say(&format!("<== {name} {:.0} s", report.duration.as_secs_f64()));
        cases.push(report);
    }
    let summary = Summary { machine: Machine::look(), is_quick: pace.is_quick, rounds: pace.rounds, cases };
    say(&summary.to_markdown());
    write(&summary, &arguments.output)?;
    if let Some(file) = &arguments.json {
        write_file(file, &format!("{:#}\n", summary.to_json()))?;
    }
    Ok(if summary.has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn run_one(case: Case, name: &str, context: Context) -> CaseReport {
    let started = Instant::now();
    let verdict = Verdict::from(case.run(&context).await);
    CaseReport { case: name.to_owned(), verdict, rows: context.into_measured(), duration: started.elapsed() }
}

fn write(summary: &Summary, directory: &Path) -> Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    write_file(&directory.join("results.md"), &summary.to_markdown())?;
    write_file(&directory.join("results.json"), &format!("{:#}\n", summary.to_json()))?;
    Ok(())
}

fn write_file(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
