use std::sync::{Mutex, PoisonError};

/// So many failures in a row are an outage and not the hiccup of a server that restarts.
const FAILURES_OF_AN_OUTAGE: u32 = 3;

/// Remembers how the latest attempts went, at connecting or at work, so that an outage is known without another attempt.
///
/// There is no clock and no trial call in it: the first success closes it. While the database is away the pool goes on
/// trying to connect in the background, at least every half of its acquire timeout, and the probe goes on asking.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<Failures>);

#[derive(Debug, Default)]
struct Failures {
    in_a_row: u32,
    latest: Option<String>,
}

impl Breaker {
    /// Notes an attempt, a failed one with the words of the driver.
    pub(crate) fn record<T, E: ToString>(&self, attempt: &Result<T, E>) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *failures = match attempt {
            Ok(_) => Failures::default(),
            Err(error) => Failures { in_a_row: failures.in_a_row.saturating_add(1), latest: Some(error.to_string()) },
        };
    }

    /// Whether so many attempts in a row have failed that it is an outage.
    pub(crate) fn is_open(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).in_a_row >= FAILURES_OF_AN_OUTAGE
    }

    /// What the driver said, if the latest attempt failed.
    pub(crate) fn latest_failure(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).latest.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: Result<(), &str> = Err("connection refused");

    #[test]
    fn three_failures_in_a_row_open_the_breaker_and_one_success_closes_it() {
        let breaker = Breaker::default();
        for attempt in [REFUSED, REFUSED, Ok(()), REFUSED, REFUSED] {
            breaker.record(&attempt);
            assert!(!breaker.is_open());
        }
        breaker.record(&REFUSED);
        assert!(breaker.is_open());
        breaker.record(&Ok::<_, &str>(()));
        assert!(!breaker.is_open());
    }

    #[test]
    fn what_the_driver_said_is_known_until_an_attempt_succeeds() {
        let breaker = Breaker::default();
        assert_eq!(breaker.latest_failure(), None);
        breaker.record(&REFUSED);
        assert_eq!(breaker.latest_failure().as_deref(), Some("connection refused"));
        breaker.record(&Ok::<_, &str>(()));
        assert_eq!(breaker.latest_failure(), None);
    }
}
