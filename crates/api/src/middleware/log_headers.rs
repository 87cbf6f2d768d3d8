use actix_web::http::header::HeaderMap;
use tracing::Level;

/// Their values are never written: they let somebody in, or could.
const SECRET: [&str; 6] = ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token"];

/// For finding faults, in debug mode only: writes headers at level DEBUG.
pub(super) fn write(whose: &str, headers: &HeaderMap) {
    if tracing::enabled!(Level::DEBUG) {
        tracing::debug!(headers = masked(headers), "{whose}");
    }
}

fn masked(headers: &HeaderMap) -> String {
    let show = |(name, value): (&actix_web::http::header::HeaderName, &actix_web::http::header::HeaderValue)| {
        let is_secret = SECRET.contains(&name.as_str());
        let value = if is_secret { "********".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        format!("{name}: {value}")
    };
    headers.iter().map(show).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn credentials_are_masked_and_the_rest_is_shown() {
        let request = TestRequest::default()
            .insert_header(("authorization", "Bearer canary"))
            .append_header(("cookie", "session=canary"))
            .append_header(("accept", "text/plain"))
            .to_srv_request();
        let shown = masked(request.headers());
        assert!(shown.contains("accept: text/plain") && shown.contains("authorization: ********"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
