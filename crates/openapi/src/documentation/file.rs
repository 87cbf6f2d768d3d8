use actix_web::web::Bytes;

pub(super) const CSS: &str = "text/css; charset=utf-8";
pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
pub(super) const JSON: &str = "application/json";
pub(super) const PNG: &str = "image/png";

/// A file as it is sent.
pub(super) struct File {
    pub(super) content_type: &'static str,
    /// Instead of the policy of all other responses (CSP Level 3).
    pub(super) security_policy: Option<&'static str>,
    pub(super) content: Bytes,
}

impl File {
    /// A file that is no page: the policy of all responses is right for it.
    pub(super) fn new(content_type: &'static str, content: impl Into<Bytes>) -> Self {
        Self { content_type, security_policy: None, content: content.into() }
    }

    /// A page with the policy that it needs.
    pub(super) fn page(content: String, security_policy: &'static str) -> Self {
        Self { security_policy: Some(security_policy), ..Self::new(HTML, content) }
    }
}
