use actix_web::HttpRequest;

use crate::ApiError;

/// Every page for people lies here or below.
const PAGES: [&str; 2] = ["/account", "/admin"];

/// The policy of every page: style, scripts and pictures of ours, forms and calls to us, and no page around ours (CSP Level 3).
pub const PAGE_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Writes errors for people.
pub trait ErrorPages: Send + Sync {
    /// The page of an error, as HTML.
    fn render(&self, error: &ApiError, request: &HttpRequest) -> String;
}

/// Whether a path is one of a page for people.
pub fn is_page(path: &str) -> bool {
    let is_at_or_below =
        |place: &str| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    PAGES.into_iter().any(is_at_or_below)
}
