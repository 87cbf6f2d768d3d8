use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many failures in a row are an outage and not the hiccup of a service that restarts.
const FAILURES_OF_AN_OUTAGE: u32 = 5;

/// Keeps calls from a service that fails again and again: after a pause one call is let through to try it, and its
/// success lets all through.
///
/// Not the breaker of the stores, which has no clock and no trial call because their pool connects in the background.
#[derive(Debug)]
pub(crate) struct Breaker {
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// When the next trial may be made, while the breaker is open.
    next_trial: Option<Instant>,
}

/// What an attempt did to the breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Opened,
    Closed,
    None,
}

impl Breaker {
    pub(crate) const fn new(pause: Duration) -> Self {
        Self { pause, state: Mutex::new(State { failures: 0, next_trial: None }) }
    }

    /// Whether a call may be made; then [`Breaker::record`] is to be told how it went. A trial that never tells is
    /// followed by another after a pause.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.next_trial {
            None => true,
            Some(next_trial) if next_trial <= now => {
                state.next_trial = Some(now + self.pause);
                true
            }
            Some(_) => false,
        }
    }

    /// Notes how a call went.
    pub(crate) fn record(&self, has_failed: bool, now: Instant) -> Change {
        let mut state = self.state();
        let was_open = state.next_trial.is_some();
        if !has_failed {
            *state = State::default();
            return if was_open { Change::Closed } else { Change::None };
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures < FAILURES_OF_AN_OUTAGE {
            return Change::None;
        }
        state.next_trial = Some(now + self.pause);
        if was_open { Change::None } else { Change::Opened }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(10);

    fn open(now: Instant) -> Breaker {
        let breaker = Breaker::new(PAUSE);
        let changes: Vec<_> = (0..FAILURES_OF_AN_OUTAGE).map(|_| breaker.record(true, now)).collect();
        assert_eq!(changes, [Change::None, Change::None, Change::None, Change::None, Change::Opened]);
        breaker
    }

    #[test]
    fn a_success_between_failures_keeps_the_breaker_closed() {
        let (breaker, now) = (Breaker::new(PAUSE), Instant::now());
        for attempt in 1..3 * FAILURES_OF_AN_OUTAGE {
            let has_failed = attempt % FAILURES_OF_AN_OUTAGE != 0;
            assert_eq!(breaker.record(has_failed, now), Change::None);
            assert!(breaker.admits(now));
        }
    }

    #[test]
    fn an_open_breaker_lets_one_trial_through_in_each_pause() {
        let now = Instant::now();
        let breaker = open(now);
        assert!(!breaker.admits(now + PAUSE / 2));
        assert_eq!([0, 0, 0].map(|_: u8| breaker.admits(now + PAUSE)), [true, false, false]);
        // The trial has told nothing.
        assert_eq!([0, 0].map(|_: u8| breaker.admits(now + 2 * PAUSE)), [true, false]);
    }

    #[test]
    fn a_trial_that_succeeds_closes_the_breaker_and_one_that_fails_begins_another_pause() {
        let now = Instant::now();
        let breaker = open(now);
        let trial = now + PAUSE;
        assert!(breaker.admits(trial));
        assert_eq!(breaker.record(true, trial), Change::None);
        assert!(!breaker.admits(trial + PAUSE / 2));
        assert!(breaker.admits(trial + PAUSE));
        assert_eq!(breaker.record(false, trial + PAUSE), Change::Closed);
        assert!(breaker.admits(trial + PAUSE) && breaker.admits(trial + PAUSE));
    }
}
