//! How a tool's run ended.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use anyhow::Result;

use crate::setup::Unavailable;

/// How the line begins that is printed when a tool's run has ended.
pub(crate) const END_MARK: &str = "<== ";

/// How a report goes on after the name of a tool that was skipped.
const SKIPPED: &str = "skipped, ";

/// A tool's run.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) tool: String,
    pub(crate) outcome: Outcome,
    pub(crate) duration: Duration,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
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
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }

    pub(super) fn was_skipped(&self) -> bool {
        matches!(self.outcome, Outcome::Skipped(_))
    }
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

    #[test]
    fn a_tool_that_cannot_be_had_is_skipped_with_the_reason() {
        let unavailable = Unavailable::new("chromium is missing and cannot be installed here");
        for error in [anyhow!(Unavailable::new("chromium is missing and cannot be installed here")), unavailable.into()]
        {
            let report = report(Err(error));
            assert!(!report.has_failed());
            assert_eq!(report.to_string(), "browser: skipped, chromium is missing and cannot be installed here");
        }
    }

    #[test]
    fn a_skipped_tool_is_recognised_by_the_line_that_ends_its_run() {
        let skipped = report(Err(Unavailable::new("npm reaches no registry").into())).to_string();
        assert_eq!(skipped_tool(&format!("{END_MARK}{skipped}")), Some("browser: skipped, npm reaches no registry"));
        // The summary repeats it, indented.
        assert_eq!(skipped_tool(&format!("  {skipped}")), None);
    }

    #[test]
    fn a_tool_that_ran_is_not_taken_for_a_skipped_one() {
        for result in [Ok("5 passed: skipped, 2".to_owned()), Err(anyhow!("a check failed: skipped, 2"))] {
            assert_eq!(skipped_tool(&format!("{END_MARK}{}", report(result))), None);
        }
    }

    #[test]
    fn a_tool_that_runs_and_fails_is_never_skipped() {
        let report = report(Err(anyhow!("exit status: 1")).context("`node` failed"));
        assert!(report.has_failed());
        assert_eq!(report.to_string(), "browser: FAILED in 1.2 s, `node` failed: exit status: 1");
    }

    #[test]
    fn a_tool_that_passes_says_what_it_counted() {
        assert_eq!(report(Ok("7 tests".to_owned())).to_string(), "browser: passed in 1.2 s, 7 tests");
    }
}
