//! Killed with SIGKILL between the answer to a registration and its mail, and started again on the same database. Every
//! registration that was answered has its mail in the end, and one that came twice is the same mail.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use anyhow::{Result, ensure};
use fastrand::Rng;
use futures_util::future::try_join;
use ore_harness::{Database, Service, eventually};
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{Call, LoadPlan, LoadResults, Mailbox, Mails, Relay};

/// Registrations at once.
const AT_ONCE: usize = 4;

/// Of so many registrations a busy machine may turn one away, with 503.
const TURNED_AWAY_OF: usize = 10;

/// Milliseconds from the answers to the kill: a mail waits for up to a second until it is sent.
const WAIT: RangeInclusive<u64> = 0..=1500;

/// So late comes each answer of the mail server, so that kills meet every moment of a mail, also the one between its
/// taking and our note of that.
const LATE: Duration = Duration::from_millis(50);

/// Mails that a service sends side by side: a kill can double no more.
const SENDERS: usize = 4;

/// A mail that a killed service had in hand is left alone for so long.
const LEASE: Duration = Duration::from_mins(2);
/// So far off is a clock that is past it.
const PAST_LEASE_SECONDS: i64 = 130;

/// What the rest may take on a busy machine, after the lease.
const PATIENCE: Duration = Duration::from_mins(1);

/// Registrations after the last kill, in so many waves, whose mails come once.
const WAVES_AFTERWARDS: usize = 5;

/// For mails that are sealed.
const KEY: &str = "ZjNiMWM5ZDA3ZTVhNDhkMmI2YTRlOGYwOWMxZDczNTI=";

pub(super) async fn run(context: &Context) -> Result<()> {
    context.step(&format!("mail: killed at times drawn with {}", context.seed));
    if context.choose(true, false) {
        return survive(context, "sqlite", &context.sqlite()?, 4).await;
    }
    let (sqlite, postgres) = (context.sqlite()?, context.postgres()?);
    let (one, two) = (survive(context, "sqlite", &sqlite, 100), survive(context, "postgres", &postgres, 100));
    try_join(one, two).await.map(drop)
}

async fn survive(context: &Context, kind: &str, database: &Database, kills: usize) -> Result<()> {
    let mailbox = Mailbox::start(context, &format!("{kind}-mails"))?;
    let relay = Relay::start(mailbox.address, LATE).await?;
    let plan = service(kind, &database.url())
        .with("BACKEND_SMTP_URL", format!("smtp://{}", relay.address))
        .with("BACKEND_MAIL_FROM", "ORE <ore@chaos.example>")
        .with("BACKEND_KEY_ENCRYPTION_KEY", KEY);
    let mut service = plan.start_ready(context).await?;
    // Of two on one database, one lives on. With fewer registrations the one that is killed seldom has a mail in hand.
    let (mut other, waves) = match database {
        Database::Sqlite { .. } => (None, 1),
        Database::Postgres { .. } => (Some(plan.named(format!("{kind}-other")).start_ready(context).await?), 4),
    };
    let mut chance = Rng::with_seed(context.seed);
    let mut all = LoadResults::default();
    for kill in 1..=kills {
        context.step(&format!("mail on {kind}: kill {kill} of {kills}"));
        all.merge(register(&service, &format!("{kind}-{kill}"), waves).await?);
        sleep(Duration::from_millis(chance.u64(WAIT))).await;
        service.kill()?;
        // A quick run does not wait for the lease.
        let is_past_lease = kill == kills && context.choose(true, false);
        let next = if is_past_lease { context.with_clock_off(plan.clone(), PAST_LEASE_SECONDS)? } else { plan.clone() };
        service = next.start_ready(context).await?;
    }
    relay.delay_answers(Duration::ZERO);
    let afterwards = register(&service, &format!("{kind}-afterwards"), WAVES_AFTERWARDS).await?;
    let whose_come_once = afterwards.acknowledged.clone();
    all.merge(afterwards);
    context.step(&format!("mail on {kind}: the last mails, after the lease of a killed service"));
    let sent = eventually(LEASE + PATIENCE, "every mail is sent", async || {
        sleep(Duration::from_secs(1)).await;
        database.count("outbox WHERE state = 'pending'").is_ok_and(|pending| pending == 0)
    });
    context.measure_time(&format!("{kind}_last_mail_after"), sent.await?);

    let mails = mailbox.mails()?;
    context.measure(&format!("{kind}_kills"), kills);
    all.measure(context, &format!("{kind}_"));
    context.measure(&format!("{kind}_sent_again"), sent_again(&mails));
    let (refused, requests) = (all.count(503), all.requests());
    ensure!(refused * TURNED_AWAY_OF <= requests, "{refused} of {requests} registrations were answered with 503");
    check_mails(&mails, &all, kills)?;
    let twice = whose_come_once.iter().find(|address| mails[*address].len() > 1);
    ensure!(twice.is_none(), "a mail came twice though nobody was killed: {twice:?}");
    check_database(database, mails.len())?;
    [Some(&mut service), other.as_mut()].into_iter().flatten().try_for_each(Service::check_health)
}

