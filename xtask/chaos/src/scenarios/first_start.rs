//! Eight replicas start at once on an empty database: one of them migrates it, and all get ready.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use ore_harness::{Database, Request, Service, ServicePlan, register};
use serde_json::Value;

use crate::context::{Context, service};

const REPLICAS: usize = 8;

pub(super) async fn run(context: &Context) -> Result<()> {
    for round in 1..=context.choose(1, 5) {
        start_together(context, "sqlite", context.sqlite(&format!("app-{round}"))?).await?;
        start_together(context, "postgres", context.postgres()?).await?;
    }
    Ok(())
}

async fn start_together(context: &Context, kind: &str, database: Database) -> Result<()> {
    context.step(&format!("first-start: {REPLICAS} replicas on {kind}"));
    let plans: Vec<ServicePlan> =
        (1..=REPLICAS).map(|number| service(format!("{kind}-{number}"), &database.url())).collect();
    let started = Instant::now();
    let replicas = try_join_all(plans.iter().map(|plan| plan.start_ready(context))).await?;
    context.measure_time(&format!("{kind}_all_ready"), started.elapsed());
    let migrated = migrations(&replicas)?;
    let done: usize = migrated.values().sum();
    context.measure(&format!("{kind}_migrations"), migrated.len());
    ensure!(done > 0 && done == migrated.len(), "migrations were run more than once, or never: {migrated:?}");
    let recorded = database.count("__diesel_schema_migrations")?;
    ensure!(recorded == migrated.len(), "{recorded} migrations are recorded");
    let email = "first-start@chaos.example";
    register(replicas[0].address(), email).await?;
    for replica in &replicas {
        replica.expect(200, &Request::login(email)).await?;
    }
    Ok(())
}

/// How often each migration was run, by the logs.
fn migrations(replicas: &[Service]) -> Result<BTreeMap<String, usize>> {
    let mut migrations = BTreeMap::new();
    for replica in replicas {
        for line in replica.log()?.lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            ensure!(line["level"] != "ERROR" && line["level"] != "CRITICAL", "a replica complains: {line}");
            if let Some(name) = line["migration"].as_str() {
                *migrations.entry(name.to_owned()).or_default() += 1;
            }
        }
    }
    Ok(migrations)
}
