//! The web pages that may call, and those that may use passkeys.

use url::{Host, Url};

use super::declaration::SettingSpec;
use super::form::{Field, Form, Rejected, text};
use super::forms::is_loopback;
use super::values::Values;

pub(super) const ORIGINS: Form<AllowedOrigins> = text("origin-list", |text, _| origins(text));
pub(super) const PAGE_ORIGIN: Form<Url> = text("page-origin-list", |text, _| page_origin(text));

/// Which origins browsers may call from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// Every origin. Never in production, since credentials are allowed too.
    Any,
    /// These origins, each as a browser sends it in `Origin` (RFC 6454 6.2), compared byte for byte. May be empty.
    Exactly(Vec<String>),
}

/// Which site passkeys are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeySettings {
    /// The host that passkeys are bound to.
    pub relying_party_id: String,
    /// The origin of pages on that host.
    pub origin: Url,
    /// Further origins of pages.
    pub other_origins: Vec<Url>,
    /// Whether the port of an origin does not count.
    pub takes_any_port: bool,
}

impl AllowedOrigins {
    pub(super) fn check(&self, spec: &'static SettingSpec, values: &mut Values) {
        let is_plain =
            |origin: &&String| Url::parse(origin).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url));
        match self {
            _ if !values.is_production() => {}
            Self::Any => {
                let problem = "* is refused in production, where any web site could act for a user; name the origins";
                values.refuse_as_unsafe(spec, problem);
            }
            Self::Exactly(origins) => {
                if let Some(origin) = origins.iter().find(is_plain) {
                    let advice = "anybody on the way can change its pages, which may then call for a user; use https";
                    values.warn(spec, format_args!("names {origin}: {advice}"));
                }
            }
        }
    }
}

impl PasskeySettings {
    /// `None` where it is not known which site passkeys would be for: in production without a public URL, and wherever
    /// that names an address, for which browsers make no passkeys.
    pub(super) fn new(public_url: Option<&Url>, other_origins: &[Url], is_production: bool) -> Option<Self> {
        let takes_any_port = public_url.is_none() && !is_production;
        let mut origin = if takes_any_port { Url::parse("http://localhost").ok()? } else { public_url?.clone() };
        origin.set_path("/");
        let Some(Host::Domain(relying_party_id)) = origin.host().map(|host| host.to_owned()) else { return None };
        Some(Self { relying_party_id, origin, other_origins: other_origins.to_vec(), takes_any_port })
    }
}

fn origins(text: &str) -> Result<AllowedOrigins, Rejected> {
    let items: Vec<String> = Field::read(text, |item| Ok::<String, Rejected>(item.to_owned()))?;
    if items == ["*"] { Ok(AllowedOrigins::Any) } else { Field::read(text, origin).map(AllowedOrigins::Exactly) }
}

/// Only such pages have the API for passkeys (Secure Contexts, 3.1).
fn page_origin(text: &str) -> Result<Url, Rejected> {
    let url = Url::parse(&origin(text)?).map_err(|_| Rejected::new("is not an origin (scheme://host[:port])"))?;
    let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if is_secure { Ok(url) } else { Err(Rejected::new("is not https, without which browsers have no passkeys")) }
}

/// An origin. Refuses what no browser sends, which would never match.
fn origin(text: &str) -> Result<String, Rejected> {
    let rejected = |reason: &str| Rejected::new(reason);
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
    if origin == text { Ok(origin) } else { Err(rejected(&format!("is not what a browser sends; write {origin}"))) }
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
        assert_eq!(origins(origin).unwrap(), AllowedOrigins::Exactly(vec![origin.to_owned()]));
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
        let rejected = origins(text).unwrap_err();
        assert!(rejected.reason.contains(reason), "{}", rejected.reason);
    }

    #[rstest]
    #[case("*", AllowedOrigins::Any)]
    #[case(r#"["*"]"#, AllowedOrigins::Any)]
    #[case("[]", AllowedOrigins::Exactly(Vec::new()))]
    #[case("", AllowedOrigins::Exactly(Vec::new()))]
    fn everybody_and_nobody_can_be_said(#[case] text: &str, #[case] expected: AllowedOrigins) {
        assert_eq!(origins(text).unwrap(), expected);
    }
}
