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
