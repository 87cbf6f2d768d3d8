//! The results, as a table and as JSON.

use ore_harness::Outcome;
use serde_json::{Map, Value, json};

/// One scenario's result.
pub(crate) type Report = Outcome<Map<String, Value>>;

/// A line of the table: the reason and the figures.
pub(crate) fn line(report: &Report) -> String {
    let figures = report.measured.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " ")));
    let parts: Vec<String> = report.reason().into_iter().chain(figures).collect();
    let (name, word, seconds) = (&report.name, report.word(), report.duration.as_secs_f64());
    format!("{name:<26} {word:<8} {seconds:>7.1} s  {}", parts.join(", "))
}

/// All results, for programs.
pub(crate) fn to_json(reports: &[Report], mode: &str) -> Value {
    let scenario = |it: &Report| {
        json!({
            "scenario": it.name,
            "result": it.word().to_lowercase(),
            "reason": it.reason(),
            "seconds": it.seconds(),
            "measured": it.measured,
        })
    };
    json!({"mode": mode, "scenarios": reports.iter().map(scenario).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::{Result, anyhow};
    use ore_harness::Skipped;

    use super::*;

    fn report(result: Result<()>) -> Report {
        let measured = Map::from_iter([("lost_writes".to_owned(), 0.into())]);
        Report { name: "kill-loop".to_owned(), result, measured, duration: Duration::from_millis(12_345) }
    }

    #[test]
    fn a_line_of_the_table_has_the_reason_and_the_figures() {
        assert_eq!(line(&report(Ok(()))), "kill-loop                  passed      12.3 s  lost writes 0");
        let failed = line(&report(Err(anyhow!("2 users are lost"))));
        assert_eq!(failed, "kill-loop                  FAILED      12.3 s  2 users are lost, lost writes 0");
    }

    #[test]
    fn json_has_the_same() {
        let reports = [report(Err(Skipped("sqlite3 is missing".to_owned()).into()))];
        let expected = json!({"mode": "quick", "scenarios": [{
            "scenario": "kill-loop", "result": "skipped", "reason": "sqlite3 is missing", "seconds": 12.3,
            "measured": {"lost_writes": 0},
        }]});
        assert_eq!(to_json(&reports, "quick"), expected);
    }
}
