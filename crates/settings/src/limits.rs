//! Limits on how often clients may call.

use std::num::NonZeroU32;
use std::time::Duration;

use ore_domain::RateLimitPolicy;
use ore_redis::RedisUrl;

use super::declaration::DefaultValue::{NotSet, Text};
use super::declaration::ValueType;
use super::form::{BOOLEAN, Form, number, parsed, seconds};
use super::table::settings;
use super::values::Values;

/// More requests than one process can answer; nothing that a limit is for.
const REQUESTS: Form<NonZeroU32> = number(1, 10_000_000, "a number of requests");
const URL: Form<RedisUrl> = parsed(ValueType::Secret("redis-url"));

settings! {
    /// Limits on how often clients may call.
    pub struct LimitSettings in "Rate limits" {
        /// Limit how often clients may call, per address and altogether, and delay failures in a row at one account.
        RATE_LIMIT_ENABLED(BOOLEAN, Text("true"), "true") => enabled: bool;
        /// Calls of any kind that one address (for IPv6 its /64) may make at once.
        RATE_LIMIT_GENERAL_BURST(REQUESTS, Text("2000"), "2000") => general_burst: NonZeroU32;
        /// Calls a minute that the address may make after that; each process counts for itself.
        RATE_LIMIT_GENERAL_PER_MINUTE(REQUESTS, Text("60000"), "60000") => general_per_minute: NonZeroU32;
        /// Log-ins that one address may try at once, and registrations as well. An IPv6 /64 counts as one, a /56 as 4,
        /// a /48 as 16.
        RATE_LIMIT_ADDRESS_BURST(REQUESTS, Text("20"), "20") => address_burst: NonZeroU32;
        /// Log-ins, and registrations as well, a minute that the address may try after that, on all replicas together.
        RATE_LIMIT_ADDRESS_PER_MINUTE(REQUESTS, Text("10"), "10") => address_per_minute: NonZeroU32;
        /// Log-ins that may be tried at once, by everybody together, and registrations as well.
        RATE_LIMIT_TOTAL_BURST(REQUESTS, Text("1000"), "1000") => total_burst: NonZeroU32;
        /// Log-ins, and registrations as well, a minute that everybody may try after that, on all replicas together.
        RATE_LIMIT_TOTAL_PER_MINUTE(REQUESTS, Text("6000"), "6000") => total_per_minute: NonZeroU32;
        /// Redis that counts log-ins for all replicas instead of PostgreSQL; remote: rediss://, or
        /// redis://…?tls=disable. With sentinels: rediss+sentinel://:password@s1:26379,s2:26379/name.
        REDIS_URL(URL, NotSet, "rediss://redis.internal:6379/0") => redis_url: Option<RedisUrl>;
        /// Seconds that a log-in or registration waits for Redis before its process counts by itself.
        // Nobody waits longer to log in.
        REDIS_TIMEOUT_SECONDS(seconds(10), Text("0.1"), "0.1") => redis_timeout: Duration;
    }
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
    /// How often one address may call, whatever it calls.
    pub fn general(&self) -> RateLimitPolicy {
        RateLimitPolicy { name: "general", burst: self.general_burst, per_minute: self.general_per_minute }
    }

    /// How often clients may present credentials.
    pub fn credentials(&self) -> CredentialPolicies {
        let policy = |name, burst, per_minute| RateLimitPolicy { name, burst, per_minute };
        CredentialPolicies {
            address: policy("address", self.address_burst, self.address_per_minute),
            total: policy("total", self.total_burst, self.total_per_minute),
        }
    }

    pub(super) fn check(&self, values: &mut Values) {
        if self.redis_url.as_ref().is_some_and(RedisUrl::is_remote_in_the_clear) {
            let problem = "production reaches a remote Redis over TLS alone (rediss://), or says ?tls=disable at the \
                           end of the URL where the network is safe";
            values.check_safety(&REDIS_URL, problem);
        }
        if !self.enabled && values.is_production() {
            let risk = "is false: passwords can be tried as fast as they are hashed, unless a proxy counts";
            values.warn(&RATE_LIMIT_ENABLED, risk);
        }
    }
}
