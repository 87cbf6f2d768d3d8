use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

/// A mutex whose callers wait until a deadline at the most, which those of `std::sync::Mutex` cannot.
#[derive(Debug, Default)]
pub(crate) struct TimedMutex {
    is_taken: Mutex<bool>,
    freed: Condvar,
}

/// Holds the lock until it is dropped.
pub(crate) struct TimedMutexGuard<'a>(&'a TimedMutex);

impl TimedMutex {
    /// Waits for the lock; `None` if somebody else still holds it at the deadline.
    pub(crate) fn lock_until(&self, deadline: Instant) -> Option<TimedMutexGuard<'_>> {
        let timeout = deadline.saturating_duration_since(Instant::now());
        let is_taken = self.is_taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut is_taken, _) = self
            .freed
            .wait_timeout_while(is_taken, timeout, |is_taken| *is_taken)
            .unwrap_or_else(PoisonError::into_inner);
        if *is_taken {
            return None;
        }
        *is_taken = true;
        Some(TimedMutexGuard(self))
    }
}

impl Drop for TimedMutexGuard<'_> {
    fn drop(&mut self) {
        *self.0.is_taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_second_is_turned_away_at_the_deadline_and_let_in_afterwards() {
        let timed_mutex = TimedMutex::default();
        let turn = timed_mutex.lock_until(Instant::now());
        assert!(turn.is_some());
        assert!(timed_mutex.lock_until(Instant::now() + Duration::from_millis(1)).is_none());
        drop(turn);
        assert!(timed_mutex.lock_until(Instant::now()).is_some());
    }
}
