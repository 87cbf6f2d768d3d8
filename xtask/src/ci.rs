//! `cargo xtask ci`.

use std::time::Instant;

use anyhow::{Context, Result};
use ore_harness::say;

use crate::process::{self, cargo};
use crate::report::skipped_tools;

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
    let result = process::echoed(cargo("xtask").args(step));
    let skipped = result.as_deref().map(skipped_tools).unwrap_or_default();
    // A step that skipped a tool does not count as passed.
    let outcome = match (&result, skipped.as_slice()) {
        (Err(_), _) => "FAILED",
        (Ok(_), []) => "passed",
        (Ok(_), _) => "incomplete",
    };
    let outcome = format!("{name:<28} {outcome} in {:.1} s", start.elapsed().as_secs_f64());
    let line = [&[&*outcome], &*skipped].concat().join("; ");
    say(&format!("<== {line}"));
    summary.push(line);
    result.map(drop).with_context(|| format!("continuous integration stopped at `{name}`"))
}