async fn register(service: &Service, prefix: &str, waves: usize) -> Result<LoadResults> {
    let mut results = LoadResults::default();
    for wave in 1..=waves {
        let load = LoadPlan::registrations(service.address(), format!("{prefix}-{wave}"));
        results.merge(load.send_at_once(Call::Register, AT_ONCE).await);
    }
    results.expect(&[200, 503], &[])?;
    Ok(results)
}

fn check_mails(mails: &Mails, all: &LoadResults, kills: usize) -> Result<()> {
    let LoadResults { acknowledged, uncertain, .. } = all;
    let lost: Vec<_> = acknowledged.iter().filter(|address| !mails.contains_key(*address)).collect();
    ensure!(lost.is_empty(), "{} registrations were answered and have no mail, such as {}", lost.len(), lost[0]);
    let strange: Vec<_> = mails.keys().filter(|it| !acknowledged.contains(*it) && !uncertain.contains(*it)).collect();
    ensure!(strange.is_empty(), "{} mails went to others, such as {}", strange.len(), strange[0]);
    let different = mails.iter().find(|(_, ids)| ids.iter().any(|id| *id != ids[0]));
    ensure!(different.is_none(), "one registration has mails with more than one Message-ID: {different:?}");
    let mut owners = BTreeMap::new();
    for (address, ids) in mails {
        let owner = owners.insert(&ids[0], address);
        ensure!(owner.is_none(), "{address} and {owner:?} have mails of one Message-ID");
    }
    let (copies, most) = (sent_again(mails), kills * SENDERS);
    ensure!(copies <= most, "{copies} mails were sent again; {kills} kills explain {most}");
    Ok(())
}

fn sent_again(mails: &Mails) -> usize {
    mails.values().map(|ids| ids.len() - 1).sum()
}

/// Each mail is noted as sent and says nothing any more.
fn check_database(database: &Database, mails: usize) -> Result<()> {
    database.check_integrity()?;
    let erased = database.count("outbox WHERE state = 'sent' AND sealed IS NULL")?;
    let all = database.count("outbox")?;
    ensure!((erased, all) == (mails, mails), "{mails} mails: {all} in the outbox, {erased} of them sent and erased");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mails(of: &[(&str, &[&str])]) -> Mails {
        of.iter().map(|(to, ids)| ((*to).to_owned(), ids.iter().map(|id| (*id).to_owned()).collect())).collect()
    }

    #[test]
    fn a_lost_a_strange_and_another_mail_are_found() {
        let mut all = LoadResults::default();
        all.acknowledged.extend(["a", "b"].map(str::to_owned));
        all.uncertain.insert("d".to_owned());
        let check = |found: &[(&str, &[&str])], kills| check_mails(&mails(found), &all, kills);
        check(&[("a", &["1"]), ("b", &["2"]), ("d", &["4"])], 0).unwrap();
        check(&[("a", &["1"]), ("b", &["2", "2"])], 1).unwrap();
        let fault = |found: &[(&str, &[&str])], kills| check(found, kills).unwrap_err().to_string();
        assert!(fault(&[("a", &["1"])], 1).contains("have no mail, such as b"));
        assert!(fault(&[("a", &["1"]), ("b", &["2"]), ("c", &["3"])], 1).contains("went to others"));
        assert!(fault(&[("a", &["1"]), ("b", &["2", "3"])], 1).contains("more than one Message-ID"));
        assert!(fault(&[("a", &["1"]), ("b", &["1"])], 1).contains("of one Message-ID"));
        assert!(fault(&[("a", &["1"]), ("b", &["2", "2"])], 0).contains("sent again"));
    }
}
