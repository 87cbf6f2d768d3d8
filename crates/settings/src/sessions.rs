//! How long sessions last.

use std::time::Duration;

use super::catalogue;
use super::values::{Invalid, Values};

const HOURS_OF_A_DAY: u64 = 24;

/// How long sessions last, and how many a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionSettings {
    /// The time for which an exchanged refresh token gives the same successor again.
    pub refresh_grace: Duration,
    /// A session that is idle for this time ends.
    pub idle: Duration,
    /// A session ends after so long.
    pub absolute: Duration,
    /// The most sessions of a user.
    pub limit: u32,
    /// The time after an authentication for which a session is fresh enough for sensitive calls.
    pub reauth: Duration,
}

impl SessionSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let refresh_grace = values.read_number(&catalogue::REFRESH_GRACE_SECONDS, "a number of seconds");
        let idle: Result<u64, Invalid> = values.read_number(&catalogue::SESSION_IDLE_DAYS, "a number of days");
        let absolute: Result<u64, Invalid> = values.read_number(&catalogue::SESSION_ABSOLUTE_DAYS, "a number of days");
        let limit = values.read_number(&catalogue::SESSION_LIMIT, "a number of sessions");
        let reauth = values.read_number(&catalogue::REAUTH_SECONDS, "a number of seconds");
        Ok(Self {
            refresh_grace: Duration::from_secs(refresh_grace?),
            idle: Duration::from_hours(HOURS_OF_A_DAY * idle?),
            absolute: Duration::from_hours(HOURS_OF_A_DAY * absolute?),
            limit: limit?,
            reauth: Duration::from_secs(reauth?),
        })
    }
}
