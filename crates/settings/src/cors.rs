//! Which origins browsers may call from.

use url::Url;

use super::fault::Rejected;
use super::parse::is_loopback;
use super::values::{Invalid, Values};
use super::{catalogue, parse};

/// Which origins browsers may call from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// Every origin. Never in production, since credentials are allowed too.
    Any,
    /// These origins, each as a browser sends it in `Origin` (RFC 6454 6.2), compared byte for byte. May be empty.
    Exactly(Vec<String>),
}

impl AllowedOrigins {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let origins = values.read(&catalogue::ALLOWED_ORIGINS, parse_origins)?;
        if origins == Self::Any && values.environment().is_production() {
            let problem = "* is refused in production, where any web site could act for a user; name the origins";
            return Err(values.refuse_as_unsafe(&catalogue::ALLOWED_ORIGINS, problem));
        }
        warn_of_plain_http(values, &origins);
        Ok(origins)
    }
}

/// Anybody on the way can change such a page, which then calls for its user.
fn warn_of_plain_http(values: &mut Values, origins: &AllowedOrigins) {
    let AllowedOrigins::Exactly(origins) = origins else { return };
    let is_plain = |origin: &&String| Url::parse(origin).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url));
    if let Some(origin) = origins.iter().find(is_plain).filter(|_| values.environment().is_production()) {
        let advice = "anybody on the way can change its pages, which may then call for a user; use https";
        values.warn(&catalogue::ALLOWED_ORIGINS, format_args!("names {origin}: {advice}"));
    }
}

fn parse_origins(text: &str) -> Result<AllowedOrigins, Rejected> {
    let items = parse::list(text, |item| Ok(item.to_owned()))?;
    if items == ["*"] {
        return Ok(AllowedOrigins::Any);
    }
    items.iter().try_for_each(|item| check_origin(item))?;
    Ok(AllowedOrigins::Exactly(items))
}

/// Refuses what no browser sends, which would never match.
pub(super) fn check_origin(text: &str) -> Result<(), Rejected> {
    let rejected = |reason: &str| Rejected::item(text, reason);
    match text {
        "*" => return Err(rejected("stands alone or not at all")),
        "null" => return Err(rejected("is the origin of any sandboxed page, and cannot be told from another")),
        _ if text.contains('*') => {
            return Err(rejected("holds a wildcard, and origins are compared whole; write each one out"));
        }
        _ => {}
    }
    let url = Url::parse(text).map_err(|_| rejected("is not an origin (scheme://host[:port])"))?;
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return Err(rejected("is not an origin (scheme://host[:port])"));
    };
    if let Some(scheme) = scheme_of_the_page(url.scheme()) {
        return Err(rejected(&format!("is no page's origin, which begins with {scheme}://")));
    }
    // `Url::origin` knows the origins of web sites alone; browsers also send those of extensions and app shells.
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let origin = format!("{}://{host}{port}", url.scheme());
    if origin == text { Ok(()) } else { Err(rejected(&format!("is not what a browser sends; write {origin}"))) }
}

/// What the pages have that speak this scheme, which is never that of a page.
fn scheme_of_the_page(scheme: &str) -> Option<&'static str> {
    match scheme {
        "ws" => Some("http"),
        "wss" | "ftp" => Some("https"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://example.com")]
    #[case("http://localhost:3000")]
    #[case("http://[::1]:3000")]
    #[case("https://xn--fsq.example")]
    #[case("chrome-extension://abcdefghijklmnop")]
    fn an_origin_as_a_browser_sends_it_is_taken(#[case] origin: &str) {
        assert_eq!(parse_origins(origin).unwrap(), AllowedOrigins::Exactly(vec![origin.to_owned()]));
    }

    #[rstest]
    #[case::trailing_slash("https://example.com/", "write https://example.com")]
    #[case::path("https://example.com/app", "write https://example.com")]
    #[case::upper_case("https://Example.com", "write https://example.com")]
    #[case::default_port("https://example.com:443", "write https://example.com")]
    #[case::credentials("https://user@example.com", "write https://example.com")]
    #[case::unicode("https://例.example", "write https://xn--fsq.example")]
    #[case::no_scheme("example.com", "is not an origin")]
    #[case::no_host("file:///tmp", "is not an origin")]
    #[case::web_socket("wss://example.com", "begins with https://")]
    #[case::web_socket_in_the_clear("ws://example.com", "begins with http://")]
    #[case::wildcard("https://*.example.com", "wildcard")]
    #[case::wildcard_within("https://app-*.example.com", "wildcard")]
    #[case::any_port("http://localhost:*", "wildcard")]
    #[case::any_scheme("*://example.com", "wildcard")]
    #[case::any_host("https://*", "wildcard")]
    #[case::bare_wildcard("*.example.com", "wildcard")]
    #[case::empty_query("https://example.com?", "write https://example.com")]
    #[case::upper_case_scheme("HTTPS://example.com", "write https://example.com")]
    #[case::default_port_in_the_clear("http://example.com:80", "write http://example.com")]
    #[case::short_address("http://127.1:3000", "write http://127.0.0.1:3000")]
    #[case::null("null", "sandboxed")]
    #[case::empty("https://example.com,", "is not an origin")]
    #[case::any_among_others(r#"["*","https://example.com"]"#, "stands alone")]
    fn what_no_browser_sends_is_refused(#[case] text: &str, #[case] reason: &str) {
        let rejected = parse_origins(text).unwrap_err();
        assert!(rejected.reason.contains(reason), "{}", rejected.reason);
    }

    #[rstest]
    #[case("*", AllowedOrigins::Any)]
    #[case(r#"["*"]"#, AllowedOrigins::Any)]
    #[case("[]", AllowedOrigins::Exactly(Vec::new()))]
    #[case("", AllowedOrigins::Exactly(Vec::new()))]
    fn everybody_and_nobody_can_be_said(#[case] text: &str, #[case] origins: AllowedOrigins) {
        assert_eq!(parse_origins(text).unwrap(), origins);
    }
}
