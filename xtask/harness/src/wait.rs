//! Waiting for something to become so, with a limit.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::time::sleep;

/// How often is looked.
const INTERVAL: Duration = Duration::from_millis(10);

/// Asks until the answer is yes, and returns how long that took.
pub async fn eventually(limit: Duration, what: &str, mut ask: impl AsyncFnMut() -> bool) -> Result<Duration> {
    let started = Instant::now();
    while !ask().await {
        if started.elapsed() > limit {
            bail!("{what}: not within {limit:?}");
        }
        sleep(INTERVAL).await;
    }
    Ok(started.elapsed())
}

/// As [`eventually`], for what can be seen without waiting.
pub async fn until(limit: Duration, what: &str, mut ask: impl FnMut() -> bool) -> Result<Duration> {
    eventually(limit, what, async || ask()).await
}
