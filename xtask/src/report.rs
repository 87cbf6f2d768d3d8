//! How the runs of tools ended.

use std::time::Instant;

use anyhow::{Result, ensure};
use ore_harness::{Outcome, say};

use crate::matching;

/// A tool's run, with what the tool counted.
pub(crate) type Report = Outcome<String>;

/// Runs a tool, and prints its beginning and its report.
pub(crate) fn run_tool(tool: &str, run: impl FnOnce() -> Result<String>) -> Report {
    say(&format!("==> {tool}"));
    let started = Instant::now();
    let (result, counts) = run().map_or_else(|error| (Err(error), String::new()), |counts| (Ok(()), counts));
    let report = Outcome::new(tool.to_owned(), result, counts, started);
    say(&end(&report));
    report
}

/// The line that is printed when a tool's run has ended.
fn end(report: &Report) -> String {
    format!("<== {}", line(report))
}

/// A report as people read it.
pub(crate) fn line(report: &Report) -> String {
    let (tool, told) = (&report.name, report.reason().unwrap_or_else(|| report.measured.clone()));
    match report.word() {
        "skipped" => format!("{tool}: skipped, {told}"),
        word if told.is_empty() => format!("{tool}: {word} in {:.1} s", report.duration.as_secs_f64()),
        word => format!("{tool}: {word} in {:.1} s, {told}", report.duration.as_secs_f64()),
    }
}

/// Prints all reports, and fails for tools that failed.
pub(crate) fn conclude(command: &str, reports: &[Report]) -> Result<()> {
    say(&format!("Summary of {command}:"));
    for report in reports {
        say(&format!("  {}", line(report)));
    }
    let failed: Vec<&str> = reports.iter().filter(|it| it.has_failed()).map(|it| it.name.as_str()).collect();
    ensure!(failed.is_empty(), "{} of {} failed: {}", failed.len(), reports.len(), failed.join(", "));
    Ok(())
}

/// The reports of tools that were skipped, out of what a command has printed.
pub(crate) fn skipped_tools(text: &str) -> Vec<&str> {
    matching::find_all(r"(?m)^<== (\S+: skipped, .+)$", text)
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;
    use ore_harness::Skipped;

    use super::*;

    #[test]
    fn a_tool_that_cannot_be_had_is_skipped_and_one_that_fails_is_not() {
        let report =
            |result, counts: &str| Outcome::new("browser".to_owned(), result, counts.to_owned(), Instant::now());
        let skipped = report(Err(Skipped("npm reaches no registry".to_owned()).into()), "");
        let failed = report(Err(anyhow!("a check failed: skipped, 2")), "");
        let passed = report(Ok(()), "5 passed: skipped, 2");
        // The summary repeats it, indented.
        let text = [end(&failed), end(&skipped), end(&passed), format!("  {}", line(&skipped))].join("\n");
        assert_eq!(skipped_tools(&text), ["browser: skipped, npm reaches no registry"]);
        conclude("contract", &[skipped]).unwrap();
        assert!(conclude("contract", &[failed]).is_err());
    }
}
