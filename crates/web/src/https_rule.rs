use actix_web::http::Method;
use ore_errors::is_page;
use url::Url;

use crate::probes::is_probe;

/// The pages that people type into a browser. Anything else over plain HTTP has sent its secrets already, and a redirect
/// would only hide that.
const PAGES: [&str; 2] = ["/docs", "/redoc"];

/// The rule for requests over plain HTTP.
#[derive(Debug, Clone)]
pub struct HttpsRule {
    is_required: bool,
    /// The HTTPS address of the pages, without a slash at the end.
    site: Option<String>,
}

/// The verdict on one request over plain HTTP.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is answered.
    Serve,
    /// It is not answered.
    Refuse,
    /// A browser finds the page at this URL.
    Redirect(String),
}

impl HttpsRule {
    /// Refuses where HTTPS is required; the pages are looked for below the public URL alone, never below the `Host` of a
    /// request.
    pub fn new(is_required: bool, public_url: Option<&Url>) -> Self {
        let site = public_url.filter(|url| url.scheme() == "https");
        Self { is_required, site: site.map(|url| url.as_str().trim_end_matches('/').to_owned()) }
    }

    pub(crate) fn decide(&self, method: &Method, path: &str) -> Verdict {
        if !self.is_required || is_probe(path) {
            return Verdict::Serve;
        }
        match &self.site {
            Some(site)
                if (PAGES.contains(&path) || is_page(path)) && (method == Method::GET || method == Method::HEAD) =>
            {
                Verdict::Redirect(format!("{site}{path}"))
            }
            _ => Verdict::Refuse,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::page(Some("https://a.example"), "GET", "/docs", Verdict::Redirect("https://a.example/docs".to_owned()))]
    #[case::below_a_path(Some("https://a.example/b/"), "HEAD", "/redoc", Verdict::Redirect("https://a.example/b/redoc".to_owned()))]
    #[case::not_reading(Some("https://a.example"), "POST", "/docs", Verdict::Refuse)]
    #[case::beside_a_page(Some("https://a.example"), "GET", "/docs/x", Verdict::Refuse)]
    #[case::account(Some("https://a.example"), "GET", "/account/login", Verdict::Redirect("https://a.example/account/login".to_owned()))]
    #[case::form(Some("https://a.example"), "POST", "/account/login", Verdict::Refuse)]
    #[case::nowhere_to_go(None, "GET", "/docs", Verdict::Refuse)]
    #[case::would_go_round(Some("http://a.example"), "GET", "/docs", Verdict::Refuse)]
    #[case::call(Some("https://a.example"), "GET", "/api/v1/auth/me", Verdict::Refuse)]
    #[case::probe(None, "GET", "/health", Verdict::Serve)]
    #[case::spelt_otherwise(None, "GET", "/%68ealth", Verdict::Refuse)]
    fn plain_http_is_refused_but_for_probes_and_pages(
        #[case] public_url: Option<&str>,
        #[case] method: Method,
        #[case] path: &str,
        #[case] expected: Verdict,
    ) {
        let public_url = public_url.map(|url| Url::parse(url).unwrap());
        assert_eq!(HttpsRule::new(true, public_url.as_ref()).decide(&method, path), expected);
        assert_eq!(HttpsRule::new(false, public_url.as_ref()).decide(&method, path), Verdict::Serve);
    }
}
