use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use ore_schemas::ErrorDetails;
use secrecy::SecretString;
use thiserror::Error;

use crate::StoreError;

/// Why a call did not succeed.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum Error {
    /// The service has refused the call.
    #[error("the service has answered {status} {code}: {message}")]
    #[non_exhaustive]
    Api {
        /// The status.
        status: u16,
        /// The code for programs: `error_code`, or `error` of OAuth.
        code: String,
        /// The message for people, in the language of the client.
        message: Box<str>,
        /// The rule that refused the call.
        reason: Option<String>,
        /// Further details: faulty fields, a missing permission.
        details: Option<Box<ErrorDetails>>,
        /// Ties the answer to the lines of the service's log.
        request_id: Option<Box<str>>,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// The password was right, and a second factor is asked for: see [`Client::verify_mfa`](crate::Client::verify_mfa).
    #[error("the service asks for a second factor")]
    #[non_exhaustive]
    SecondFactor {
        /// Shows that the password was right: for 5 minutes and 5 tries.
        mfa_token: SecretString,
        /// The possible second factors: `totp`, `passkey`, `recovery_code`.
        methods: Vec<String>,
    },
    /// There was no answer, or not all of it.
    #[error("the service cannot be reached")]
    #[non_exhaustive]
    Connection {
        /// Whether the service has certainly not got the call.
        is_unsent: bool,
        /// The cause.
        source: Arc<dyn StdError + Send + Sync>,
    },
    /// The answer is not one of this service.
    #[error("the service has given an answer that cannot be read (status {status})")]
    #[non_exhaustive]
    UnreadableAnswer {
        /// The status.
        status: u16,
    },
    /// The answer is longer than 16 MiB.
    #[error("the answer of the service is too long")]
    AnswerTooLong,
    /// The tokens could not be read or kept.
    #[error("the tokens cannot be read or kept")]
    Store(#[source] Arc<dyn StdError + Send + Sync>),
    /// The call is one of a session, and this client has an API key.
    #[error("a client with an API key has no session")]
    NoSession,
    /// The text cannot stand in a header.
    #[error("the {0} cannot stand in a header")]
    Header(&'static str),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Randomness,
}

impl Error {
    /// The status of an answer that refused the call.
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Api { status, .. } => Some(*status),
            Self::SecondFactor { .. } => Some(403),
            _ => None,
        }
    }

    /// The rule that refused the call.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Api { reason, .. } => reason.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn store(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::Connection { is_unsent: error.is_connect(), source: Arc::new(error.without_url()) }
    }
}
