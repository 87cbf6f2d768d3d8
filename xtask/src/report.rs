//! How the runs of tools ended.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ore_harness::say;

use crate::setup::Unavailable;

/// How the line begins that is printed when a tool's run has ended.
pub(crate) const END_MARK: &str = "<== ";

/// How a report goes on after the name of a tool that was skipped.
const SKIPPED: &str = "skipped, ";

/// A tool's run.
#[derive(Debug)]
pub(crate) struct Report {
    tool: String,
    outcome: Outcome,
    duration: Duration,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// With what the tool counted.
    Passed(String),
    /// With the reason.
    Failed(String),
    /// Because the tool cannot be had here, with the reason.
    Skipped(String),
}

impl From<Result<String>> for Outcome {
    /// A tool that cannot be had is skipped; every other error is a failure.
    fn from(result: Result<String>) -> Self {
        match result {
            Ok(counts) => Self::Passed(counts),
            Err(error) if error.is::<Unavailable>() => Self::Skipped(error.to_string()),
            Err(error) => Self::Failed(format!("{error:#}")),
        }
    }
}

impl Report {
    /// Runs a tool, and prints its beginning and its report.
    pub(crate) fn of(tool: &str, run: impl FnOnce() -> Result<String>) -> Self {
        say(&format!("==> {tool}"));
        let start = Instant::now();
        let outcome = Outcome::from(run());
        let report = Self { tool: tool.to_owned(), outcome, duration: start.elapsed() };
        say(&format!("{END_MARK}{report}"));
        report
    }

    pub(crate) fn was_skipped(&self) -> bool {
        matches!(self.outcome, Outcome::Skipped(_))
    }
}

/// Prints all reports, and fails for tools that failed.
pub(crate) fn conclude(command: &str, reports: &[Report]) -> Result<()> {
    say(&format!("Summary of {command}:"));
    for report in reports {
        say(&format!("  {report}"));
    }
    let failed = reports.iter().filter(|it| matches!(it.outcome, Outcome::Failed(_)));
    let failed: Vec<&str> = failed.map(|it| it.tool.as_str()).collect();
    ensure!(failed.is_empty(), "{} of {} failed: {}", failed.len(), reports.len(), failed.join(", "));
    Ok(())
}

/// The text of a skipped tool's report, out of a line that is printed when a tool's run has ended.
pub(crate) fn skipped_tool(line: &str) -> Option<&str> {
    let report = line.strip_prefix(END_MARK)?;
    let (tool, rest) = report.split_once(": ")?;
    (!tool.contains(' ') && rest.starts_with(SKIPPED)).then_some(report)
}

impl Display for Report {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (tool, seconds) = (&self.tool, self.duration.as_secs_f64());
        match &self.outcome {
            Outcome::Passed(counts) => write!(formatter, "{tool}: passed in {seconds:.1} s, {counts}"),
            Outcome::Failed(reason) => write!(formatter, "{tool}: FAILED in {seconds:.1} s, {reason}"),
            Outcome::Skipped(reason) => write!(formatter, "{tool}: {SKIPPED}{reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_tool_that_cannot_be_had_is_skipped_and_one_that_fails_is_not() {
        let report = |result: Result<String>| Report {
            tool: "browser".to_owned(),
            outcome: result.into(),
            duration: Duration::ZERO,
        };
        let end = |result| format!("{END_MARK}{}", report(result));
        let unavailable = || Unavailable::new("npm reaches no registry").into();
        assert_eq!(skipped_tool(&end(Err(unavailable()))), Some("browser: skipped, npm reaches no registry"));
        // The summary repeats it, indented.
        assert_eq!(skipped_tool(&format!("  {}", report(Err(unavailable())))), None);
        assert_eq!(skipped_tool(&end(Err(anyhow!("a check failed: skipped, 2")))), None);
        assert_eq!(skipped_tool(&end(Ok("5 passed: skipped, 2".to_owned()))), None);
        conclude("contract", &[report(Err(unavailable()))]).unwrap();
        assert!(conclude("contract", &[report(Err(anyhow!("exit status: 1")))]).is_err());
    }
}
