//! Waiting for something to become so, with a limit.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long a server may take to start on a busy machine.
pub const START_TIMEOUT: Duration = Duration::from_mins(1);

/// How often is looked.
const INTERVAL: Duration = Duration::from_millis(10);

/// Looks until the answer is yes, and returns how long that took. Nothing else goes on in this thread meanwhile.
pub fn until(limit: Duration, what: &str, mut look: impl FnMut() -> bool) -> Result<Duration> {
    let started = Instant::now();
    while !look() {
        if started.elapsed() > limit {
            bail!("{what}: not within {limit:?}");
        }
        thread::sleep(INTERVAL);
    }
    Ok(started.elapsed())
}

/// As [`until`], for what can only be seen by waiting for an answer.
#[cfg(feature = "load")]
pub async fn eventually(limit: Duration, what: &str, mut ask: impl AsyncFnMut() -> bool) -> Result<Duration> {
    let started = Instant::now();
    while !ask().await {
        if started.elapsed() > limit {
            bail!("{what}: not within {limit:?}");
        }
        tokio::time::sleep(INTERVAL).await;
    }
    Ok(started.elapsed())
}
