//! How the runs of tools ended.

use std::time::Instant;

use anyhow::{Result, ensure};
use ore_harness::{Outcome, say};

use crate::matching;

/// A tool's run.
pub(crate) type Report = Outcome<()>;

/// Runs a tool, and prints its beginning and its report.
pub(crate) fn run_tool(tool: &str, run: impl FnOnce() -> Result<()>) -> Report {
    say(&format!("==> {tool}"));
    let started = Instant::now();
    let report = Outcome::new(tool.to_owned(), run(), (), started);
    say(&end(&report));
    report
}

/// The line that is printed when a tool's run has ended.
fn end(report: &Report) -> String {
    format!("<== {}", report.line([]))
}

/// Prints all reports, and fails for tools that failed.
pub(crate) fn conclude(command: &str, reports: &[Report]) -> Result<()> {
    say(&format!("Summary of {command}:"));
    for report in reports {
        say(&format!("  {}", report.line([])));
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
        let report = |result| Outcome::new("browser".to_owned(), result, (), Instant::now());
        let skipped = report(Err(Skipped("npm reaches no registry".to_owned()).into()));
        let failed = report(Err(anyhow!("a check failed: skipped, 2")));
        // The summary repeats it, indented.
        let text = [end(&failed), end(&skipped), end(&report(Ok(()))), format!("  {}", skipped.line([]))].join("\n");
        assert_eq!(skipped_tools(&text), ["browser: skipped, npm reaches no registry"]);
        conclude("contract", &[skipped]).unwrap();
        assert!(conclude("contract", &[failed]).is_err());
    }
}
