//! `cargo xtask ci`.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::console::say;
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

fn summary_line(name: &str, succeeded: bool, duration: Duration, skipped: &[String]) -> String {
    let outcome = match (succeeded, skipped) {
        (false, _) => "FAILED",
        (true, []) => "passed",
        (true, _) => "incomplete",
    };
    let outcome = format!("{name:<28} {outcome} in {:.1} s", duration.as_secs_f64());
    [&[outcome], skipped].concat().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DURATION: Duration = Duration::from_millis(1250);

    #[test]
    fn a_step_that_skipped_a_tool_does_not_count_as_passed() {
        let skipped = ["spectral: skipped, npm reaches no registry".to_owned(), "browser: skipped, no".to_owned()];
        assert_eq!(
            summary_line("cargo xtask contract", true, DURATION, &skipped),
            "cargo xtask contract         incomplete in 1.2 s; spectral: skipped, npm reaches no registry; \
             browser: skipped, no"
        );
    }

    #[test]
    fn a_step_passes_or_fails() {
        let line = |succeeded| summary_line("cargo xtask lint", succeeded, DURATION, &[]);
        assert_eq!(line(true), "cargo xtask lint             passed in 1.2 s");
        assert_eq!(line(false), "cargo xtask lint             FAILED in 1.2 s");
    }
}
