//! What a load has sent and what came back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, ensure};

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Register,
    Login,
    Me,
    Health,
    /// A request that must be refused, for one reason or another.
    Bad,
}

/// The expected statuses of bad requests. 429 is one of them, because each turn fails at the same accounts, and such
/// failures delay.
const REFUSALS: [u16; 6] = [400, 401, 404, 405, 422, 429];

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) call: Call,
    pub(crate) took: Duration,
    /// The status, or why there was none.
    pub(crate) outcome: std::result::Result<u16, String>,
}

/// All requests of a load.
#[derive(Debug, Default)]
pub(crate) struct LoadResults {
    pub(crate) records: Vec<Record>,
    /// Addresses whose registration was answered with 200.
    pub(crate) acknowledged: BTreeSet<String>,
    /// Addresses whose registration had no answer: they may be there or not.
    pub(crate) unanswered: BTreeSet<String>,
}

impl LoadResults {
    /// Records a request; the address is that of a registration.
    pub(super) fn record(&mut self, record: Record, email: String) {
        match (record.call, &record.outcome) {
            (Call::Register, Ok(200)) => drop(self.acknowledged.insert(email)),
            (Call::Register, Err(_)) => drop(self.unanswered.insert(email)),
            _ => {}
        }
        self.records.push(record);
    }

    /// Requests with another outcome than one of these statuses, each kind once with its number. A bad request must not
    /// succeed, but be refused.
    fn others(&self, expected: &[u16]) -> Vec<String> {
        let mut others: BTreeMap<(Call, String), usize> = BTreeMap::new();
        for record in &self.records {
            let outcome = match &record.outcome {
                Ok(status) if record.call == Call::Bad && REFUSALS.contains(status) => continue,
                Ok(status) if expected.contains(status) && (record.call, *status) != (Call::Bad, 200) => continue,
                Ok(status) => status.to_string(),
                Err(failure) => failure.clone(),
            };
            *others.entry((record.call, outcome)).or_default() += 1;
        }
        others.into_iter().map(|((call, outcome), count)| format!("{count} × {call:?} {outcome}")).collect()
    }

    /// No other outcome than these statuses, but for what is allowed.
    pub(crate) fn expect(&self, statuses: &[u16], allows: impl Fn(&str) -> bool) -> Result<()> {
        let others: Vec<_> = self.others(statuses).into_iter().filter(|outcome| !allows(outcome)).collect();
        ensure!(others.is_empty(), "other answers than {statuses:?}: {}", others.join(", "));
        Ok(())
    }

    /// How many requests had this status.
    pub(crate) fn count(&self, status: u16) -> usize {
        self.records.iter().filter(|record| record.outcome == Ok(status)).count()
    }

    /// The longest time that an answer of this status took.
    pub(crate) fn longest(&self, status: u16) -> Duration {
        let matching = self.records.iter().filter(|record| record.outcome == Ok(status));
        matching.map(|record| record.took).max().unwrap_or_default()
    }

    /// The times of a call's answers with status 200.
    pub(crate) fn times(&self, call: Call) -> Vec<Duration> {
        let matching = self.records.iter().filter(|record| record.call == call && record.outcome == Ok(200));
        matching.map(|record| record.took).collect()
    }
}

/// The time that all but `100 - percent` percent stay within (nearest rank); zero of nothing.
pub(crate) fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    let rank = (times.len() * percent).div_ceil(100).max(1);
    times.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(call: Call, outcome: std::result::Result<u16, &str>) -> Record {
        let outcome = outcome.map_err(str::to_owned);
        Record { call, took: Duration::from_millis(1), outcome }
    }

    #[test]
    fn other_outcomes_are_named_with_their_number() {
        let records = vec![
            record(Call::Me, Ok(200)),
            record(Call::Me, Ok(500)),
            record(Call::Me, Ok(500)),
            record(Call::Login, Err("cut")),
            record(Call::Bad, Ok(422)),
            record(Call::Bad, Ok(200)),
        ];
        let results = LoadResults { records, ..LoadResults::default() };
        assert_eq!(results.others(&[200]), ["1 × Login cut", "2 × Me 500", "1 × Bad 200"]);
        assert_eq!(results.count(500), 2);
    }

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 99), Duration::from_millis(198));
        assert_eq!(percentile(&times, 50), Duration::from_millis(100));
        assert_eq!(percentile(&times[..1], 99), Duration::from_millis(200));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }
}
