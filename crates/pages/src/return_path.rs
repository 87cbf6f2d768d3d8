use std::borrow::Cow;

use actix_web::HttpRequest;
use actix_web::http::Method;
use maud::{Markup, html};
use ore_extract::PageForm;
use url::form_urlencoded;

/// The pages that somebody may be led back to. No other path is taken from a request.
const PATHS: [&str; 11] = [
    "/account",
    "/account/activity",
    "/account/api-keys",
    "/account/delete",
    "/account/email",
    "/account/export",
    "/account/password",
    "/account/profile",
    "/account/second-factors",
    "/account/sessions",
    "/account/verify",
];

/// Pages of administration lie here and below. Their number depends on what is administered.
const ADMINISTRATION: &str = "/admin";

/// A file, and the page with the link to it: whoever is led back finds the link and stays on the page.
const FILE: (&str, &str) = ("/admin/audit/export", "/admin/audit");

const PARAMETER: &str = "return_to";

/// The return path in the query of a request.
pub(crate) fn of_query(request: &HttpRequest) -> Cow<'static, str> {
    let mut pairs = form_urlencoded::parse(request.query_string().as_bytes());
    checked(pairs.find(|(name, _)| name == PARAMETER).map(|(_, value)| value).as_deref())
}

/// The path of one of our pages in a text, or the start page.
pub(crate) fn checked(path: Option<&str>) -> Cow<'static, str> {
    let (file, page) = FILE;
    let path = path.map(|path| if path == file { page } else { path });
    let own = PATHS.into_iter().find(|own| Some(*own) == path).map(Cow::Borrowed);
    let administers = || path.filter(|path| is_of_administration(path)).map(|path| Cow::Owned(path.to_owned()));
    own.or_else(administers).unwrap_or(Cow::Borrowed(PATHS[0]))
}

/// Whether a path is one of administration, of parts that no reader takes for anything else.
fn is_of_administration(path: &str) -> bool {
    let is_plain = |part: &str| {
        let mut bytes = part.bytes();
        part != "." && part != ".." && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let below = path.strip_prefix(ADMINISTRATION);
    below.is_some_and(|rest| {
        rest.is_empty()
            || rest.strip_prefix('/').is_some_and(|rest| rest.split('/').all(|part| !part.is_empty() && is_plain(part)))
    })
}

/// The hidden field with the return path.
pub(crate) fn field(path: &str) -> Markup {
    html! { input type="hidden" name=(PARAMETER) value=(path); }
}

/// The return path of a form.
pub(crate) fn of_form(form: &PageForm) -> Cow<'static, str> {
    checked(form.get(PARAMETER))
}

/// The log-in that leads back to the page that was asked for.
pub(crate) fn login_path(request: &HttpRequest) -> String {
    format!("/account/login?{PARAMETER}={}", page_of(request))
}

/// The page on which the user authenticates again, with the way back.
pub(crate) fn reauthenticate_path(request: &HttpRequest) -> String {
    format!("/account/reauthenticate?{PARAMETER}={}", page_of(request))
}

/// The page on which the user adds a second factor, with the way back.
pub(crate) fn enrolment_path(request: &HttpRequest) -> String {
    format!("/account/second-factors?{PARAMETER}={}", page_of(request))
}

/// The page that was asked for, or that has the form that was sent.
fn page_of(request: &HttpRequest) -> Cow<'static, str> {
    let path = request.path();
    if is_of_administration(path) {
        let form_of = path.rsplit_once('/').filter(|_| request.method() == Method::POST).map(|(page, _)| page);
        return checked(Some(form_of.unwrap_or(path)));
    }
    let below = |own: &&str| path.strip_prefix(*own).is_some_and(|rest| rest.starts_with('/'));
    let page = PATHS.into_iter().find(|own| *own == path);
    Cow::Borrowed(page.or_else(|| PATHS.into_iter().skip(1).find(below)).unwrap_or(PATHS[0]))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::own("/account/sessions", "/account/sessions")]
    #[case::other_host("https://evil.example/account", "/account")]
    #[case::no_scheme("//evil.example", "/account")]
    #[case::backslash("/\\evil.example", "/account")]
    #[case::below("/account/../evil", "/account")]
    #[case::script("javascript:alert(1)", "/account")]
    #[case::line_break("/account\r\nSet-Cookie: a=b", "/account")]
    #[case::api("/api/v1/auth/me", "/account")]
    #[case::nothing("", "/account")]
    #[case::administration("/admin", "/admin")]
    #[case::user("/admin/users/7/impersonate", "/admin/users/7/impersonate")]
    #[case::file("/admin/audit/export", "/admin/audit")]
    #[case::beside("/administration", "/account")]
    #[case::above("/admin/../evil", "/account")]
    #[case::empty_part("/admin//evil.example", "/account")]
    #[case::encoded("/admin/%2e%2e/evil", "/account")]
    #[case::turned("/admin/\\evil", "/account")]
    #[case::with_query("/admin/users?q=a", "/account")]
    fn only_pages_of_ours_are_returned_to(#[case] path: &str, #[case] expected: &str) {
        assert_eq!(checked(Some(path)), expected);
        let query = form_urlencoded::Serializer::new(String::new()).append_pair(PARAMETER, path).finish();
        let request = TestRequest::with_uri(&format!("/account/login?{query}")).to_http_request();
        assert_eq!(of_query(&request), expected);
    }

    #[rstest]
    #[case("/account/export", "/account/export")]
    #[case("/account/sessions/end", "/account/sessions")]
    #[case("/account/second-factors/totp/confirm", "/account/second-factors")]
    #[case("/account/second-factor", "/account")]
    #[case("/account/logout", "/account")]
    #[case("/admin/users/7/second-factors", "/admin/users/7")]
    fn a_form_is_returned_to_its_page(#[case] path: &str, #[case] expected: &str) {
        let request = TestRequest::post().uri(path).to_http_request();
        assert_eq!(login_path(&request), format!("/account/login?return_to={expected}"));
    }
}
