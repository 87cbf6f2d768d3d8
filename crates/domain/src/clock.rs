use std::time::SystemTime;

use chrono::{DateTime, SubsecRound, Utc};

/// A timestamp in UTC, never finer than a microsecond.
pub type Timestamp = DateTime<Utc>;

/// Where the time comes from.
///
/// Every rule that depends on time takes it from here, so that a test can say what time it is.
pub trait Clock: Send + Sync {
    /// The present timestamp in UTC, to the microsecond.
    ///
    /// Not finer, because PostgreSQL keeps microseconds: a value that is stored and read again must compare equal.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        // Not `Utc::now`, which panics before 1970.
        Timestamp::from(SystemTime::now()).trunc_subsecs(6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_is_not_finer_than_a_microsecond() {
        for _ in 0..1000 {
            assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1000, 0);
        }
    }
}
