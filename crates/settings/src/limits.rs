//! Limits on how often clients may call.

use std::time::Duration;

use ore_domain::RateLimitPolicy;
use secrecy::SecretString;
use url::Url;

use super::spec::SettingSpec;
use super::values::{Invalid, Values};
use super::{catalogue, parse};

/// Limits on how often clients may call.
#[derive(Debug, Clone)]
pub struct LimitSettings {
    /// Whether there are any.
    pub enabled: bool,
    /// How often one address may call, whatever it calls.
    pub general: RateLimitPolicy,
    /// How often clients may present credentials.
    pub credentials: CredentialPolicies,
    /// The URL of the Redis that counts for all replicas.
    pub redis_url: Option<SecretString>,
    /// How long a call waits for that Redis.
    pub redis_timeout: Duration,
}

/// How often clients may present credentials, whether or not they are right.
#[derive(Debug, Clone, Copy)]
pub struct CredentialPolicies {
    /// From one address.
    pub address: RateLimitPolicy,
    /// Altogether.
    pub total: RateLimitPolicy,
}

impl LimitSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let enabled = values.read(&catalogue::RATE_LIMIT_ENABLED, parse::boolean);
        let general = read_policy(
            values,
            "general",
            &catalogue::RATE_LIMIT_GENERAL_BURST,
            &catalogue::RATE_LIMIT_GENERAL_PER_MINUTE,
        );
        let credentials = CredentialPolicies::read(values);
        let redis_url = read_redis_url(values);
        let redis_timeout = values.read_seconds(&catalogue::REDIS_TIMEOUT_SECONDS);
        let enabled = enabled?;
        if !enabled && values.environment().is_production() {
            let risk = "is false: passwords can be tried as fast as they are hashed, unless a proxy counts";
            values.warn(&catalogue::RATE_LIMIT_ENABLED, risk);
        }
        Ok(Self {
            enabled,
            general: general?,
            credentials: credentials?,
            redis_url: redis_url?,
            redis_timeout: redis_timeout?,
        })
    }
}

/// The password and what is counted pass no network in the clear, unless the URL says that they may.
fn read_redis_url(values: &mut Values) -> Result<Option<SecretString>, Invalid> {
    let parse = |text: &str| parse::redis_urls(text).map(|urls| (urls, SecretString::from(text)));
    let Some((urls, text)) = values.read_optional(&catalogue::REDIS_URL, parse)? else { return Ok(None) };
    let is_meant = |url: &Url| url.query_pairs().any(|(name, _)| name == "tls");
    if urls.iter().any(|url| url.scheme() == "redis" && !is_meant(url) && !parse::is_loopback(url)) {
        let problem = "production reaches a remote Redis over TLS alone (rediss://), or says ?tls=disable at the end of \
                       the URL where the network is safe";
        values.check_safety(&catalogue::REDIS_URL, problem)?;
    }
    Ok(Some(text))
}

impl CredentialPolicies {
    fn read(values: &mut Values) -> Result<Self, Invalid> {
        let (burst, per_minute) = (&catalogue::RATE_LIMIT_ADDRESS_BURST, &catalogue::RATE_LIMIT_ADDRESS_PER_MINUTE);
        let address = read_policy(values, "address", burst, per_minute);
        let (burst, per_minute) = (&catalogue::RATE_LIMIT_TOTAL_BURST, &catalogue::RATE_LIMIT_TOTAL_PER_MINUTE);
        let total = read_policy(values, "total", burst, per_minute);
        Ok(Self { address: address?, total: total? })
    }
}

fn read_policy(
    values: &mut Values,
    name: &'static str,
    burst: &SettingSpec,
    per_minute: &SettingSpec,
) -> Result<RateLimitPolicy, Invalid> {
    let burst = values.read_count(burst, "a number of requests");
    let per_minute = values.read_count(per_minute, "a number of requests");
    Ok(RateLimitPolicy { name, burst: burst?, per_minute: per_minute? })
}
