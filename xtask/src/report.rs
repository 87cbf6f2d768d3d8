//! How the runs of tools ended.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::console;
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
        console::say(&format!("==> {tool}"));
        let start = Instant::now();
        let outcome = Outcome::from(run());
        let report = Self { tool: tool.to_owned(), outcome, duration: start.elapsed() };
        console::say(&format!("{END_MARK}{report}"));
        report
    }

    pub(crate) fn was_skipped(&self) -> bool {
        matches!(self.outcome, Outcome::Skipped(_))
    }
}

/// Prints all reports, and fails for tools that failed.
pub(crate) fn conclude(command: &str, reports: &[Report]) -> Result<()> {
    console::say(&format!("Summary of {command}:"));
    for report in reports {
        console::say(&format!("  {report}"));
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
    use anyhow::{Context, anyhow};

    use super::*;

    fn report(result: Result<String>) -> Report {
        Report { tool: "browser".to_owned(), outcome: result.into(), duration: Duration::from_millis(1250) }
    }

    fn skipped() -> Report {
        report(Err(Unavailable::new("npm reaches no registry").into()))
    }

    #[test]
    fn a_tool_that_cannot_be_had_is_skipped_with_the_reason_and_fails_nobody() {
        for report in [skipped(), report(Err(anyhow!(Unavailable::new("npm reaches no registry"))))] {
            assert!(report.was_skipped());
            assert_eq!(report.to_string(), "browser: skipped, npm reaches no registry");
            conclude("contract", &[report]).unwrap();
        }
    }

    #[test]
    fn a_skipped_tool_is_recognised_by_the_line_that_ends_its_run() {
        let skipped = skipped();
        assert_eq!(skipped_tool(&format!("{END_MARK}{skipped}")), Some("browser: skipped, npm reaches no registry"));
        // The summary repeats it, indented.
        assert_eq!(skipped_tool(&format!("  {skipped}")), None);
        for result in [Ok("5 passed: skipped, 2".to_owned()), Err(anyhow!("a check failed: skipped, 2"))] {
            assert_eq!(skipped_tool(&format!("{END_MARK}{}", report(result))), None);
        }
    }

    #[test]
    fn a_tool_that_runs_and_fails_is_named_and_never_skipped() {
        let failed = report(Err(anyhow!("exit status: 1")).context("`node` failed"));
        assert!(!failed.was_skipped());
        assert_eq!(failed.to_string(), "browser: FAILED in 1.2 s, `node` failed: exit status: 1");
        let error = conclude("contract", &[skipped(), failed]).unwrap_err();
        assert_eq!(error.to_string(), "1 of 2 failed: browser");
    }

    #[test]
    fn a_tool_that_passes_says_what_it_counted() {
        assert_eq!(report(Ok("7 tests".to_owned())).to_string(), "browser: passed in 1.2 s, 7 tests");
    }
}
