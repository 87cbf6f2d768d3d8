//! Killed with SIGKILL between the answer to a registration and its mail, and started again on the same database. Every
//! registration that was answered has its mail in the end, and one that came twice is the same mail.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::future::{try_join, try_join_all};
use ore_harness::{Database, free_port};
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{Chance, Mailbox, Mails, Relay, Service, ServicePlan, doubled, register};

/// Registrations between two kills.
const REGISTRATIONS: usize = 4;

/// The longest time from their answers to the kill: a mail waits for up to a second until it is sent.
const LONGEST_WAIT: Duration = Duration::from_millis(1500);

/// So late comes each answer of the mail server, so that kills meet every moment of a mail, also the one between its
/// taking and our note of that.
const LATE: Duration = Duration::from_millis(50);

/// Mails that a service sends side by side: a kill can double no more.
const SENDERS: usize = 4;

/// A mail that a killed service had in hand is left alone for so long.
const LEASE: Duration = Duration::from_mins(2);

/// What the rest may take on a busy machine, after the lease.
const PATIENCE: Duration = Duration::from_mins(1);

/// Registrations after the last kill, whose mails come once.
const AFTERWARDS: usize = 20;

/// For mails that are sealed.
const KEY: &str = "ZjNiMWM5ZDA3ZTVhNDhkMmI2YTRlOGYwOWMxZDczNTI=";

pub(super) async fn run(context: &Context) -> Result<()> {
    context.line(&format!("mail: killed at times drawn with {}", context.seed()));
    if context.choose(true, false) {
        return survive(context, "sqlite", &context.sqlite()?, 4).await;
    }
    let (sqlite, postgres) = (context.sqlite()?, context.postgres().await?);
    let (one, two) = (survive(context, "sqlite", &sqlite, 100), survive(context, "postgres", &postgres, 100));
    try_join(one, two).await.map(drop)
}

async fn survive(context: &Context, kind: &str, database: &Database, kills: usize) -> Result<()> {
    let mailbox = Mailbox::start(context, &format!("{kind}-mails")).await?;
    let relay = Relay::start(mailbox.address()).await?;
    relay.delay_answers(LATE);
    let plan = plan(kind, database, &relay).on_port(free_port()?);
    let mut service = plan.start_ready(context).await?;
    // Of two on one database, one lives on.
    let mut other = match database {
        Database::Sqlite { .. } => None,
        Database::Postgres { .. } => Some(plan.named(format!("{kind}-other")).on_port(0).start_ready(context).await?),
    };
    let mut chance = Chance::new(context.seed());
    let mut acknowledged = BTreeSet::new();
    for kill in 1..=kills {
        context.step(&format!("mail on {kind}: kill {kill} of {kills}"));
        acknowledged.extend(register_some(&service, &format!("{kind}-{kill}"), REGISTRATIONS).await?);
        sleep(chance.between(Duration::ZERO, LONGEST_WAIT)).await;
        service.kill()?;
        // A quick run does not wait for the lease.
        let is_last = kill == kills && context.choose(true, false);
        let next = if is_last { after_the_lease(context, &plan)? } else { plan.clone() };
        service = next.start_ready(context).await?;
    }
    measure(context, kind, kills, acknowledged.len(), &mailbox.mails()?);
    relay.delay_answers(Duration::ZERO);
    let afterwards = register_some(&service, &format!("{kind}-afterwards"), AFTERWARDS).await?;
    acknowledged.extend(afterwards.iter().cloned());
    let waited = wait_until_sent(context, kind, database).await?;
    context.measure_time(&format!("{kind}_last_mail_after"), waited);
    let mails = mailbox.mails()?;
    measure(context, kind, kills, acknowledged.len(), &mails);
    check_mails(&mails, &acknowledged, kills)?;
    check_afterwards(&mails, &afterwards)?;
    check_database(database, acknowledged.len())?;
    [Some(&mut service), other.as_mut()].into_iter().flatten().try_for_each(Service::check_health)
}

fn plan(kind: &str, database: &Database, relay: &Relay) -> ServicePlan {
    ServicePlan::new(kind, &database.url())
        .with("BACKEND_SMTP_URL", format!("smtp://{}", relay.address()))
        .with("BACKEND_MAIL_FROM", "ORE <ore@chaos.example>")
        .with("BACKEND_KEY_ENCRYPTION_KEY", KEY)
}

/// The same on a clock on which the lease of every mail is over.
fn after_the_lease(context: &Context, plan: &ServicePlan) -> Result<ServicePlan> {
    let library = context.tools().get("faketime")?.display().to_string();
    let later = format!("+{}s", (LEASE + Duration::from_secs(10)).as_secs());
    let plan = plan.clone().with("LD_PRELOAD", library).with("FAKETIME", later);
    // The clock of deadlines goes on as it does.
    Ok(plan.with("FAKETIME_DONT_FAKE_MONOTONIC", "1").with("DONT_FAKE_MONOTONIC", "1"))
}

