//! Limits on how often clients may call.

use secrecy::SecretString;

use super::values::{Faulted, Values};
use super::{catalogue, parse};

/// Limits on how often clients may call.
#[derive(Debug, Clone)]
pub struct LimitSettings {
    /// Whether there are any.
    pub enabled: bool,
    /// URL of the Redis that counts for all replicas.
    pub redis_url: Option<SecretString>,
}

impl LimitSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Faulted> {
        let enabled = values.read(&catalogue::RATE_LIMIT_ENABLED, parse::boolean);
        let redis_url = values
            .read_optional(&catalogue::REDIS_URL, |text| parse::redis_url(text).map(|_| SecretString::from(text)));
        Ok(Self { enabled: enabled?, redis_url: redis_url? })
    }
}
