//! Killed with SIGKILL between the answer to a registration and its mail, and started again on the same database. Every
//! registration that was answered has its mail in the end, and one that came twice is the same mail.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use fastrand::Rng;
use futures_util::future::try_join;
use ore_harness::{Database, SEALING_KEY, Service, eventually};
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{Call, LoadPlan, LoadResults, Mail, Mailbox, Relay};

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

pub(super) async fn run(context: &Context) -> Result<()> {
    context.step(&format!("mail: killed at times drawn with {}", context.seed));
    if context.choose(true, false) {
        return survive(context, "sqlite", &context.sqlite("app")?, 4).await;
    }
    let (sqlite, postgres) = (context.sqlite("app")?, context.postgres()?);
    let (one, two) = (survive(context, "sqlite", &sqlite, 100), survive(context, "postgres", &postgres, 100));
    try_join(one, two).await.map(drop)
}

async fn survive(context: &Context, kind: &str, database: &Database, kills: usize) -> Result<()> {
    let mailbox = Mailbox::start(context, &format!("{kind}-mails"))?;
    let relay = Relay::start(mailbox.address, LATE).await?;
    let plan = service(kind, &database.url())
        .with("BACKEND_SMTP_URL", format!("smtp://{}", relay.address))
        .with("BACKEND_MAIL_FROM", "ORE <ore@chaos.example>")
        .with("BACKEND_KEY_ENCRYPTION_KEY", SEALING_KEY);
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
        all.merge(register(&service, waves).await?);
        sleep(Duration::from_millis(chance.u64(WAIT))).await;
        service.kill()?;
        // A quick run does not wait for the lease.
        let is_past_lease = kill == kills && context.choose(true, false);
        let next = if is_past_lease { context.with_clock_off(plan.clone(), PAST_LEASE_SECONDS)? } else { plan.clone() };
        service = next.start_ready(context).await?;
    }
    relay.delay.send_replace(Duration::ZERO);
    let afterwards = register(&service, WAVES_AFTERWARDS).await?;
    let whose_come_once = afterwards.acknowledged.clone();
    all.merge(afterwards);
    context.step(&format!("mail on {kind}: the last mails, after the lease of a killed service"));
    let sent = eventually(LEASE + PATIENCE, "every mail is sent", async || {
        sleep(Duration::from_secs(1)).await;
        database.count("outbox WHERE state = 'pending'").is_ok_and(|pending| pending == 0)
    });
    context.measure_time(&format!("{kind}_last_mail_after"), sent.await?);

    let mails = mailbox.mails()?;
    context.measure(&format!("{kind}_mails"), mails.len());
    all.measure(context, &format!("{kind}_"));
    all.expect_few_refused(all.requests() / TURNED_AWAY_OF)?;
    let sent = check_mails(&mails, &all, kills)?;
    for address in &whose_come_once {
        let count = mails.iter().filter(|(recipient, _)| recipient == address).count();
        ensure!(count == 1, "{count} mails came to {address}, though nobody was killed");
    }
    database.check_integrity()?;
    let erased = database.count("outbox WHERE state = 'sent' AND sealed IS NULL")?;
    let all = database.count("outbox")?;
    ensure!((erased, all) == (sent, sent), "{sent} mails: {all} in the outbox, {erased} of them sent and erased");
    other.as_mut().map_or(Ok(()), Service::check_running)
}

async fn register(service: &Service, waves: usize) -> Result<LoadResults> {
    let (load, mut results) = (LoadPlan::registrations(service.address()), LoadResults::default());
    for _ in 0..waves {
        results.merge(load.send_at_once(Call::Register, AT_ONCE).await?);
    }
    results.expect(&[200, 503], &[])?;
    Ok(results)
}

/// Returns how many mails came, those that came again apart.
fn check_mails(mails: &[Mail], all: &LoadResults, kills: usize) -> Result<usize> {
    let sent: BTreeSet<_> = mails.iter().collect();
    let recipients: BTreeSet<_> = mails.iter().map(|(recipient, _)| recipient.clone()).collect();
    let ids: BTreeSet<_> = mails.iter().map(|(_, id)| id).collect();
    all.expect_users(&recipients).context("by their mails")?;
    let has_own = sent.len() == recipients.len() && sent.len() == ids.len();
    ensure!(has_own, "not each registration has a Message-ID of its own: {sent:?}");
    let (copies, most) = (mails.len() - sent.len(), kills * SENDERS);
    ensure!(copies <= most, "{copies} mails were sent again; {kills} kills explain {most}");
    Ok(sent.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_a_strange_and_another_mail_are_found() {
        let mut all = LoadResults::default();
        all.acknowledged.extend(["a", "b"].map(str::to_owned));
        all.uncertain.insert("d".to_owned());
        let check = |mails: &[(&str, &str)], kills| {
            let mails: Vec<_> = mails.iter().map(|(to, id)| ((*to).to_owned(), (*id).to_owned())).collect();
            check_mails(&mails, &all, kills).map_err(|error| format!("{error:#}"))
        };
        assert_eq!(check(&[("a", "1"), ("b", "2"), ("d", "4")], 0), Ok(3));
        assert_eq!(check(&[("a", "1"), ("b", "2"), ("b", "2")], 1), Ok(2));
        let fault = |mails, kills| check(mails, kills).unwrap_err();
        assert!(fault(&[("a", "1")], 1).contains("missing, such as b"));
        assert!(fault(&[("a", "1"), ("b", "2"), ("c", "3")], 1).contains("never asked, such as c"));
        assert!(fault(&[("a", "1"), ("b", "2"), ("b", "3")], 1).contains("Message-ID of its own"));
        assert!(fault(&[("a", "1"), ("b", "1")], 1).contains("Message-ID of its own"));
        assert!(fault(&[("a", "1"), ("b", "2"), ("b", "2")], 0).contains("sent again"));
    }
}
