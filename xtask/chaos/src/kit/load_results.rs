//! What a load has sent and what came back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ore_harness::Answer;

use crate::context::Context;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Register,
    Login,
    Me,
    Refresh,
    LogOut,
    Health,
    /// A request that must be refused, for one reason or another.
    Bad,
}

/// The expected statuses of bad requests. 429 is one of them, because each turn fails at the same accounts, and such
/// failures delay.
const REFUSALS: [u16; 6] = [400, 401, 404, 405, 422, 429];

/// One in so many requests may get 503 while nothing is wrong: hashes, and writers of SQLite, wait for a busy machine,
/// but not for long.
const FEW: usize = 50;

/// How the failures of requests begin where a service is killed: no answer, or nobody who listens.
pub(crate) const CUT: &[&str] = &["cut", "not connected"];

/// The status of an answer, or why there was none.
type Outcome = std::result::Result<u16, String>;

/// All requests of a load.
#[derive(Debug, Default)]
pub(crate) struct LoadResults {
    /// How long requests took.
    times: BTreeMap<(Call, Outcome), Vec<Duration>>,
    /// Addresses whose registration was answered with 200.
    pub(crate) acknowledged: BTreeSet<String>,
    /// Addresses whose registration was answered with 503, or not at all: they may be there or not.
    pub(crate) uncertain: BTreeSet<String>,
}

impl LoadResults {
    /// Records a request that began at that moment; the address is that of a registration.
    pub(crate) fn record(&mut self, call: Call, email: &str, started: Instant, answer: &Result<Answer>) {
        let outcome = answer.as_ref().map(|answer| answer.status).map_err(|failure| format!("{failure:#}"));
        if call == Call::Register {
            match outcome {
                Ok(200) => drop(self.acknowledged.insert(email.to_owned())),
                Ok(503) | Err(_) => drop(self.uncertain.insert(email.to_owned())),
                Ok(_) => {}
            }
        }
        self.times.entry((call, outcome)).or_default().push(started.elapsed());
    }

    /// Adds those of another load.
    pub(crate) fn merge(&mut self, other: Self) {
        for (kind, times) in other.times {
            self.times.entry(kind).or_default().extend(times);
        }
        self.acknowledged.extend(other.acknowledged);
        self.uncertain.extend(other.uncertain);
    }

    /// Adds the numbers of requests to the figures of this kind.
    pub(crate) fn measure(&self, context: &Context, kind: &str) {
        context.add(&format!("{kind}requests"), self.requests());
        context.add(&format!("{kind}served"), self.count(200));
        context.add(&format!("{kind}refused"), self.count(503));
        context.add(&format!("{kind}acknowledged"), self.acknowledged.len());
    }

    /// No request had another status than these, and none failed otherwise than allowed. A bad request is refused.
    pub(crate) fn expect(&self, statuses: &[u16], allowed_failures: &[&str]) -> Result<()> {
        let is_expected = |call, outcome: &Outcome| match outcome {
            Ok(status) if call == Call::Bad && REFUSALS.contains(status) => true,
            Ok(status) => statuses.contains(status) && (call, *status) != (Call::Bad, 200),
            Err(failure) => allowed_failures.iter().any(|allowed| failure.starts_with(allowed)),
        };
        let mut others = Vec::new();
        for ((call, outcome), times) in self.times.iter().filter(|((call, outcome), _)| !is_expected(*call, outcome)) {
            let outcome = outcome.as_ref().map_or_else(String::clone, u16::to_string);
            others.push(format!("{} × {call:?} {outcome}", times.len()));
        }
        ensure!(others.is_empty(), "other answers than {statuses:?}: {}", others.join(", "));
        Ok(())
    }

    /// Few requests got 503: one in many, or no more than this number.
    pub(crate) fn expect_few_refused(&self, or_at_most: usize) -> Result<()> {
        let (refused, all) = (self.count(503), self.requests());
        ensure!(refused <= (all / FEW).max(or_at_most), "{refused} of {all} requests got 503");
        Ok(())
    }

    /// These are everybody who was told that they are registered, and nobody else but some who were told nothing.
    pub(crate) fn expect_users(&self, users: &BTreeSet<String>) -> Result<()> {
        let lost: Vec<_> = self.acknowledged.difference(users).collect();
        ensure!(lost.is_empty(), "{} acknowledged users are missing, such as {}", lost.len(), lost[0]);
        let asked = &self.acknowledged | &self.uncertain;
        let strange: Vec<_> = users.difference(&asked).collect();
        ensure!(strange.is_empty(), "{} were refused or never asked, such as {}", strange.len(), strange[0]);
        Ok(())
    }

    /// How many requests were sent.
    pub(crate) fn requests(&self) -> usize {
        self.times.values().map(Vec::len).sum()
    }

    /// How many requests had this status.
    pub(crate) fn count(&self, status: u16) -> usize {
        self.times_of(status).count()
    }

    /// The longest time that an answer of this status took.
    pub(crate) fn longest(&self, status: u16) -> Duration {
        self.times_of(status).max().unwrap_or_default()
    }

    fn times_of(&self, status: u16) -> impl Iterator<Item = Duration> {
        let matching = self.times.iter().filter(move |((_, outcome), _)| *outcome == Ok(status));
        matching.flat_map(|(_, times)| times).copied()
    }

    /// How long answers of status 200 to a call took.
    pub(crate) fn times_of_served(&self, call: Call) -> &[Duration] {
        self.times.get(&(call, Ok(200))).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_outcomes_are_named_with_their_number() {
        const TIME: Duration = Duration::from_millis(1);
        let times = BTreeMap::from([
            ((Call::Login, Err("cut: reset".to_owned())), vec![TIME]),
            ((Call::Me, Ok(200)), vec![TIME]),
            ((Call::Me, Ok(500)), vec![TIME; 2]),
            ((Call::Bad, Ok(200)), vec![TIME]),
            ((Call::Bad, Ok(422)), vec![TIME]),
        ]);
        let results = LoadResults { times, ..LoadResults::default() };
        let others = |allowed| results.expect(&[200], allowed).unwrap_err().to_string();
        assert!(others(&[]).ends_with("1 × Login cut: reset, 2 × Me 500, 1 × Bad 200"), "{}", others(&[]));
        assert!(others(CUT).ends_with("[200]: 2 × Me 500, 1 × Bad 200"), "{}", others(CUT));
        assert_eq!((results.requests(), results.count(500), results.longest(500)), (6, 2, TIME));
    }
}
