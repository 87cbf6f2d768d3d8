use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

/// Lets requests ask for the key set and wait for it: one fetch at a time, and a floor between those that were asked for.
pub(crate) struct KeyRequests {
    floor: Duration,
    limit: Duration,
    fetch_requested: Notify,
    state: Mutex<State>,
    /// How many fetches have come to an end.
    completed: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    is_fetching: bool,
    last_asked: Option<SystemTime>,
}

/// The part of a request in fetching the key set.
enum Admission {
    Join,
    Fetch,
    Refuse,
}

impl KeyRequests {
    /// With this floor between fetches, and with this limit to the time that a request waits.
    pub(crate) fn new(floor: Duration, limit: Duration) -> Self {
        let (completed, _) = watch::channel(0);
        Self { floor, limit, fetch_requested: Notify::new(), state: Mutex::default(), completed }
    }

    /// Waits for a fetch that is under way, or asks for one; returns whether one has come to an end.
    pub(crate) async fn ask(&self, now: SystemTime) -> bool {
        let mut completed = self.completed.subscribe();
        match self.admit(now) {
            Admission::Refuse => return false,
            Admission::Fetch => self.fetch_requested.notify_one(),
            Admission::Join => {}
        }
        matches!(timeout(self.limit, completed.changed()).await, Ok(Ok(())))
    }

    fn admit(&self, now: SystemTime) -> Admission {
        let mut state = self.state();
        if state.is_fetching {
            return Admission::Join;
        }
        // A clock that was set back admits.
        let since = state.last_asked.and_then(|last| now.duration_since(last).ok());
        if since.is_some_and(|since| since < self.floor) {
            return Admission::Refuse;
        }
        *state = State { is_fetching: true, last_asked: Some(now) };
        Admission::Fetch
    }

    /// A fetch begins.
    pub(crate) fn begin(&self) {
        self.state().is_fetching = true;
    }

    /// A fetch has come to an end.
    pub(crate) fn finish(&self) {
        self.state().is_fetching = false;
        self.completed.send_modify(|count| *count += 1);
    }

    /// Waits until a fetch is asked for.
    pub(crate) async fn fetch_requested(&self) {
        self.fetch_requested.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
