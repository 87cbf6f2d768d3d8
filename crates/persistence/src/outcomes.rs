use std::time::Instant;

use ore_domain::{Access, Breaker};

/// This number of failures in a row is an outage, and not the hiccup of a server that restarts.
pub(crate) const FAILURES_OF_AN_OUTAGE: u32 = 3;

/// How the latest uses of the store went. Writes by themselves: reads may succeed where no write does.
#[derive(Debug)]
pub(crate) struct Outcomes {
    reads: Breaker,
    writes: Breaker,
}

impl Default for Outcomes {
    fn default() -> Self {
        Self { reads: Breaker::new(FAILURES_OF_AN_OUTAGE), writes: Breaker::new(FAILURES_OF_AN_OUTAGE) }
    }
}

impl Outcomes {
    /// Records how a use went, a failed one with what the database said. What the database refuses because of what it
    /// was asked is no failure.
    pub(crate) fn record(&self, access: Access, outcome: &Result<(), String>) {
        match access {
            Access::Poll => return,
            Access::Read => self.reads.record(outcome, Instant::now()),
            Access::Write | Access::Statement => self.writes.record(outcome, Instant::now()),
        };
    }

    /// Whether several uses in a row have failed.
    pub(crate) fn look_like_an_outage(&self) -> bool {
        self.reads.is_open() || self.writes.is_open()
    }

    /// Records that both kinds of use work.
    pub(crate) fn clear(&self) {
        for access in [Access::Read, Access::Write] {
            self.record(access, &Ok(()));
        }
    }
}
