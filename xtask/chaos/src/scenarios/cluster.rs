//! Replicas behind haproxy, with PostgreSQL, Redis and Prometheus: `cargo xtask cluster`.

use std::fs;
use std::num::NonZeroU8;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Process, Request, eventually, free_port, local, run as output, say};
use rustix::process::Signal;
use serde_json::Value;
use tokio::time::sleep;

use super::rolling_restart::haproxy;
use crate::context::Context;
use crate::kit::{Call, Load, LoadPlan, Redis, Service, ServicePlan, logging_in, register_for_load};

const DEPLOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/monitoring");

/// What Grafana replaces, and what it would make of it here: every replica, and rates over four scrapes.
const VARIABLES: [(&str, &str); 3] = [("$job", "ore-backend"), ("$instance", ".+"), ("$__rate_interval", "1m")];

const START: Duration = Duration::from_mins(1);
const EMAIL: &str = "cluster@chaos.example";

/// Starts everything, prints where it is, and runs until it is interrupted, or checks the dashboard under a load.
pub(crate) async fn run(context: &Context, count: NonZeroU8, check: Option<Duration>) -> Result<()> {
    let (database, redis) = (context.postgres().await?, Redis::start(context.guard(), context.tools()).await?);
    let (mut replicas, mut ports, mut metrics) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=count.get() {
        let (port, metrics_port) = (free_port()?, free_port()?);
        let plan = ServicePlan::new(format!("replica-{number}"), &database.url())
            .on_port(port)
            .with("BACKEND_METRICS_BIND", format!("127.0.0.1:{metrics_port}"))
            .with("BACKEND_REDIS_URL", redis.url())
            .with("BACKEND_REPLICAS", count.to_string())
            .with("BACKEND_RATE_LIMIT_ENABLED", "true")
            .with("BACKEND_TRUSTED_PROXIES", "127.0.0.1");
        replicas.push(plan.start_ready(context).await?);
        say(&format!("replica-{number}    http://127.0.0.1:{port} http://127.0.0.1:{metrics_port}/metrics"));
        ports.push(port);
        metrics.push(metrics_port);
    }
    let haproxy = haproxy::start_before(context, context.tools().get("haproxy")?, &ports)?;
    wait_for("haproxy", haproxy.address, "/health").await?;
    say(&format!("service      http://{} (haproxy before the replicas)", haproxy.address));
    let (prometheus, _process) = start_prometheus(context, &metrics).await?;
    say(&format!("Prometheus   http://127.0.0.1:{prometheus}"));
    say(&format!("PostgreSQL   {}\nRedis        {}", database.url(), redis.url()));
    let Some(time) = check else {
        say("Grafana      not here; deploy/monitoring/grafana has its dashboard\nCtrl-C ends all of it");
        loop {
            replicas.iter_mut().try_for_each(Service::check_health)?;
            sleep(Duration::from_secs(1)).await;
        }
    };
    let account = Some((logging_in(EMAIL), register_for_load(haproxy.address, EMAIL).await?));
    let workers = vec![(Call::Register, 1), (Call::Login, 1), (Call::Me, 2), (Call::Health, 1), (Call::Bad, 1)];
    let plan = LoadPlan { workers, account, pause: Duration::from_millis(10), ..LoadPlan::registrations(0, "cluster") };
    let load = Load::start(haproxy.address, plan);
    sleep(time).await;
    context.measure("requests", load.stop().await?.records.len());
    replicas.iter_mut().try_for_each(Service::check_health)?;
    let metrics = format!("http://127.0.0.1:{}/metrics", metrics[0]);
    fs::write(context.log("metrics")?, output(Command::new("curl").args(["-sf", "--noproxy", "*", &metrics]))?)?;
    check_panels(prometheus).await
}

