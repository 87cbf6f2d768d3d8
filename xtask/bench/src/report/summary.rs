//! All results, as a table in Markdown and as JSON.

use std::time::Duration;

use ore_harness::Verdict;
use serde_json::{Value, json};

use super::{Machine, Row};

const HEADINGS: [&str; 7] = ["case", "what", "median", "spread", "ratio", "goal", ""];

/// One case's results.
#[derive(Debug)]
pub(crate) struct CaseReport {
    pub(crate) case: String,
    pub(crate) verdict: Verdict,
    pub(crate) rows: Vec<Row>,
    pub(crate) duration: Duration,
}

impl CaseReport {
    pub(crate) fn has_failed(&self) -> bool {
        self.verdict.is_failure()
    }

    fn obstacle(&self) -> Option<String> {
        match &self.verdict {
            Verdict::Done => None,
            Verdict::Failed(reason) => Some(format!("FAILED: {reason}")),
            Verdict::Skipped(reason) => Some(format!("skipped: {reason}")),
        }
    }

    fn lines(&self) -> Vec<[String; 7]> {
        let with_case = |[what, median, spread, ratio, goal, reached]: [String; 6]| {
            [self.case.clone(), what, median, spread, ratio, goal, reached]
        };
        let mut lines: Vec<[String; 7]> = self.rows.iter().map(|row| with_case(row.cells())).collect();
        if let Some(reason) = self.obstacle() {
            lines.push(with_case([reason, String::new(), String::new(), String::new(), String::new(), String::new()]));
        }
        lines
    }

    fn to_json(&self) -> Value {
        json!({
            "case": self.case,
            "seconds": (self.duration.as_secs_f64() * 10.0).round() / 10.0,
            "obstacle": self.obstacle(),
            "rows": self.rows.iter().map(Row::to_json).collect::<Vec<_>>(),
        })
    }
}

/// All cases of a run.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) machine: Machine,
    pub(crate) is_quick: bool,
    pub(crate) rounds: usize,
    pub(crate) cases: Vec<CaseReport>,
}

impl Summary {
    pub(crate) fn has_failed(&self) -> bool {
        self.cases.iter().any(CaseReport::has_failed)
    }

    /// The results for programs.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "machine": self.machine,
            "mode": self.mode(),
            "rounds": self.rounds,
            "cases": self.cases.iter().map(CaseReport::to_json).collect::<Vec<_>>(),
        })
    }

    /// A page of its own.
    pub(crate) fn to_markdown(&self) -> String {
        let row = |cells: &[String; 7]| format!("| {} |\n", cells.join(" | "));
        let rows: String = self.lines().iter().map(row).collect();
        let head = row(&HEADINGS.map(str::to_owned));
        format!(
            "# Benchmark results\n\nWritten by `cargo xtask bench`; [how](../performance.md). {} run, {} rounds, on {}.\n\n\
             {head}|{}\n{rows}",
            self.mode(),
            self.rounds,
            self.machine,
            "---|".repeat(HEADINGS.len()),
        )
    }

    fn mode(&self) -> &'static str {
        if self.is_quick { "Quick" } else { "Full" }
    }

    fn lines(&self) -> Vec<[String; 7]> {
        self.cases.iter().flat_map(CaseReport::lines).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let measured = CaseReport {
            case: "health".to_owned(),
            verdict: Verdict::Done,
            rows: vec![Row::new("bare", "a second", &[1000.0])],
            duration: Duration::from_millis(1260),
        };
        let skipped = CaseReport {
            case: "users".to_owned(),
            verdict: Verdict::Skipped("wrk is missing".to_owned()),
            rows: Vec::new(),
            duration: Duration::ZERO,
        };
        Summary { machine: Machine::look(), is_quick: true, rounds: 2, cases: vec![measured, skipped] }
    }

    #[test]
    fn the_page_has_a_row_for_each_line() {
        let page = summary().to_markdown();
        assert!(page.contains("\n|---|---|---|---|---|---|---|\n| health | bare | 1,000 a second |"), "{page}");
        assert!(page.contains("| users | skipped: wrk is missing |"), "{page}");
    }

    #[test]
    fn a_case_that_could_not_be_measured_fails_and_one_that_was_skipped_does_not() {
        let mut summary = summary();
        assert!(!summary.has_failed());
        summary.cases[0].verdict = Verdict::from(Err(anyhow::anyhow!("the server has ended")));
        assert!(summary.has_failed());
        assert_eq!(summary.to_json()["cases"][0]["obstacle"], "FAILED: the server has ended");
    }
}
