use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Counts failures in a row, so that an outage is known without another attempt. The first success closes it.
#[derive(Debug)]
pub struct Breaker {
    threshold: u32,
    /// How often a call is let through while it is open; `None` where somebody else goes on trying.
    pause: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    failures: u32,
    latest: Option<String>,
    /// When the next trial may be made, while the breaker is open.
    next_trial: Option<Instant>,
}

const CLOSED: State = State { failures: 0, latest: None, next_trial: None };

/// The effect of an attempt on the breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerChange {
    /// It was the failure that makes an outage.
    Opened,
    /// The outage is over.
    Closed,
    /// Nothing.
    None,
}

impl Breaker {
    /// A breaker that opens after this number of failures in a row, and admits no call until an attempt elsewhere
    /// succeeds.
    pub const fn new(threshold: u32) -> Self {
        Self { threshold, pause: None, state: Mutex::new(CLOSED) }
    }

    /// A breaker that opens after this number of failures in a row, and admits one call after each pause.
    pub const fn with_trials(threshold: u32, pause: Duration) -> Self {
        Self { threshold, pause: Some(pause), state: Mutex::new(CLOSED) }
    }

    /// Whether a call may be made; then [`Breaker::record`] is to be told how it went. A trial that never tells is
    /// followed by another after a pause.
    pub fn admits(&self, now: Instant) -> bool {
        let mut state = self.state();
        if state.failures < self.threshold {
            return true;
        }
        let is_due = state.next_trial.is_some_and(|next_trial| next_trial <= now);
        if is_due {
            state.next_trial = self.pause.map(|pause| now + pause);
        }
        is_due
    }

    /// Records an attempt, a failed one with its reason.
    pub fn record<T, E: ToString>(&self, attempt: &Result<T, E>, now: Instant) -> BreakerChange {
        let mut state = self.state();
        let was_open = state.failures >= self.threshold;
        let Err(error) = attempt else {
            *state = CLOSED;
            return if was_open { BreakerChange::Closed } else { BreakerChange::None };
        };
        state.failures = state.failures.saturating_add(1);
        state.latest = Some(error.to_string());
        let is_open = state.failures >= self.threshold;
        if is_open {
            state.next_trial = self.pause.map(|pause| now + pause);
        }
        if is_open && !was_open { BreakerChange::Opened } else { BreakerChange::None }
    }

    /// Whether so many attempts in a row have failed that it is an outage.
    pub fn is_open(&self) -> bool {
        self.state().failures >= self.threshold
    }

    /// The reason of the latest attempt, if it failed.
    pub fn latest_failure(&self) -> Option<String> {
        self.state().latest.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THRESHOLD: u32 = 3;
    const PAUSE: Duration = Duration::from_secs(10);
    const REFUSED: Result<(), &str> = Err("connection refused");
    const DONE: Result<(), &str> = Ok(());

    fn open(breaker: &Breaker, now: Instant) {
        let changes = [(); 3].map(|()| breaker.record(&REFUSED, now));
        assert_eq!(changes, [BreakerChange::None, BreakerChange::None, BreakerChange::Opened]);
        assert!(breaker.is_open());
    }

    #[test]
    fn a_success_between_failures_keeps_the_breaker_closed() {
        let (breaker, now) = (Breaker::new(THRESHOLD), Instant::now());
        for attempt in [REFUSED, REFUSED, DONE, REFUSED, REFUSED] {
            assert_eq!(breaker.record(&attempt, now), BreakerChange::None);
            assert!(breaker.admits(now) && !breaker.is_open());
        }
    }

    #[test]
    fn without_trials_only_a_success_elsewhere_closes_it() {
        let (breaker, now) = (Breaker::new(THRESHOLD), Instant::now());
        open(&breaker, now);
        assert!(!breaker.admits(now + 1000 * PAUSE));
        assert_eq!(breaker.record(&DONE, now), BreakerChange::Closed);
        assert!(breaker.admits(now));
    }

    #[test]
    fn an_open_breaker_lets_one_trial_through_in_each_pause() {
        let (breaker, now) = (Breaker::with_trials(THRESHOLD, PAUSE), Instant::now());
        open(&breaker, now);
        assert!(!breaker.admits(now + PAUSE / 2));
        assert_eq!([0, 0, 0].map(|_: u8| breaker.admits(now + PAUSE)), [true, false, false]);
        // The trial has told nothing.
        assert_eq!([0, 0].map(|_: u8| breaker.admits(now + 2 * PAUSE)), [true, false]);
    }

    #[test]
    fn a_trial_that_fails_starts_another_pause_and_one_that_succeeds_closes_the_breaker() {
        let (breaker, now) = (Breaker::with_trials(THRESHOLD, PAUSE), Instant::now());
        open(&breaker, now);
        let trial = now + PAUSE;
        assert!(breaker.admits(trial));
        assert_eq!(breaker.record(&REFUSED, trial), BreakerChange::None);
        assert!(!breaker.admits(trial + PAUSE / 2));
        assert!(breaker.admits(trial + PAUSE));
        assert_eq!(breaker.record(&DONE, trial + PAUSE), BreakerChange::Closed);
        assert!(breaker.admits(trial + PAUSE) && breaker.admits(trial + PAUSE));
    }

    #[test]
    fn the_reason_of_a_failure_is_known_until_an_attempt_succeeds() {
        let (breaker, now) = (Breaker::new(THRESHOLD), Instant::now());
        assert_eq!(breaker.latest_failure(), None);
        breaker.record(&REFUSED, now);
        assert_eq!(breaker.latest_failure().as_deref(), Some("connection refused"));
        breaker.record(&DONE, now);
        assert_eq!(breaker.latest_failure(), None);
    }
}
