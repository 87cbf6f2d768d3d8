//! The cookie with which a browser keeps its session of the pages, and which calls may rest on it.
//!
//! It holds a token of the session that the pages look up, and that no call of the API takes.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderName, ORIGIN, REFERER};
use ore_errors::{Problem, set_cookie};
use zeroize::Zeroizing;

use crate::refresh_cookie::only_cookie;

/// The relation between the site of the page and ours, as the browser reports it (Fetch Metadata).
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The token in the cookie of a request. Several are as none.
pub fn presented(request: &HttpRequest) -> Option<Zeroizing<String>> {
    only_cookie(request, set_cookie::PAGES).ok().flatten().filter(|token| !token.is_empty())
}

/// The device token in the cookie of a request.
pub fn presented_device(request: &HttpRequest) -> Option<Zeroizing<String>> {
    only_cookie(request, set_cookie::DEVICE).ok().flatten()
}

/// `Set-Cookie` that keeps a session.
pub fn keeping(token: &str, lifetime: Duration) -> String {
    set_cookie::keeping_session(token, lifetime)
}

/// `Set-Cookie` that keeps a device token.
pub fn keeping_device(token: &str, lifetime: Duration) -> String {
    set_cookie::keeping_device(token, lifetime)
}

/// `Set-Cookie` that ends the session in the browser.
pub fn clearing() -> String {
    set_cookie::keeping_session("", Duration::ZERO)
}

/// Lets a form pass that a page of ours sent. Browsers say so in `Sec-Fetch-Site`; one that does not, sends `Origin` with every
/// form (Fetch Standard, 3.2), which names the host that it was sent to.
///
/// # Errors
/// [`Problem::CrossSite`].
pub fn require_own_page(request: &HttpRequest) -> Result<(), Problem> {
    let is_own = match (header(request, FETCH_SITE), header(request, ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => is_of_this_host(origin, request),
        (None, None) => false,
    };
    if is_own { Ok(()) } else { Err(Problem::CrossSite) }
}

/// Whether a page of ours has led the browser here. No other site has then, nor a link in a mail, which its user may not
/// have looked at. Of a browser that does not say so in `Sec-Fetch-Site`, `Origin` and `Referer` are asked.
pub fn is_led_from_own_page(request: &HttpRequest) -> bool {
    match header(request, FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => [ORIGIN, REFERER].into_iter().all(|name| {
            let named = request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
            named.is_none_or(|url| is_of_this_host(url, request))
        }),
    }
}

fn header(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Whether a URL or an origin names the host that the request was sent to.
fn is_of_this_host(url: &str, request: &HttpRequest) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some() && host == header(request, HOST)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::own_page(Some("same-origin"), Some("https://a.example"), true)]
    #[case::old_browser(None, Some("https://a.example"), true)]
    #[case::plain(None, Some("http://a.example"), true)]
    #[case::subdomain(Some("same-site"), Some("https://a.example"), false)]
    #[case::other_site(Some("cross-site"), Some("https://evil.example"), false)]
    #[case::typed(Some("none"), None, false)]
    #[case::old_browser_elsewhere(None, Some("https://evil.example"), false)]
    #[case::longer_host(None, Some("https://a.example.evil.example"), false)]
    #[case::no_origin(None, Some("null"), false)]
    #[case::no_browser(None, None, false)]
    fn a_form_comes_from_a_page_of_ours(
        #[case] site: Option<&str>,
        #[case] origin: Option<&str>,
        #[case] is_own: bool,
    ) {
        let request = request([(FETCH_SITE, site), (ORIGIN, origin), (HOST, Some("a.example"))]);
        assert_eq!(require_own_page(&request).is_ok(), is_own);
    }

    #[rstest]
    #[case::own_page(Some("same-origin"), None, None, true)]
    #[case::typed_or_from_a_mail(Some("none"), None, None, false)]
    #[case::other_site(Some("cross-site"), None, None, false)]
    #[case::subdomain(Some("same-site"), None, None, false)]
    #[case::other_site_that_names_ours(Some("cross-site"), None, Some("https://a.example/admin"), false)]
    #[case::old_browser(None, None, Some("https://a.example/admin?a#b"), true)]
    #[case::old_browser_that_says_nothing(None, None, None, true)]
    #[case::old_browser_elsewhere(None, None, Some("https://evil.example/a.example"), false)]
    #[case::longer_host(None, None, Some("https://a.example.evil.example/"), false)]
    #[case::user_name(None, None, Some("https://a.example@evil.example/"), false)]
    #[case::other_origin(None, Some("https://evil.example"), Some("https://a.example/"), false)]
    #[case::no_origin(None, Some("null"), None, false)]
    fn a_page_of_ours_has_led_here(
        #[case] site: Option<&str>,
        #[case] origin: Option<&str>,
        #[case] referrer: Option<&str>,
        #[case] expected: bool,
    ) {
        let headers = [(FETCH_SITE, site), (ORIGIN, origin), (REFERER, referrer), (HOST, Some("a.example"))];
        assert_eq!(is_led_from_own_page(&request(headers)), expected);
    }

    fn request<const N: usize>(headers: [(HeaderName, Option<&str>); N]) -> HttpRequest {
        let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
        headers.fold(TestRequest::default(), TestRequest::append_header).to_http_request()
    }
}
