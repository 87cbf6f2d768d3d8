//! PostgreSQL counts the limits of two replicas, without Redis. Of many log-ins at once for one account, through both,
//! exactly the limit passes; a limit that is used up stays so when a replica is killed and when PostgreSQL is restarted
//! in good order.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use ore_harness::{Client, Database, Request};
use rustix::process::Signal;
use tokio::task::JoinSet;

use crate::context::Context;
use crate::kit::{PASSWORD, Service, ServicePlan};

/// How many log-ins of one account pass at once, on both replicas together.
const BURST: usize = 10;

/// How many are tried at once, through each replica.
const TRIED: usize = 15;

/// How long until a replica serves again after PostgreSQL was away.
const BACK: Duration = Duration::from_secs(5);

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut database = context.postgres().await?;
    let [one, two] = ["one", "two"].map(|name| plan(name, &database.url()));
    let mut replicas = [one.start_ready(context).await?, two.start_ready(context).await?];
    let rounds = context.choose(5, 50);
    let mut turned_away = 0;
    for round in 1..=rounds {
        context.step(&format!("postgres-limits: account {round} of {rounds}"));
        let Flood { passed, turned_away: more } = flood(&replicas, &account(round)).await?;
        let is_budget = passed > 0 && passed <= BURST && BURST <= passed + more;
        ensure!(is_budget, "{passed} log-ins of one account passed at two replicas, not {BURST} ({more} got 503)");
        turned_away += more;
    }
    context.measure("turned_away", turned_away);
    let used_up = account(rounds);
    context.measure("accounts", rounds);
    context.measure("logins", rounds * TRIED * replicas.len());

    context.step("postgres-limits: a replica is killed");
    replicas[0].kill()?;
    replicas[0] = one.start_ready(context).await?;
    expect_used_up(&replicas, &used_up, "after a replica was killed").await?;
    context.step("postgres-limits: PostgreSQL is restarted");
    restart(&mut database).await?;
    for replica in &replicas {
        replica.wait_until_ready(BACK).await?;
    }
    expect_used_up(&replicas, &used_up, "after PostgreSQL was restarted").await?;
    replicas.iter_mut().try_for_each(Service::check_health)
}

/// No other limit than that of accounts, and nothing of it given back while this runs.
fn plan(name: &str, database_url: &str) -> ServicePlan {
    ServicePlan::new(name, database_url)
        .with("BACKEND_RATE_LIMIT_ENABLED", "true")
        .with("BACKEND_RATE_LIMIT_ACCOUNT_BURST", BURST.to_string())
        .with("BACKEND_RATE_LIMIT_ACCOUNT_PER_MINUTE", "1")
        .with("BACKEND_RATE_LIMIT_ADDRESS_BURST", "100000")
        .with("BACKEND_RATE_LIMIT_TOTAL_BURST", "100000")
        .with("BACKEND_RATE_LIMIT_GENERAL_BURST", "100000")
}

fn account(round: usize) -> String {
    format!("budget-{round}@chaos.example")
}

struct Flood {
    /// Whose password was looked at.
    passed: usize,
    /// With 503, before or after they counted: by a machine that is busy with other things.
    turned_away: usize,
}

/// Log-ins that come to both replicas at once.
async fn flood(replicas: &[Service; 2], account: &str) -> Result<Flood> {
    let mut calls = JoinSet::new();
    for replica in replicas {
        for _ in 0..TRIED {
            let (address, login) = (replica.address(), Request::login(account, PASSWORD));
            calls.spawn(async move { Client::without_keeping(address).send(&login).await });
        }
    }
    let mut flood = Flood { passed: 0, turned_away: 0 };
    while let Some(answer) = calls.join_next().await {
        match answer.context("a client has failed")?? {
            // The account is unknown: the limit let the log-in through, and the password did not fit.
            answer if answer.status == 400 => flood.passed += 1,
            answer if answer.status == 503 => flood.turned_away += 1,
            answer if answer.status == 429 => {}
            answer => bail!("a log-in was answered {}: {}", answer.status, answer.body),
        }
    }
    Ok(flood)
}

/// Nothing is left of the account's limit at either replica, but for the one log-in that a minute gives back.
async fn expect_used_up(replicas: &[Service; 2], account: &str, when: &str) -> Result<()> {
    let Flood { passed, .. } = flood(replicas, account).await?;
    ensure!(passed <= 1, "{when}, {passed} log-ins passed of an account whose limit was used up");
    Ok(())
}

async fn restart(database: &mut Database) -> Result<()> {
    let Database::Postgres { server, .. } = database else { bail!("this is not a PostgreSQL database") };
    server.end(Signal::INT).await?;
    server.resume().await
}
