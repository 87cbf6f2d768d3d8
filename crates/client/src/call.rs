use reqwest::Method;
use serde_json::Value;
use url::form_urlencoded;

/// Something, and the `ETag` that a change of it needs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Tagged<T> {
    /// The result.
    pub value: T,
    /// The `ETag`, for `If-Match`.
    pub etag: String,
}

/// A call before it is sent.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Below the address of the service, still to be encoded.
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Body,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Whether it may be sent twice.
    pub(crate) is_repeatable: bool,
}

#[derive(Clone)]
pub(crate) enum Body {
    Nothing,
    Json(String),
    Form(String),
}

impl Call {
    pub(crate) fn get(path: &[&str]) -> Self {
        Self { is_repeatable: true, ..Self::new(Method::GET, path) }
    }

    pub(crate) fn post(path: &[&str]) -> Self {
        Self::new(Method::POST, path)
    }

    pub(crate) fn patch(path: &[&str]) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub(crate) fn delete(path: &[&str]) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// A form at an endpoint of OAuth.
    pub(crate) fn oauth(path: &str, form: &[(&str, &str)]) -> Self {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let path = vec!["oauth".to_owned(), path.to_owned()];
        Self { path, body: Body::Form(form), ..Self::new(Method::POST, &[]) }
    }

    fn new(method: Method, path: &[&str]) -> Self {
        let path = ["api", "v1"].iter().chain(path).map(|&segment| segment.to_owned()).collect();
        Self { method, path, query: Vec::new(), body: Body::Nothing, headers: Vec::new(), is_repeatable: false }
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        Self { body: Body::Json(body.to_string()), ..self }
    }

    pub(crate) fn query(self, query: Vec<(&'static str, String)>) -> Self {
        Self { query, ..self }
    }

    pub(crate) fn if_match(self, etag: &str) -> Self {
        self.header("If-Match", etag)
    }

    /// With this key the service carries out the call once, even if it is sent again.
    pub(crate) fn once(self, idempotency_key: &str) -> Self {
        self.header("Idempotency-Key", idempotency_key).repeatable()
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn repeatable(self) -> Self {
        Self { is_repeatable: true, ..self }
    }
}
