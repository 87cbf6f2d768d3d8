use std::sync::{Mutex, PoisonError};

use chrono::{SubsecRound, TimeDelta};
use ore_domain::{Clock, Timestamp};

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// A clock that shows `now`, cut to the microsecond.
    pub fn new(now: Timestamp) -> Self {
        Self(Mutex::new(now.trunc_subsecs(6)))
    }

    /// Shows `now` from here on, cut to the microsecond.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now.trunc_subsecs(6);
    }

    /// Moves the hands; backwards when `by` is negative.
    pub fn advance(&self, by: TimeDelta) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = (*now + by).trunc_subsecs(6);
    }
}

/// Shows 2026-11-22T10:34:31.656895Z.
impl Default for FixedClock {
    fn default() -> Self {
        Self::new("2026-11-22T10:34:31.656895Z".parse().expect("the text is a time"))
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_stands_still_until_it_is_moved() {
        let clock = FixedClock::default();
        let start = clock.now();
        assert_eq!(clock.now(), start);
        clock.advance(TimeDelta::seconds(-90));
        assert_eq!(clock.now(), start - TimeDelta::seconds(90));
        clock.set(start + TimeDelta::nanoseconds(1999));
        assert_eq!(clock.now(), start + TimeDelta::microseconds(1));
    }
}
