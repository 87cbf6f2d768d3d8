//! The cookie in which browsers keep the refresh token, and who may make a call that rests on it.

use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderName, ORIGIN};
use ore_domain::AllowedOrigins;
use ore_errors::Problem;
use ore_errors::set_cookie::NAME;
use zeroize::Zeroizing;

/// Asks for the refresh token in the cookie.
const TRANSPORT: HeaderName = HeaderName::from_static("ore-session-transport");

/// The relation between the site of the page and ours, as the browser reports it (Fetch Metadata).
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a client asks for the refresh token in the cookie.
pub fn is_wanted(request: &HttpRequest) -> bool {
    request.headers().get(TRANSPORT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"cookie"))
}

/// The token in the cookie of a request.
///
/// # Errors
/// [`Problem::BadRequest`] when there are several.
pub fn presented(request: &HttpRequest) -> Result<Option<Zeroizing<String>>, Problem> {
    only_cookie(request, NAME)
}

/// The token in the cookie of this name.
pub(crate) fn only_cookie(request: &HttpRequest, name: &str) -> Result<Option<Zeroizing<String>>, Problem> {
    // Other cookies may hold any bytes.
    let pairs = request.headers().get_all(COOKIE).flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    let values = pairs.filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="));
    let mut tokens = values.map(|token| Zeroizing::new(String::from_utf8_lossy(token).into_owned()));
    let token = tokens.next();
    if tokens.next().is_some() { Err(Problem::BadRequest) } else { Ok(token) }
}

/// Lets a call that rests on the cookie pass when it comes from a page of this host or of an allowed origin. `*` allows
/// none, since any site could then act for a user.
///
/// # Errors
/// [`Problem::CrossSite`].
pub fn require_same_site(request: &HttpRequest, origins: &AllowedOrigins) -> Result<(), Problem> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_allowed = |origin| origins.names(origin);
    if header(FETCH_SITE) == Some("same-origin") || header(ORIGIN).is_some_and(is_allowed) {
        Ok(())
    } else {
        Err(Problem::CrossSite)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    fn token(cookies: &[&str]) -> Result<Option<String>, Problem> {
        let request =
            cookies.iter().fold(TestRequest::get(), |request, cookie| request.append_header((COOKIE, *cookie)));
        presented(&request.to_http_request()).map(|token| token.map(|token| token.to_string()))
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        assert_eq!(token(&["a=b; __Host-ore_rt=token; c=d"]), Ok(Some("token".to_owned())));
        assert_eq!(token(&["a=b", "__Host-ore_rt=token"]), Ok(Some("token".to_owned())));
        assert_eq!(token(&["a=\u{e9}密; __Host-ore_rt=token"]), Ok(Some("token".to_owned())));
        assert_eq!(token(&["ore_rt=token; x__Host-ore_rt=token"]), Ok(None));
        assert_eq!(token(&["__Host-ore_rt=a; __Host-ore_rt=b"]), Err(Problem::BadRequest));
    }

    #[rstest]
    #[case::own_page(Some("same-origin"), None, true)]
    #[case::allowed_origin(Some("cross-site"), Some("https://www.example.com"), true)]
    #[case::subdomain(Some("same-site"), None, false)]
    #[case::other_site(Some("cross-site"), Some("https://evil.example"), false)]
    #[case::typed(Some("none"), None, false)]
    #[case::no_origin(None, Some("null"), false)]
    #[case::no_browser(None, None, false)]
    fn only_own_pages_and_allowed_origins_may_rest_on_the_cookie(
        #[case] site: Option<&str>,
        #[case] origin: Option<&str>,
        #[case] expected: bool,
    ) {
        let headers = [(FETCH_SITE, site), (ORIGIN, origin)];
        let request = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let request = request.fold(TestRequest::post(), TestRequest::append_header).to_http_request();
        let origins = AllowedOrigins::Exactly(vec!["https://www.example.com".parse().unwrap()]);
        assert_eq!(require_same_site(&request, &origins).is_ok(), expected);
        assert_eq!(require_same_site(&request, &AllowedOrigins::Any).is_ok(), site == Some("same-origin"));
    }
}
