use std::time::Duration;

/// `Retry-After` in seconds (RFC 9110, 10.2.3): rounded up, and never 0, since a client that comes back within the same
/// second would be refused again.
pub(crate) fn retry_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}
