use actix_web::HttpRequest;
use maud::{Markup, html};
use ore_web::extract::PageForm;
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

const PARAMETER: &str = "return_to";

/// Where the query of a request leads back to.
pub(crate) fn of_query(request: &HttpRequest) -> &'static str {
    let mut pairs = form_urlencoded::parse(request.query_string().as_bytes());
    checked(pairs.find(|(name, _)| name == PARAMETER).map(|(_, value)| value).as_deref())
}

/// The page of ours that a text names, or the first one.
pub(crate) fn checked(path: Option<&str>) -> &'static str {
    PATHS.into_iter().find(|own| Some(*own) == path).unwrap_or(PATHS[0])
}

/// What a form carries to lead to this path.
pub(crate) fn field(path: &str) -> Markup {
    html! { input type="hidden" name=(PARAMETER) value=(path); }
}

/// Where a form leads to.
pub(crate) fn of_form(form: &PageForm) -> &'static str {
    checked(form.get(PARAMETER))
}

/// The log-in that leads back to the page that was asked for.
pub(crate) fn login_path(request: &HttpRequest) -> String {
    format!("/account/login?{PARAMETER}={}", page_of(request))
}

/// Where somebody shows once more who they are, and is led back.
pub(crate) fn reauthenticate_path(request: &HttpRequest) -> String {
    format!("/account/reauthenticate?{PARAMETER}={}", page_of(request))
}

/// Where somebody gets a second factor, and is led back.
pub(crate) fn enrolment_path(request: &HttpRequest) -> String {
    format!("/account/second-factors?{PARAMETER}={}", page_of(request))
}

/// The page that was asked for, or that has the form that was sent.
fn page_of(request: &HttpRequest) -> &'static str {
    let path = request.path();
    let below = |own: &&str| path.strip_prefix(*own).is_some_and(|rest| rest.starts_with('/'));
    let page = PATHS.into_iter().find(|own| *own == path);
    page.or_else(|| PATHS.into_iter().skip(1).find(below)).unwrap_or(PATHS[0])
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
    fn a_form_is_returned_to_its_page(#[case] path: &str, #[case] expected: &str) {
        let request = TestRequest::with_uri(path).to_http_request();
        assert_eq!(login_path(&request), format!("/account/login?return_to={expected}"));
    }
}
