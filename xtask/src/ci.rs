//! `cargo xtask ci`.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::console::say;
use crate::process::{self, cargo};

/// The arguments of `cargo xtask`, step by step: the very commands that a person types.
const STEPS: &[&[&str]] = &[
    &["test"],
    &["test", "--pg-tls", "ore-persistence", "--", "a_server_is_trusted_by_its_authority_and_its_name_alone"],
    &["contract"],
    &["chaos", "--quick"],
    &["lint"],
    &["layers"],
    &["docs", "--check"],
    &["deny"],
];

/// Runs every step, prints how long each took, and a summary.
///
/// # Errors
/// At the first step that fails; the summary then ends with it.
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
    let result = process::run(cargo(["xtask"]).args(step));
    let outcome = if result.is_ok() { "passed" } else { "FAILED" };
    let line = format!("{name:<28} {outcome} in {:.1} s", start.elapsed().as_secs_f64());
    say(&format!("<== {line}"));
    summary.push(line);
    result.with_context(|| format!("continuous integration stopped at `{name}`"))
}
