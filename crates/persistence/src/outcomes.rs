use ore_domain::Access;

use crate::breaker::Breaker;

/// How the latest uses of the store went. Writes by themselves: reads may succeed where no write does.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    reads: Breaker,
    writes: Breaker,
}

impl Outcomes {
    /// Notes how a use went, a failed one with what the database said. What the database refuses because of what it was
    /// asked is no failure.
    pub(crate) fn record(&self, access: Access, outcome: &Result<(), String>) {
        match access {
            Access::Read => self.reads.record(outcome),
            Access::Write => self.writes.record(outcome),
        }
    }

    /// Whether several uses in a row have failed.
    pub(crate) fn look_like_an_outage(&self) -> bool {
        self.reads.is_open() || self.writes.is_open()
    }

    /// Notes that both kinds of use work.
    pub(crate) fn clear(&self) {
        for access in [Access::Read, Access::Write] {
            self.record(access, &Ok(()));
        }
    }
}
