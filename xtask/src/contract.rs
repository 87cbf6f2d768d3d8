//! `cargo xtask contract`: the service tested from outside, by tools that others wrote.

mod browser;
mod clients;
mod outcome;
mod schemathesis;
mod service;
mod spectral;
mod tap;
mod typescript;

use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

pub(crate) use self::outcome::{END_MARK, Outcome, Report, skipped_tool};
use self::service::Service;
use crate::console;

/// The options of `cargo xtask contract`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run this tool alone
    #[arg(long, value_enum, value_name = "NAME")]
    only: Option<Tool>,
    /// Write the pictures of the pages to docs/images
    #[arg(long)]
    screenshots: bool,
}

/// The tools, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tool {
    /// Checks the OpenAPI document's style
    Spectral,
    /// Types generated from the document, and a client that is checked with them
    #[value(name = "typescript")]
    TypeScript,
    /// The documentation pages and the pages for people in a browser
    Browser,
    /// OAuth clients and checkers of tokens that others wrote, for each algorithm with public keys
    Clients,
    /// Requests generated from the document, and their answers compared with it
    Schemathesis,
}

/// Starts the service on a database of its own, runs the tools one after another, and prints a summary.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let service = Service::start()?;
    let tools = Tool::value_variants().iter().filter(|tool| arguments.only.is_none_or(|only| only == **tool));
    let reports: Vec<Report> = tools.map(|tool| tool.report(&service, arguments)).collect();
    let stopped = service.stop();
    console::say("Summary of cargo xtask contract:");
    for report in &reports {
        console::say(&format!("  {report}"));
    }
    judge(&reports, arguments.only.is_some())?;
    stopped.context("the service did not end well at SIGTERM")
}

/// Fails for tools that failed, and for one that was asked for by name and skipped.
fn judge(reports: &[Report], by_name: bool) -> Result<()> {
    if let Some(report) = reports.iter().find(|it| by_name && it.was_skipped()) {
        bail!("{report}");
    }
    let failed: Vec<&str> = reports.iter().filter(|it| it.has_failed()).map(|it| it.tool.as_str()).collect();
    if !failed.is_empty() {
        bail!("{} of {} tools failed: {}", failed.len(), reports.len(), failed.join(", "));
    }
    Ok(())
}

impl Tool {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn report(self, service: &Service, arguments: &Arguments) -> Report {
        console::say(&format!("==> {}", self.name()));
        let start = Instant::now();
        let outcome = Outcome::from(self.run(service, arguments));
        let report = Report { tool: self.name(), outcome, duration: start.elapsed() };
        console::say(&format!("{END_MARK}{report}"));
        report
    }

    /// Returns what the tool counted.
    fn run(self, service: &Service, arguments: &Arguments) -> Result<String> {
        match self {
            Self::Spectral => spectral::run(service),
            Self::TypeScript => typescript::run(service),
            Self::Browser => browser::run(service, arguments.screenshots),
            Self::Clients => clients::run(),
            Self::Schemathesis => schemathesis::run(service),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn report(tool: &str, outcome: Outcome) -> Report {
        Report { tool: tool.to_owned(), outcome, duration: Duration::ZERO }
    }

    fn reports() -> [Report; 2] {
        [
            report("spectral", Outcome::Passed("No results".to_owned())),
            report("browser", Outcome::Skipped("chromium is missing".to_owned())),
        ]
    }

    #[test]
    fn a_tool_that_cannot_be_had_fails_only_who_asks_for_it_by_name() {
        assert!(judge(&reports(), false).is_ok());
        let error = judge(&reports()[1..], true).unwrap_err();
        assert_eq!(error.to_string(), "browser: skipped, chromium is missing");
    }

    #[test]
    fn the_tools_that_failed_are_named() {
        let [passed, skipped] = reports();
        let failed = report("schemathesis", Outcome::Failed("1 failed".to_owned()));
        let error = judge(&[passed, skipped, failed], false).unwrap_err();
        assert_eq!(error.to_string(), "1 of 3 tools failed: schemathesis");
    }
}