async fn start_prometheus(context: &Context, replicas: &[u16]) -> Result<(u16, Process)> {
    let (port, directory) = (free_port()?, context.directory().join("prometheus"));
    let (deploy, rules) = (Path::new(DEPLOY), directory.join("rules"));
    fs::create_dir_all(&rules).context("cannot make a directory for Prometheus")?;
    for entry in fs::read_dir(deploy.join("rules")).context("cannot read the rules")? {
        let entry = entry?;
        fs::copy(entry.path(), rules.join(entry.file_name())).context("cannot copy the rules")?;
    }
    let file = directory.join("prometheus.yml");
    let configuration = fs::read_to_string(deploy.join("prometheus.yml")).context("cannot read prometheus.yml")?;
    fs::write(&file, configuration.replace("localhost:9090", &format!("127.0.0.1:{port}")))?;
    // As `deploy/monitoring/targets.yml`.
    let targets: Vec<_> = replicas.iter().map(|port| format!("    - 127.0.0.1:{port}\n")).collect();
    fs::write(directory.join("targets.yml"), format!("- targets:\n{}", targets.concat()))?;
    let log = fs::File::create(context.log("prometheus")?)?;
    let mut command = Command::new(context.tools().get("prometheus")?);
    command.arg(format!("--config.file={}", file.display()));
    command.arg(format!("--storage.tsdb.path={}", directory.join("data").display()));
    command.arg(format!("--web.listen-address=127.0.0.1:{port}")).stdout(log.try_clone()?).stderr(log);
    let process = Process::spawn(context.guard(), &mut command, Signal::TERM)?;
    wait_for("Prometheus", local(port), "/-/ready").await?;
    Ok((port, process))
}

async fn wait_for(name: &str, address: std::net::SocketAddr, path: &'static str) -> Result<()> {
    let (mut client, request) = (Client::without_keeping(address), Request::get(path));
    let is_ready = async || client.send(&request).await.is_ok_and(|answer| answer.status == 200);
    eventually(START, &format!("{name} answers"), is_ready).await.map(drop)
}

/// Whether each query of the dashboard has at least one value.
async fn check_panels(prometheus: u16) -> Result<()> {
    let dashboard = Path::new(DEPLOY).join("grafana/ore-backend.json");
    let dashboard = fs::read_to_string(dashboard).context("cannot read the dashboard")?;
    let (queries, mut empty) = (queries(&serde_json::from_str(&dashboard)?), Vec::new());
    ensure!(!queries.is_empty(), "the dashboard has no queries");
    for (panel, query) in &queries {
        let request = Request::get(format!("/api/v1/query?query={}", encoded(query)));
        let answer = Client::without_keeping(local(prometheus)).send(&request).await?;
        if !has_data(&answer.body) {
            empty.push(format!("{panel}: {query}: {}", answer.body));
        }
    }
    ensure!(empty.is_empty(), "{} of {} queries have no data:\n{}", empty.len(), queries.len(), empty.join("\n"));
    say(&format!("{} queries of the dashboard have data", queries.len()));
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
    let value = |result: &Value| result["value"][1].as_str().and_then(|value| value.parse::<f64>().ok());
    answer["data"]["result"].as_array().is_some_and(|results| results.iter().filter_map(value).any(f64::is_finite))
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
        let dashboard = fs::read_to_string(Path::new(DEPLOY).join("grafana/ore-backend.json")).unwrap();
        let queries = queries(&serde_json::from_str(&dashboard).unwrap());
        assert_eq!(queries.len(), dashboard.matches("\"expr\":").count());
        assert!(!queries.iter().any(|(title, query)| title.is_empty() || query.contains('$')), "{queries:?}");
    }

    #[test]
    fn a_result_without_a_number_is_no_data() {
        let answer = |results: Value| json!({"data": {"result": results}});
        assert!(has_data(&answer(json!([{"value": [0, "NaN"]}, {"value": [0, "0.5"]}]))));
        assert!(!has_data(&answer(json!([{"value": [0, "NaN"]}]))));
        assert!(!has_data(&json!({"status": "error"})));
    }
}