/// At once; returns the addresses, each of which was answered.
async fn register_some(service: &Service, prefix: &str, count: usize) -> Result<Vec<String>> {
    let addresses: Vec<String> = (1..=count).map(|number| format!("{prefix}-{number}@chaos.example")).collect();
    try_join_all(addresses.iter().map(|address| register(service.address(), address))).await?;
    Ok(addresses)
}

/// Returns how long that took.
async fn wait_until_sent(context: &Context, kind: &str, database: &Database) -> Result<Duration> {
    context.step(&format!("mail on {kind}: the last mails, after the lease of a killed service"));
    let (started, limit) = (Instant::now(), LEASE + PATIENCE);
    loop {
        let pending = count(database, "state = 'pending'")?;
        if pending == 0 {
            return Ok(started.elapsed());
        }
        ensure!(started.elapsed() < limit, "{pending} mails are still to be sent after {limit:?}");
        sleep(Duration::from_secs(1)).await;
    }
}

fn check_mails(mails: &Mails, acknowledged: &BTreeSet<String>, kills: usize) -> Result<()> {
    let lost: Vec<_> = acknowledged.iter().filter(|address| !mails.contains_key(*address)).collect();
    ensure!(lost.is_empty(), "{} registrations were answered and have no mail, such as {}", lost.len(), lost[0]);
    let strange: Vec<_> = mails.keys().filter(|address| !acknowledged.contains(*address)).collect();
    ensure!(strange.is_empty(), "{} mails went to others, such as {}", strange.len(), strange[0]);
    let different = mails.iter().find(|(_, ids)| ids.iter().any(|id| *id != ids[0]));
    ensure!(different.is_none(), "one registration has mails with more than one Message-ID: {different:?}");
    let mut owners = BTreeMap::new();
    for (address, ids) in mails {
        let owner = owners.insert(&ids[0], address);
        ensure!(owner.is_none(), "{address} and {owner:?} have mails of one Message-ID");
    }
    let copies: usize = mails.values().map(|ids| ids.len() - 1).sum();
    let most = kills * SENDERS;
    ensure!(copies <= most, "{copies} mails were sent again; {kills} kills explain {most}");
    Ok(())
}

/// Without a kill no mail comes twice, however many services there are.
fn check_afterwards(mails: &Mails, afterwards: &[String]) -> Result<()> {
    let twice = afterwards.iter().find(|address| mails[*address].len() > 1);
    ensure!(twice.is_none(), "a mail came twice though nobody was killed: {twice:?}");
    Ok(())
}

/// Each mail is noted as sent and says nothing any more.
fn check_database(database: &Database, mails: usize) -> Result<()> {
    database.check_integrity()?;
    let erased = count(database, "state = 'sent' AND sealed IS NULL")?;
    let all = count(database, "1 = 1")?;
    ensure!((erased, all) == (mails, mails), "{mails} mails: {all} in the outbox, {erased} of them sent and erased");
    Ok(())
}

fn count(database: &Database, condition: &str) -> Result<usize> {
    let count = database.query(&format!("SELECT count(*) FROM outbox WHERE {condition}"))?;
    count.trim().parse().context("the number of mails is not one")
}

fn measure(context: &Context, kind: &str, kills: usize, acknowledged: usize, mails: &Mails) {
    context.measure(&format!("{kind}_kills"), kills);
    context.measure(&format!("{kind}_acknowledged"), acknowledged);
    context.measure(&format!("{kind}_with_mail"), mails.len());
    context.measure(&format!("{kind}_twice"), doubled(mails));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mails(of: &[(&str, &[&str])]) -> Mails {
        of.iter().map(|(to, ids)| ((*to).to_owned(), ids.iter().map(|id| (*id).to_owned()).collect())).collect()
    }

    #[test]
    fn a_lost_a_strange_and_another_mail_are_found() {
        let acknowledged = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        let check = |found: &[(&str, &[&str])], kills| check_mails(&mails(found), &acknowledged, kills);
        check(&[("a", &["1"]), ("b", &["2", "2"])], 1).unwrap();
        let fault = |found: &[(&str, &[&str])], kills| check(found, kills).unwrap_err().to_string();
        assert!(fault(&[("a", &["1"])], 1).contains("have no mail, such as b"));
        assert!(fault(&[("a", &["1"]), ("b", &["2"]), ("c", &["3"])], 1).contains("went to others"));
        assert!(fault(&[("a", &["1"]), ("b", &["2", "3"])], 1).contains("more than one Message-ID"));
        assert!(fault(&[("a", &["1"]), ("b", &["1"])], 1).contains("of one Message-ID"));
        assert!(fault(&[("a", &["1"]), ("b", &["2", "2"])], 0).contains("sent again"));
    }
}
