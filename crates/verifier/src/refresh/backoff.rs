use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);

/// The pauses while an issuer is away: longer and longer, and of no exact length, so that the services that wait do not come
/// back all at once.
pub(super) struct RetryDelays(ExponentialBackoff);

impl RetryDelays {
    pub(super) fn new() -> Self {
        let builder = ExponentialBuilder::default().with_min_delay(FIRST).with_max_delay(LONGEST);
        Self(builder.without_max_times().with_jitter().build())
    }

    pub(super) fn next(&mut self) -> Duration {
        self.0.next().unwrap_or(LONGEST)
    }

    /// The issuer is back.
    pub(super) fn reset(&mut self) {
        *self = Self::new();
    }
}
