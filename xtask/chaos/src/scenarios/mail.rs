//! Killed with SIGKILL between the answer to a registration and its mail, and started again on the same database. Every
//! registration that was answered has its mail in the end, and one that came twice is the same mail.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use fastrand::Rng;
use futures_util::future::{try_join, try_join_all};
use ore_harness::{Database, Request, Service, ServicePlan};
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{Mailbox, Mails, Relay, between, doubled, with_clock_off};

/// Registrations at once.
const AT_ONCE: usize = 4;

/// Of so many registrations a busy machine may turn one away, with 503.
const TURNED_AWAY_OF: usize = 10;

/// Registrations between two kills.
const REGISTRATIONS: usize = 4;
/// The same where another service sends mails too: with fewer the one that is killed seldom has any in hand.
const REGISTRATIONS_OF_TWO: usize = 16;

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
    let relay = Relay::start(mailbox.address()).await?;
    relay.delay_answers(LATE);
    let plan = plan(kind, database, &relay);
    let mut service = plan.start_ready(context).await?;
    // Of two on one database, one lives on.
    let (mut other, registrations) = match database {
        Database::Sqlite { .. } => (None, REGISTRATIONS),
        Database::Postgres { .. } => {
            (Some(plan.named(format!("{kind}-other")).start_ready(context).await?), REGISTRATIONS_OF_TWO)
        }
    };
    let mut chance = Rng::with_seed(context.seed);
    let mut asked = Asked::default();
    for kill in 1..=kills {
        context.step(&format!("mail on {kind}: kill {kill} of {kills}"));
        asked.register(&service, &format!("{kind}-{kill}"), registrations).await?;
        sleep(between(&mut chance, Duration::ZERO, LONGEST_WAIT)).await;
        service.kill()?;
        // A quick run does not wait for the lease.
        let is_last = kill == kills && context.choose(true, false);
        let lease = i64::try_from((LEASE + Duration::from_secs(10)).as_secs())?;
        let next = if is_last { with_clock_off(context, plan.clone(), lease)? } else { plan.clone() };
        service = next.start_ready(context).await?;
    }
    measure(context, kind, kills, &asked, &mailbox.mails()?);
    relay.delay_answers(Duration::ZERO);
    let afterwards = asked.register(&service, &format!("{kind}-afterwards"), AFTERWARDS).await?;
    let waited = wait_until_sent(context, kind, database).await?;
    context.measure_time(&format!("{kind}_last_mail_after"), waited);
    let mails = mailbox.mails()?;
    measure(context, kind, kills, &asked, &mails);
    asked.check()?;
    check_mails(&mails, &asked, kills)?;
    check_afterwards(&mails, &afterwards)?;
    check_database(database, mails.len())?;
    [Some(&mut service), other.as_mut()].into_iter().flatten().try_for_each(Service::check_health)
}

fn plan(kind: &str, database: &Database, relay: &Relay) -> ServicePlan {
    service(kind, &database.url())
        .with("BACKEND_SMTP_URL", format!("smtp://{}", relay.address()))
        .with("BACKEND_MAIL_FROM", "ORE <ore@chaos.example>")
        .with("BACKEND_KEY_ENCRYPTION_KEY", KEY)
}

/// The addresses of all registrations.
#[derive(Default)]
struct Asked {
    /// Those that were answered with 200.
    acknowledged: BTreeSet<String>,
    /// Those that were answered with 503: they may be there or not.
    turned_away: BTreeSet<String>,
}

impl Asked {
    /// Returns the addresses that were acknowledged.
    async fn register(&mut self, service: &Service, prefix: &str, count: usize) -> Result<Vec<String>> {
        let addresses: Vec<String> = (1..=count).map(|number| format!("{prefix}-{number}@chaos.example")).collect();
        let mut acknowledged = Vec::new();
        for part in addresses.chunks(AT_ONCE) {
            let requests: Vec<Request> = part.iter().map(|address| Request::register(address)).collect();
            let answers = try_join_all(requests.iter().map(|request| service.send(request))).await?;
            for (address, answer) in part.iter().zip(answers) {
                match answer.status {
                    200 => acknowledged.push(address.clone()),
                    503 => drop(self.turned_away.insert(address.clone())),
                    _ => bail!("the registration of {address} was answered {answer:?}"),
                }
            }
        }
        self.acknowledged.extend(acknowledged.iter().cloned());
        Ok(acknowledged)
    }

    fn check(&self) -> Result<()> {
        let (refused, all) = (self.turned_away.len(), self.turned_away.len() + self.acknowledged.len());
        ensure!(refused * TURNED_AWAY_OF <= all, "{refused} of {all} registrations were answered with 503");
        Ok(())
    }
}

/// Returns how long that took.
async fn wait_until_sent(context: &Context, kind: &str, database: &Database) -> Result<Duration> {
    context.step(&format!("mail on {kind}: the last mails, after the lease of a killed service"));
    let (started, limit) = (Instant::now(), LEASE + PATIENCE);
    loop {
        let pending = database.count("outbox WHERE state = 'pending'")?;
        if pending == 0 {
            return Ok(started.elapsed());
        }
        ensure!(started.elapsed() < limit, "{pending} mails are still to be sent after {limit:?}");
        sleep(Duration::from_secs(1)).await;
    }
}

fn check_mails(mails: &Mails, asked: &Asked, kills: usize) -> Result<()> {
    let Asked { acknowledged, turned_away } = asked;
    let lost: Vec<_> = acknowledged.iter().filter(|address| !mails.contains_key(*address)).collect();
    ensure!(lost.is_empty(), "{} registrations were answered and have no mail, such as {}", lost.len(), lost[0]);
    let strange: Vec<_> = mails.keys().filter(|it| !acknowledged.contains(*it) && !turned_away.contains(*it)).collect();
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
    let erased = database.count("outbox WHERE state = 'sent' AND sealed IS NULL")?;
    let all = database.count("outbox")?;
    ensure!((erased, all) == (mails, mails), "{mails} mails: {all} in the outbox, {erased} of them sent and erased");
    Ok(())
}

fn measure(context: &Context, kind: &str, kills: usize, asked: &Asked, mails: &Mails) {
    context.measure(&format!("{kind}_kills"), kills);
    context.measure(&format!("{kind}_acknowledged"), asked.acknowledged.len());
    context.measure(&format!("{kind}_turned_away"), asked.turned_away.len());
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
        let asked = Asked { acknowledged, turned_away: BTreeSet::from(["d".to_owned()]) };
        let check = |found: &[(&str, &[&str])], kills| check_mails(&mails(found), &asked, kills);
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
