//! Whether what is deployed shows what there is to see.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::replica::Replica;
use crate::setup::PythonLinters;
use crate::{console, http, process, workspace};

const DASHBOARD: &str = "deploy/monitoring/grafana/ore-backend.json";

/// What Grafana replaces, and what it would make of it here: every replica, and rates over four scrapes.
const VARIABLES: [(&str, &str); 3] = [("$job", "ore-backend"), ("$instance", ".+"), ("$__rate_interval", "1m")];

/// Whether the rules and the dashboard name series that a replica has.
///
/// # Errors
/// When they name another.
pub(super) fn exposition(replicas: &[Replica], directory: &Path) -> Result<()> {
    let replica = replicas.first().context("there is no replica")?;
    let metrics = http::get(replica.metrics_port(), "/metrics", "")?;
    ensure!(metrics.status == 200, "{} answers with {}", replica.metrics_url(), metrics.status);
    let file = directory.join("metrics.txt");
    fs::write(&file, metrics.body).with_context(|| format!("cannot write {}", file.display()))?;
    process::run(PythonLinters::prepare()?.python().arg("deploy/monitoring/check-metrics").arg(&file))
}

/// Whether each query of the dashboard has at least one value.
///
/// # Errors
/// When one has none; the error names each.
pub(super) fn panels(prometheus: u16) -> Result<()> {
    let dashboard = fs::read_to_string(workspace::root().join(DASHBOARD)).context("cannot read the dashboard")?;
    let queries = queries(&serde_json::from_str(&dashboard).context("the dashboard is not JSON")?);
    ensure!(!queries.is_empty(), "the dashboard has no queries");
    let mut empty = Vec::new();
    for (panel, query) in &queries {
        let answer = http::get(prometheus, &format!("/api/v1/query?query={}", encoded(query)), "")?;
        let answer: Value = serde_json::from_str(&answer.body).context("Prometheus answered without JSON")?;
        if !has_data(&answer) {
            empty.push(format!("{panel}: {query}: {answer}"));
        }
    }
    if !empty.is_empty() {
        bail!("{} of {} queries of the dashboard have no data:\n{}", empty.len(), queries.len(), empty.join("\n"));
    }
    console::say(&format!("{} queries of the dashboard have data", queries.len()));
    Ok(())
}

/// Titles of panels, each with one of its queries.
fn queries(dashboard: &Value) -> Vec<(String, String)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for panel in list(&dashboard["panels"]) {
        for target in list(&panel["targets"]) {
            let query = target["expr"].as_str().unwrap_or_default().to_owned();
            let query = VARIABLES.iter().fold(query, |query, (name, value)| query.replace(name, value));
            found.push((panel["title"].as_str().unwrap_or_default().to_owned(), query));
        }
    }
    found
}

/// A value that can be drawn, of any series.
fn has_data(answer: &Value) -> bool {
    let results = answer["data"]["result"].as_array();
    let value = |result: &Value| result["value"][1].as_str().and_then(|value| value.parse::<f64>().ok());
    results.is_some_and(|results| results.iter().filter_map(value).any(f64::is_finite))
}

/// For a query of a URL: every byte but letters and digits (RFC 3986, 2.1).
fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_query_is_found_and_no_variable_is_left() {
        let dashboard = fs::read_to_string(workspace::root().join(DASHBOARD)).unwrap();
        let queries = queries(&serde_json::from_str(&dashboard).unwrap());
        assert_eq!(queries.len(), dashboard.matches("\"expr\":").count());
        assert!(!queries.iter().any(|(title, query)| title.is_empty() || query.contains('$')), "{queries:?}");
    }

    #[test]
    fn a_result_without_a_number_is_no_data() {
        let answer = |results: Value| json!({"data": {"result": results}});
        assert!(has_data(&answer(json!([{"value": [0, "NaN"]}, {"value": [0, "0.5"]}]))));
        assert!(!has_data(&answer(json!([{"value": [0, "NaN"]}]))));
        assert!(!has_data(&answer(json!([]))));
        assert!(!has_data(&json!({"status": "error"})));
    }

    #[test]
    fn a_query_is_encoded_for_a_url() {
        assert_eq!(encoded("sum(up) > 0"), "sum%28up%29%20%3E%200");
    }
}
