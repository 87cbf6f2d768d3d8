use actix_web::http::header::HeaderMap;
use tracing::Level;

/// Those whose values are written. Any other may let somebody in, whatever it is called, or hold a URL with a token in it.
const SHOWN: [&str; 46] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "access-control-request-headers",
    "access-control-request-method",
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "expect",
    "forwarded",
    "host",
    "origin",
    "ratelimit",
    "ratelimit-policy",
    "referrer-policy",
    "retry-after",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "strict-transport-security",
    "te",
    "traceparent",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "via",
    "www-authenticate",
    "x-content-type-options",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-frame-options",
    "x-process-time",
    "x-request-id",
];

/// For finding faults, in debug mode only: writes headers at level DEBUG.
pub(super) fn write(whose: &str, headers: &HeaderMap) {
    if tracing::enabled!(Level::DEBUG) {
        tracing::debug!(headers = masked(headers), "{whose}");
    }
}

fn masked(headers: &HeaderMap) -> String {
    let show = |(name, value): (&actix_web::http::header::HeaderName, &actix_web::http::header::HeaderValue)| {
        // A host or an origin has an @ only behind a name and a password.
        let is_shown = SHOWN.contains(&name.as_str()) && !value.as_bytes().contains(&b'@');
        let value = if is_shown { String::from_utf8_lossy(value.as_bytes()) } else { "********".into() };
        format!("{name}: {value}")
    };
    headers.iter().map(show).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    fn written(name: &'static str, value: &'static str) -> String {
        masked(TestRequest::default().insert_header((name, value)).to_srv_request().headers())
    }

    #[rstest]
    #[case("authorization", "Bearer canary")]
    #[case("proxy-authorization", "Basic canary")]
    #[case("cookie", "session=canary")]
    #[case("set-cookie", "session=canary; HttpOnly")]
    #[case("api-key", "canary")]
    #[case("x-api-key", "canary")]
    #[case("x-auth-token", "canary")]
    #[case("x-csrf-token", "canary")]
    #[case("x-amz-security-token", "canary")]
    #[case("x-forwarded-client-cert", "canary")]
    #[case("sec-websocket-protocol", "bearer, canary")]
    #[case("referer", "https://example.com/reset?token=canary")]
    #[case("location", "https://example.com/reset#canary")]
    #[case("x-original-url", "/reset?token=canary")]
    #[case("link", "</reset?token=canary>; rel=next")]
    #[case("host", "ada:canary@example.com")]
    #[case("x-whatever", "canary")]
    fn a_header_that_is_not_known_to_be_harmless_is_masked(#[case] name: &'static str, #[case] value: &'static str) {
        assert_eq!(written(name, value), format!("{name}: ********"));
    }

    #[test]
    fn harmless_headers_are_shown() {
        assert_eq!(written("accept", "text/plain"), "accept: text/plain");
        assert!(SHOWN.is_sorted());
    }
}
