//! Replicas behind haproxy, with PostgreSQL, Redis and Prometheus: `cargo xtask cluster`.

use std::num::NonZeroU8;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use ore_harness::{
    Client, Process, Redis, Request, START_TIMEOUT, Service, free_port, local, replaced, run as output, say,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{Call, LoadPlan, haproxy};

const DASHBOARD: &str = include_str!("../../../../deploy/monitoring/grafana/ore-backend.json");
const PROMETHEUS: &str = include_str!("../../../../deploy/monitoring/prometheus.yml");
const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/monitoring/rules");

/// What Grafana replaces, and what it would make of it here: every replica, and rates over four scrapes.
const VARIABLES: [(&str, &str); 3] = [("$job", "ore-backend"), ("$instance", ".+"), ("$__rate_interval", "1m")];

/// Starts everything, prints where it is, and runs until it is interrupted, or checks the dashboard under a load.
pub(crate) async fn run(context: &Context, count: NonZeroU8, check: Option<Duration>) -> Result<()> {
    let (database, redis) = (context.postgres()?, Redis::start(context)?);
    let (mut replicas, mut metrics) = (Vec::new(), Vec::new());
    for number in 1..=count.get() {
        let metrics_port = free_port()?;
        let plan = service(format!("replica-{number}"), &database.url())
            .with("BACKEND_METRICS_BIND", format!("127.0.0.1:{metrics_port}"))
            .with("BACKEND_REDIS_URL", redis.url())
            .with("BACKEND_REPLICAS", count.to_string())
            .with_all(&[("BACKEND_RATE_LIMIT_ENABLED", "true"), ("BACKEND_TRUSTED_PROXIES", "127.0.0.1")]);
        replicas.push(plan.start_ready(context).await?);
        say(&format!("replica-{number}    http://{} http://127.0.0.1:{metrics_port}/metrics", plan.address()));
        metrics.push(metrics_port);
    }
    let ports: Vec<_> = replicas.iter().map(|replica| replica.address().port()).collect();
    let haproxy = haproxy(context, &ports)?;
    let mut client = Client::without_keeping(haproxy.address);
    client.expect_soon(START_TIMEOUT, 200, &Request::get("/health")).await?;
    say(&format!("service      http://{} (haproxy before the replicas)", haproxy.address));
    let (prometheus, _process) = start_prometheus(context, &metrics).await?;
    say(&format!("Prometheus   http://127.0.0.1:{prometheus}"));
    say(&format!("PostgreSQL   {}\nRedis        {}", database.url(), redis.url()));
    let Some(time) = check else {
        say("Grafana      not here; deploy/monitoring/grafana has its dashboard\nCtrl-C ends all of it");
        loop {
            replicas.iter_mut().try_for_each(Service::check_running)?;
            sleep(Duration::from_secs(1)).await;
        }
    };
    let plan = LoadPlan::register(haproxy.address).await?;
    let load = plan.start(&[(Call::Register, 1), (Call::Login, 1), (Call::Me, 2), (Call::Health, 1), (Call::Bad, 1)]);
    sleep(time).await;
    load.stop().await?;
    replicas.iter_mut().try_for_each(Service::check_running)?;
    let metrics = format!("http://127.0.0.1:{}/metrics", metrics[0]);
    fs::write(context.log_path("metrics"), output(Command::new("curl").args(["-sf", "--noproxy", "*", &metrics]))?)?;
    check_panels(prometheus).await
}

async fn start_prometheus(context: &Context, replicas: &[u16]) -> Result<(u16, Process)> {
    let (port, directory) = (free_port()?, context.directory.join("prometheus"));
    fs::create_dir(&directory)?;
    symlink(RULES, directory.join("rules"))?;
    let file = directory.join("prometheus.yml");
    fs::write(&file, replaced(PROMETHEUS, &[("localhost:9090", format!("127.0.0.1:{port}"))])?)?;
    // As `deploy/monitoring/targets.yml`.
    let targets: Vec<_> = replicas.iter().map(|port| local(*port).to_string()).collect();
    fs::write(directory.join("targets.yml"), json!([{"targets": targets}]).to_string())?;
    let mut command = Command::new(context.tools.get("prometheus")?);
    command.arg(format!("--config.file={}", file.display()));
    command.arg(format!("--storage.tsdb.path={}", directory.join("data").display()));
    command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    let process = Process::start(context, "prometheus", command, Signal::TERM)?;
    let mut client = Client::without_keeping(local(port));
    client.expect_soon(START_TIMEOUT, 200, &Request::get("/-/ready")).await?;
    Ok((port, process))
}

/// Whether each query of the dashboard has at least one value.
async fn check_panels(prometheus: u16) -> Result<()> {
    let (queries, mut empty) = (queries()?, Vec::new());
    for query in &queries {
        let request = Request::get(format!("/api/v1/query?query={}", utf8_percent_encode(query, NON_ALPHANUMERIC)));
        let answer = Client::without_keeping(local(prometheus)).send(&request).await?;
        if !has_data(&answer.body) {
            empty.push(format!("{query}: {answer}"));
        }
    }
    ensure!(empty.is_empty(), "{} of {} queries have no data:\n{}", empty.len(), queries.len(), empty.join("\n"));
    say(&format!("{} queries of the dashboard have data", queries.len()));
    Ok(())
}

/// Those of all panels.
fn queries() -> Result<Vec<String>> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).context("the dashboard is no JSON")?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let targets = list(&dashboard["panels"]).into_iter().flat_map(|panel| list(&panel["targets"]));
    let queries = targets.filter_map(|target| Some(target["expr"].as_str()?.to_owned()));
    Ok(queries.map(|query| VARIABLES.iter().fold(query, |it, (name, value)| it.replace(name, value))).collect())
}

/// A value that can be drawn, of any series.
fn has_data(answer: &Value) -> bool {
    let value = |result: &Value| result["value"][1].as_str().and_then(|value| value.parse::<f64>().ok());
    answer["data"]["result"].as_array().is_some_and(|results| results.iter().filter_map(value).any(f64::is_finite))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_is_found_and_no_variable_is_left() {
        let queries = queries().unwrap();
        assert_eq!(queries.len(), DASHBOARD.matches("\"expr\":").count());
        assert!(!queries.is_empty() && !queries.concat().contains('$'), "{queries:?}");
    }
}
