use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

/// Lets one at a time pass, and lets nobody wait beyond a deadline, which a `Mutex` cannot do.
#[derive(Debug, Default)]
pub(crate) struct TimedMutex {
    is_taken: Mutex<bool>,
    freed: Condvar,
}

/// The right to be inside, until it is dropped.
pub(crate) struct Turn<'a>(&'a TimedMutex);

impl TimedMutex {
    /// Waits until nobody is inside; `None` when somebody still is at the deadline.
    pub(crate) fn enter(&self, deadline: Instant) -> Option<Turn<'_>> {
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
        Some(Turn(self))
    }
}

impl Drop for Turn<'_> {
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
        let turn = timed_mutex.enter(Instant::now());
        assert!(turn.is_some());
        assert!(timed_mutex.enter(Instant::now() + Duration::from_millis(1)).is_none());
        drop(turn);
        assert!(timed_mutex.enter(Instant::now()).is_some());
    }
}
