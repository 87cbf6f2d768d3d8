//! PostgreSQL counts the limits of two replicas, without Redis. Of many log-ins at once from one address, through both,
//! exactly the limit passes; a limit that is used up stays so when a replica is killed and when PostgreSQL is restarted
//! in good order.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use ore_harness::{Client, Request, Service};
use rustix::process::Signal;
use tokio::task::JoinSet;

use super::shared_limit::{BURST, with_limits};
use crate::context::{Context, service};

/// How many are tried at once, through each replica.
const TRIED: usize = 15;

/// How long until a replica serves again after PostgreSQL was away.
const BACK: Duration = Duration::from_secs(5);

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut database = context.postgres()?;
    let [one, two] = ["one", "two"].map(|name| with_limits(service(name, &database.url())));
    let mut replicas = [one.start_ready(context).await?, two.start_ready(context).await?];
    let rounds = context.choose(5, 50);
    let mut turned_away = 0;
    for round in 1..=rounds {
        context.step(&format!("postgres-limits: address {round} of {rounds}"));
        let Flood { passed, turned_away: more } = flood(&replicas, address(round)?).await?;
        let is_budget = passed > 0 && passed <= BURST && BURST <= passed + more;
        ensure!(is_budget, "{passed} log-ins of one address passed at two replicas, not {BURST} ({more} got 503)");
        turned_away += more;
    }
    context.measure("turned_away", turned_away);
    let used_up = address(rounds)?;
    context.measure("addresses", rounds);
    context.measure("logins", rounds * TRIED * replicas.len());

    context.step("postgres-limits: a replica is killed");
    replicas[0].kill()?;
    replicas[0] = one.start_ready(context).await?;
    expect_used_up(&replicas, used_up, "after a replica was killed").await?;
    context.step("postgres-limits: PostgreSQL is restarted");
    database.server()?.end(Signal::INT)?;
    database.server()?.resume()?;
    for replica in &replicas {
        replica.wait_until_ready(BACK).await?;
    }
    expect_used_up(&replicas, used_up, "after PostgreSQL was restarted").await?;
    replicas.iter_mut().try_for_each(Service::check_health)
}

fn address(round: usize) -> Result<IpAddr> {
    Ok(Ipv4Addr::new(10, 0, 0, u8::try_from(round)?).into())
}

struct Flood {
    /// The log-ins whose password was compared.
    passed: usize,
    /// With 503, before or after they counted: by a machine that is busy with other things.
    turned_away: usize,
}

/// Log-ins that come to both replicas at once.
async fn flood(replicas: &[Service; 2], address: IpAddr) -> Result<Flood> {
    let mut calls = JoinSet::new();
    for (index, replica) in replicas.iter().enumerate() {
        for number in 0..TRIED {
            // Each at an account of its own, which a single failure does not delay.
            let account = format!("budget-{address}-{index}-{number}@chaos.example");
            let (server, login) = (replica.address(), Request::login(&account).for_client(address));
            calls.spawn(async move { Client::without_keeping(server).send(&login).await });
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

/// Nothing is left of the address's limit at either replica, but for the one log-in that a minute gives back.
async fn expect_used_up(replicas: &[Service; 2], address: IpAddr, when: &str) -> Result<()> {
    let Flood { passed, .. } = flood(replicas, address).await?;
    ensure!(passed <= 1, "{when}, {passed} log-ins passed of an address whose limit was used up");
    Ok(())
}
