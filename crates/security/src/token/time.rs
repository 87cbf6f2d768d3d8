use std::time::{SystemTime, UNIX_EPOCH};

use super::TokenError;

/// The end of the year 9999, the last that RFC 3339 can write, in seconds since 1970.
const MAXIMUM_UNIX_SECONDS: u64 = 253_402_300_799;

/// Whole seconds since 1970, rounded down.
pub(super) fn unix_seconds(time: SystemTime) -> Result<u64, TokenError> {
    let seconds = time.duration_since(UNIX_EPOCH).map_err(|_| TokenError::TimeOutOfRange)?.as_secs();
    if is_in_range(seconds) { Ok(seconds) } else { Err(TokenError::TimeOutOfRange) }
}

pub(super) const fn is_in_range(seconds: u64) -> bool {
    seconds <= MAXIMUM_UNIX_SECONDS
}

/// Whether a token that ends at `expiry` has ended. It gets no leeway: an end is an end (RFC 7519, section 4.1.4).
pub(super) fn check_expiry(expiry: u64, now: u64) -> Result<(), TokenError> {
    if !is_in_range(expiry) {
        return Err(TokenError::MalformedClaims);
    }
    if now >= expiry { Err(TokenError::Expired) } else { Ok(()) }
}
