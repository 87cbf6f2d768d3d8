//! Measures `workflow-server` and the limits of the machine: `cargo xtask bench`.

mod cases;
mod context;
mod kit;
mod report;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use fs_err as fs;
use ore_harness::{Choice, Guard, Lab, Outcome, drive, exit_code, say};

use crate::cases::Case;
use crate::context::{Context, Pace};
use crate::report::{Machine, Summary};

/// Measures workflow-server beside what the machine could do at most. Writes results.md and results.json into
/// docs/benchmarks, or into target/bench if that is a part of a run or a quick one
#[derive(Parser)]
#[command(name = "ore-bench")]
struct Arguments {
    #[command(flatten)]
    choice: Choice<Case>,
    /// Users of the largest database: 1000000, or 10000 in a quick run
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(2_000..=100_000_000))]
    users: Option<u64>,
    /// Rounds in which each thing is measured: 5, or 1 in a quick run
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Samples of each class in the case timing: 2000, or 100 in a quick run
    #[arg(long, env = "ORE_SAMPLES", value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(10..))]
    samples: Option<u16>,
}

/// Measures, and shows and writes the results; the exit code is 1 when a case could not be measured. A goal that was
/// missed is told, and is no failure: on a busy machine every goal is.
fn main() -> Result<ExitCode> {
    let Arguments { choice, users, rounds, samples } = Arguments::parse();
    let default = if choice.quick { (1, 10_000, 100) } else { (5, 1_000_000, 2_000) };
    let pace = Pace {
        rounds: rounds.unwrap_or(default.0).into(),
        users: users.unwrap_or(default.1),
        samples: samples.unwrap_or(default.2).into(),
    };
    drive("ore-bench", async |guard| run_all(&choice, guard, pace).await)
}

async fn run_all(choice: &Choice<Case>, guard: &Guard, pace: Pace) -> Result<ExitCode> {
    let mut cases = Vec::new();
    for (case, name) in choice.parts() {
        say(&format!("==> {name}"));
        let started = Instant::now();
        let context = Context::new(Lab::new(&choice.tools, guard, choice.quick, &name)?, pace);
        let result = case.run(&context).await;
        let outcome = Outcome::new(name, result, context.into_measured(), started);
        say(&format!("<== {} {:.0} s", outcome.name, outcome.duration.as_secs_f64()));
        cases.push(outcome);
    }
    let summary = Summary { machine: Machine::look(), mode: choice.mode(), rounds: pace.rounds, cases };
    let (text, json) = (summary.to_string(), summary.to_json());
    say(&text);
    let output = Path::new(if choice.is_whole() { "docs/benchmarks" } else { "target/bench" });
    fs::create_dir_all(output)?;
    fs::write(output.join("results.md"), &text)?;
    fs::write(output.join("results.json"), format!("{json:#}\n"))?;
    choice.write_json(&json)?;
    Ok(exit_code(&summary.cases))
}
