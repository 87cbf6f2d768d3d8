use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Clock, FailurePolicy, Store, StoreError, StoreExt};

/// So few at a time that no writer waits for long.
const BATCH: u32 = 500;
/// What is left after so many batches waits for the next sweep.
const BATCHES: u32 = 100;

/// Deletes what nobody needs any more.
pub struct Housekeeping {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// How long what has ended is kept.
    retention: Duration,
}

/// How much was deleted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that had ended.
    pub sessions: usize,
    /// Failures to log in that count no more, and networks and devices that are known no more.
    pub login_traces: usize,
}

impl Housekeeping {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, retention: Duration) -> Self {
        Self { store, clock, retention }
    }

    /// Deletes what is old enough, a little at a time. While another replica does so, nothing is left to do here.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it; what was deleted before stays so.
    pub async fn sweep(&self) -> Result<Swept, StoreError> {
        let now = self.clock.now();
        let (ended_before, unseen_since) = (now - self.retention, now - FailurePolicy::KNOWN_FOR);
        let mut swept = Swept::default();
        for _ in 0..BATCHES {
            let deleted = self.store.write(move |r| {
                if !r.is_alone_with_housekeeping()? {
                    return Ok::<_, StoreError>((0, 0));
                }
                let sessions = r.sessions().delete_ended(ended_before, BATCH)?;
                let failures = r.login_failures().delete_old_failures(now, BATCH)?;
                Ok((sessions, failures + r.known_sources().delete_old_sources(unseen_since, now, BATCH)?))
            });
            let (sessions, login_traces) = deleted.await?;
            swept.sessions += sessions;
            swept.login_traces += login_traces;
            if sessions + login_traces == 0 {
                break;
            }
        }
        Ok(swept)
    }
}
