use std::time::{Duration, Instant};

/// Asks until the answer is as expected. Panics after `limit`, which is the bound of the contract.
pub(crate) fn eventually(limit: Duration, ask: impl Fn() -> u16, expected: u16) {
    let started = Instant::now();
    while ask() != expected {
        assert!(started.elapsed() < limit, "not {expected} within {limit:?}");
    }
}
