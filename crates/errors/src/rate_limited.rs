use actix_web::http::header::{HeaderName, RETRY_AFTER};
use ore_domain::RateLimitPolicy;
use ore_limits::RateLimited;

use crate::retry::retry_seconds;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// `Retry-After` (RFC 9110, 10.2.3), and `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-09, 3
/// and 4), which are lists of structured fields (RFC 9651).
pub(crate) fn headers(limited: &RateLimited) -> [(HeaderName, String); 3] {
    let RateLimitPolicy { name, burst, .. } = limited.policy;
    let (window, wait) = (limited.policy.window_seconds(), retry_seconds(limited.retry_after));
    [
        (RETRY_AFTER, wait.to_string()),
        (RATE_LIMIT_POLICY, format!("\"{name}\";q={burst};w={window}")),
        (RATE_LIMIT, format!("\"{name}\";r=0;t={wait}")),
    ]
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::whole_seconds(20, 10, 12_000, ["12", r#""credentials";q=20;w=120"#, r#""credentials";r=0;t=12"#])]
    #[case::rounded_up(1000, 6000, 1_001, ["2", r#""credentials";q=1000;w=10"#, r#""credentials";r=0;t=2"#])]
    #[case::at_least_a_second(1, 7, 0, ["1", r#""credentials";q=1;w=9"#, r#""credentials";r=0;t=1"#])]
    fn the_fields_tell_the_policy_and_the_wait(
        #[case] burst: u32,
        #[case] per_minute: u32,
        #[case] wait: u64,
        #[case] values: [&str; 3],
    ) {
        let [burst, per_minute] = [burst, per_minute].map(|number| NonZeroU32::new(number).unwrap());
        let policy = RateLimitPolicy { name: "credentials", burst, per_minute };
        let limited = RateLimited { policy, retry_after: Duration::from_millis(wait) };
        assert_eq!(headers(&limited).map(|(_, value)| value), values);
    }
}
