//! PostgreSQL counts the limits of two replicas, without Redis. Of many log-ins at once from one address, through both,
//! exactly the limit passes; a limit that is used up stays so when a replica is killed and when PostgreSQL is restarted
//! in good order.

use anyhow::{Result, ensure};
use rustix::process::Signal;

use super::shared_limit::{BURST, Flood, Replicas, TRIED};
use crate::context::{Context, service};
use crate::kit::BACK;

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut database = context.postgres()?;
    let mut replicas = Replicas::start(context, 0, service("replica", &database.url())).await?;
    let rounds = context.choose(5, 50);
    for round in 1..=rounds {
        context.step(&format!("postgres-limits: address {round} of {rounds}"));
        replicas.next_address();
        let Flood { passed, turned_away } = replicas.flood(TRIED).await?;
        let sum: usize = passed.iter().sum();
        let is_limit = sum > 0 && sum <= BURST && BURST <= sum + turned_away;
        ensure!(is_limit, "{sum} log-ins of one address passed at two replicas, not {BURST} ({turned_away} got 503)");
        context.add("turned_away", turned_away);
    }

    context.step("postgres-limits: a replica is killed");
    let [one, _] = &mut replicas.services;
    one.kill()?;
    *one = one.plan.start_ready(context).await?;
    expect_used_up(&mut replicas, "after a replica was killed").await?;
    context.step("postgres-limits: PostgreSQL is restarted");
    database.server()?.end(Signal::INT)?;
    database.server()?.resume()?;
    for replica in &replicas.services {
        replica.wait_until_ready(BACK).await?;
    }
    expect_used_up(&mut replicas, "after PostgreSQL was restarted").await
}

/// Nothing is left of the last address's limit at either replica, but for the one log-in that a minute gives back.
async fn expect_used_up(replicas: &mut Replicas, when: &str) -> Result<()> {
    let [one, two] = replicas.flood(TRIED).await?.passed;
    ensure!(one + two <= 1, "{when}, {one} and {two} log-ins passed of an address whose limit was used up");
    Ok(())
}
