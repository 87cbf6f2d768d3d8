//! The results, as a table and as JSON.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use ore_harness::Verdict;
use serde_json::{Map, Value, json};

/// One scenario's result.
pub(crate) struct Report {
    pub(crate) scenario: String,
    pub(crate) verdict: Verdict,
    pub(crate) measured: Map<String, Value>,
    pub(crate) duration: Duration,
}

impl Report {
    pub(crate) fn has_failed(&self) -> bool {
        self.verdict.is_failure()
    }

    fn word(&self) -> &'static str {
        match self.verdict {
            Verdict::Done => "passed",
            Verdict::Failed(_) => "FAILED",
            Verdict::Skipped(_) => "skipped",
        }
    }

    fn reason(&self) -> Option<&str> {
        match &self.verdict {
            Verdict::Done => None,
            Verdict::Failed(reason) | Verdict::Skipped(reason) => Some(reason),
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "scenario": self.scenario,
            "result": self.word().to_lowercase(),
            "reason": self.reason(),
            "seconds": (self.duration.as_secs_f64() * 10.0).round() / 10.0,
            "measured": self.measured,
        })
    }
}

impl Display for Report {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (scenario, word) = (&self.scenario, self.word());
        write!(formatter, "{scenario:<26} {word:<8} {:>7.1} s  ", self.duration.as_secs_f64())?;
        let figures = self.measured.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " ")));
        let parts: Vec<String> = self.reason().map(str::to_owned).into_iter().chain(figures).collect();
        formatter.write_str(&parts.join(", "))
    }
}

/// All results, for programs.
pub(crate) fn to_json(reports: &[Report], is_quick: bool) -> Value {
    let scenarios: Vec<Value> = reports.iter().map(Report::to_json).collect();
    json!({"mode": if is_quick { "quick" } else { "full" }, "scenarios": scenarios})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdict: Verdict) -> Report {
        let mut measured = Map::new();
        measured.insert("lost_writes".to_owned(), 0.into());
        Report { scenario: "kill-loop".to_owned(), verdict, measured, duration: Duration::from_millis(12_345) }
    }

    #[test]
    fn a_line_of_the_table_has_the_reason_and_the_figures() {
        let passed = report(Verdict::Done).to_string();
        assert_eq!(passed, "kill-loop                  passed      12.3 s  lost writes 0");
        let failed = report(Verdict::Failed("2 users are lost".to_owned())).to_string();
        assert_eq!(failed, "kill-loop                  FAILED      12.3 s  2 users are lost, lost writes 0");
    }

    #[test]
    fn json_has_the_same() {
        let reports = [report(Verdict::Skipped("sqlite3 is missing".to_owned()))];
        let expected = json!({"mode": "quick", "scenarios": [{
            "scenario": "kill-loop", "result": "skipped", "reason": "sqlite3 is missing", "seconds": 12.3,
            "measured": {"lost_writes": 0},
        }]});
        assert_eq!(to_json(&reports, true), expected);
    }
}
