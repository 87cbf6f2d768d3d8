//! The cookie with which a browser keeps its session of the pages, and which calls may rest on it.
//!
//! It holds a token of the session that the pages look up, and that no call of the API takes.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderName, ORIGIN};
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
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_own = match (header(FETCH_SITE), header(ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_some() && host == header(HOST)
        }
        (None, None) => false,
    };
    if is_own { Ok(()) } else { Err(Problem::CrossSite) }
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
        let headers = [(FETCH_SITE, site), (ORIGIN, origin), (HOST, Some("a.example"))];
        let request = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let request = request.fold(TestRequest::post(), TestRequest::append_header).to_http_request();
        assert_eq!(require_own_page(&request).is_ok(), is_own);
    }
}
