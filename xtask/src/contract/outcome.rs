//! How a tool's run ended.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use anyhow::Result;

use crate::setup::Unavailable;

/// A tool's run.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) tool: String,
    pub(super) outcome: Outcome,
    pub(super) duration: Duration,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
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
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }
}

impl Display for Report {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (tool, seconds) = (&self.tool, self.duration.as_secs_f64());
        match &self.outcome {
            Outcome::Passed(counts) => write!(formatter, "{tool}: passed in {seconds:.1} s, {counts}"),
            Outcome::Failed(reason) => write!(formatter, "{tool}: FAILED in {seconds:.1} s, {reason}"),
            Outcome::Skipped(reason) => write!(formatter, "{tool}: skipped, {reason}"),
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
