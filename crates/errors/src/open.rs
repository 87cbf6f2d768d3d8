use actix_web::http::StatusCode;

/// A business rule of an endpoint refused the request: always status 400.
///
/// For code that adds endpoints; the message is sent as it stands.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{error_code}: {message}")]
pub struct BusinessError {
    pub(crate) message: String,
    pub(crate) error_code: String,
}

impl BusinessError {
    /// With the code `BUSINESS_ERROR`.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), error_code: "BUSINESS_ERROR".to_owned() }
    }

    /// With a code of its own.
    #[must_use]
    pub fn with_code(self, error_code: impl Into<String>) -> Self {
        Self { error_code: error_code.into(), ..self }
    }
}

/// An endpoint answers with a status other than success.
///
/// For code that adds endpoints; the message is sent as it stands.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{status} {error_code}: {message}")]
pub struct HttpError {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) error_code: String,
}

impl HttpError {
    /// With the code `HTTP_ERROR`. A status that is no error becomes 500.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let is_error = status.is_client_error() || status.is_server_error();
        let status = if is_error { status } else { StatusCode::INTERNAL_SERVER_ERROR };
        Self { status, message: message.into(), error_code: "HTTP_ERROR".to_owned() }
    }

    /// With a code of its own.
    #[must_use]
    pub fn with_code(self, error_code: impl Into<String>) -> Self {
        Self { error_code: error_code.into(), ..self }
    }
}
