//! How the runs of tools ended.

use std::time::Instant;

use anyhow::{Result, ensure};
use ore_harness::{Outcome, say};

/// How the line begins that is printed when a tool's run has ended.
pub(crate) const END_MARK: &str = "<== ";

/// How a report goes on after the name of a tool that was skipped.
const SKIPPED: &str = "skipped, ";

/// A tool's run, with what the tool counted.
pub(crate) type Report = Outcome<String>;

/// Runs a tool, and prints its beginning and its report.
pub(crate) fn run_tool(tool: &str, run: impl FnOnce() -> Result<String>) -> Report {
    say(&format!("==> {tool}"));
    let started = Instant::now();
    let (result, counts) = run().map_or_else(|error| (Err(error), String::new()), |counts| (Ok(()), counts));
    let report = Outcome::new(tool.to_owned(), result, counts, started);
    say(&format!("{END_MARK}{}", line(&report)));
    report
}

/// A report as people read it.
pub(crate) fn line(report: &Report) -> String {
    let (tool, told) = (&report.name, report.reason().unwrap_or_else(|| report.measured.clone()));
    match report.word() {
        "skipped" => format!("{tool}: {SKIPPED}{told}"),
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

/// The text of a skipped tool's report, out of a line that is printed when a tool's run has ended.
pub(crate) fn skipped_tool(line: &str) -> Option<&str> {
    let report = line.strip_prefix(END_MARK)?;
    let (tool, rest) = report.split_once(": ")?;
    (!tool.contains(' ') && rest.starts_with(SKIPPED)).then_some(report)
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
        let end = |report| format!("{END_MARK}{}", line(report));
        assert_eq!(skipped_tool(&end(&skipped)), Some("browser: skipped, npm reaches no registry"));
        // The summary repeats it, indented.
        assert_eq!(skipped_tool(&format!("  {}", line(&skipped))), None);
        assert_eq!(skipped_tool(&end(&failed)), None);
        assert_eq!(skipped_tool(&end(&report(Ok(()), "5 passed: skipped, 2"))), None);
        conclude("contract", &[skipped]).unwrap();
        assert!(conclude("contract", &[failed]).is_err());
    }
}
