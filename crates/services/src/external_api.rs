use ore_domain::{BoxFuture, Cause};
use serde_json::Value;

/// Another service that is asked over the network, in JSON.
///
/// A call may take as long as its implementation allows: its caller holds no connection of the store meanwhile.
pub trait ExternalApi: Send + Sync {
    /// Makes the call and reads its answer; an answer without a body is [`Value::Null`].
    fn call(&self, call: ExternalCall) -> BoxFuture<'_, Result<Value, ExternalApiError>>;
}

/// A call to the other service.
#[derive(Debug, Clone, PartialEq)]
pub struct ExternalCall {
    /// The method.
    pub method: ExternalMethod,
    /// Path below the base URL, whose segments are escaped before they are sent.
    pub path: String,
    /// Names and values behind the path, in order.
    pub query: Vec<(String, String)>,
    /// The body.
    pub body: Option<Value>,
    /// By which the other service knows a call that it is sent again.
    pub idempotency_key: Option<String>,
    /// The id of the request that the call is made for, for the log of the other service.
    pub request_id: Option<String>,
}

/// The methods of RFC 9110, 9.3, that calls are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE")]
pub enum ExternalMethod {
    /// Changes nothing.
    Get,
    /// Does something anew each time.
    Post,
    /// Replaces something.
    Put,
    /// Removes something.
    Delete,
}

/// Why a call was not answered as it should.
#[derive(Debug, thiserror::Error)]
pub enum ExternalApiError {
    /// The other service is away, slow, overloaded or failing: the same call can succeed later.
    #[error("the external service is unavailable: {0}")]
    Unavailable(#[source] Cause),
    /// The other service does not want the call, which it answered with this status.
    #[error("the external service refused the call with status {0}")]
    Refused(u16),
    /// The call is not one that can be made: a key with a line feed, for instance.
    #[error("the external service was not called: {0}")]
    InvalidCall(#[source] Cause),
    /// The answer is not what was agreed: too large, or not JSON.
    #[error("the external service gave an unusable answer: {0}")]
    InvalidAnswer(#[source] Cause),
}

impl ExternalCall {
    /// Asks for what is at `path`.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(ExternalMethod::Get, path.into(), None)
    }

    /// Sends `body` to `path`.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(ExternalMethod::Post, path.into(), Some(body))
    }

    /// Puts `body` at `path`.
    pub fn put(path: impl Into<String>, body: Value) -> Self {
        Self::new(ExternalMethod::Put, path.into(), Some(body))
    }

    /// Removes what is at `path`.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(ExternalMethod::Delete, path.into(), None)
    }

    fn new(method: ExternalMethod, path: String, body: Option<Value>) -> Self {
        Self { method, path, query: Vec::new(), body, idempotency_key: None, request_id: None }
    }

    /// With a name and a value more behind the path.
    #[must_use]
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// With a key that makes the call safe to send again, if the other service honours `Idempotency-Key`.
    #[must_use]
    pub fn with_idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// On behalf of the request with this id.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Whether being sent twice does no more than being sent once (RFC 9110, 9.2.2).
    pub fn is_idempotent(&self) -> bool {
        self.method != ExternalMethod::Post || self.idempotency_key.is_some()
    }
}

impl ExternalMethod {
    /// As it is written in a request.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
