//! Which web pages may call.

use ore_domain::{AllowedOrigins, WebOrigin};
use rstest::rstest;

use super::Fixture;

fn allowed(text: &str) -> AllowedOrigins {
    Fixture::new(&[("ALLOWED_ORIGINS", text)]).settings().server.allowed_origins
}

#[rstest]
#[case("https://example.com")]
#[case("http://localhost:3000")]
#[case("http://[::1]:3000")]
#[case("https://xn--fsq.example")]
#[case("chrome-extension://abcdefghijklmnop")]
fn an_origin_as_a_browser_sends_it_is_taken(#[case] origin: &str) {
    let AllowedOrigins::Exactly(origins) = allowed(origin) else { panic!("{origin} names every origin") };
    assert_eq!(origins.iter().map(WebOrigin::as_str).collect::<Vec<_>>(), [origin]);
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
    let faults = Fixture::new(&[("ALLOWED_ORIGINS", text)]).faults();
    assert!(faults.len() == 1 && faults[0].contains(reason), "{faults:?}");
}

#[rstest]
#[case("*", AllowedOrigins::Any)]
#[case(r#"["*"]"#, AllowedOrigins::Any)]
#[case("[]", AllowedOrigins::Exactly(Vec::new()))]
#[case("", AllowedOrigins::Exactly(Vec::new()))]
fn everybody_and_nobody_can_be_said(#[case] text: &str, #[case] expected: AllowedOrigins) {
    assert_eq!(allowed(text), expected);
}
