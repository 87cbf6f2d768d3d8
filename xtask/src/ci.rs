//! `cargo xtask ci`.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use ore_harness::say;

use crate::process::{self, cargo};
use crate::report::skipped_tool;

/// The arguments of `cargo xtask`, step by step: the very commands that a person types.
const STEPS: &[&[&str]] = &[
    &["test"],
    &["test", "--pg-tls", "ore-persistence", "--", "a_server_is_trusted_by_its_authority_and_its_name_alone"],
    &["contract"],
    &["chaos", "--quick"],
    &["schema-compat"],
    &["lint"],
    &["features"],
    &["lint-deploy"],
    &["layers"],
    &["docs", "--check"],
    &["new-endpoint", "--check"],
    &["deny"],
];

/// Runs every step, prints how long each took, and a summary, which names the tools that were skipped because this
/// machine cannot have them.
pub(crate) fn run() -> Result<()> {
    let mut summary = Vec::new();
    let result = STEPS.iter().try_for_each(|step| run_step(step, &mut summary));
    say(&format!("Summary of cargo xtask ci, {} of {} steps:", summary.len(), STEPS.len()));
    for line in &summary {
        say(&format!("  {line}"));
    }
    result
}

fn run_step(step: &[&str], summary: &mut Vec<String>) -> Result<()> {
    let name = format!("cargo xtask {}", step.join(" "));
    say(&format!("==> {name}"));
    let start = Instant::now();
    let mut skipped = Vec::new();
    let result = process::run_seeing_lines(cargo("xtask").args(step), |line| {
        skipped.extend(skipped_tool(line).map(str::to_owned));
    });
    let line = summary_line(&name, result.is_ok(), start.elapsed(), &skipped);
    say(&format!("<== {line}"));
    summary.push(line);
    result.with_context(|| format!("continuous integration stopped at `{name}`"))
}

/// A step that skipped a tool does not count as passed.
fn summary_line(name: &str, succeeded: bool, duration: Duration, skipped: &[String]) -> String {
    let outcome = match (succeeded, skipped) {
        (false, _) => "FAILED",
        (true, []) => "passed",
        (true, _) => "incomplete",
    };
    let outcome = format!("{name:<28} {outcome} in {:.1} s", duration.as_secs_f64());
    [&[outcome], skipped].concat().join("; ")
}
