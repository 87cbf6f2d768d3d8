use webauthn_rs::prelude::WebauthnError;

/// Why a ceremony came to nothing: for logs alone, since a client learns no more than that it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyFault {
    /// It is not what a browser makes of an answer.
    #[error("the credential is malformed")]
    Malformed,
    /// It answers another challenge.
    #[error("the credential answers another challenge")]
    WrongChallenge,
    /// It was made on a page of another origin, or within one.
    #[error("the credential is of another origin")]
    WrongOrigin,
    /// It was made for another relying party.
    #[error("the credential is for another relying party")]
    WrongRelyingParty,
    /// The authenticator did not verify its user.
    #[error("the authenticator did not verify its user")]
    UserNotVerified,
    /// The counter of the authenticator did not rise: there may be two of it.
    #[error("the counter of the authenticator did not rise")]
    Cloned,
    /// The stored passkey cannot be read.
    #[error("the stored passkey cannot be read")]
    Unreadable,
    /// It breaks another rule of `WebAuthn`, such as a signature that is of another key.
    #[error("the credential is not valid")]
    Refused,
}

impl PasskeyFault {
    /// A code for logs.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "malformed_passkey",
            Self::WrongChallenge => "wrong_challenge",
            Self::WrongOrigin => "wrong_origin",
            Self::WrongRelyingParty => "wrong_relying_party",
            Self::UserNotVerified => "user_not_verified",
            Self::Cloned => "cloned_passkey",
            Self::Unreadable => "unreadable_passkey",
            Self::Refused => "invalid_passkey",
        }
    }
}

impl From<WebauthnError> for PasskeyFault {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::MismatchedChallenge => Self::WrongChallenge,
            WebauthnError::InvalidRPOrigin | WebauthnError::CredentialCrossOrigin => Self::WrongOrigin,
            WebauthnError::InvalidRPIDHash => Self::WrongRelyingParty,
            WebauthnError::UserNotPresent | WebauthnError::UserNotVerified => Self::UserNotVerified,
            WebauthnError::CredentialPossibleCompromise => Self::Cloned,
            WebauthnError::ParseJSONFailure(_) | WebauthnError::ParseCBORFailure(_) => Self::Malformed,
            _ => Self::Refused,
        }
    }
}

/// A ceremony cannot begin, which is a fault of the service.
#[derive(Debug, thiserror::Error)]
#[error("the ceremony cannot begin: {0}")]
pub struct CannotBegin(pub(crate) Box<dyn std::error::Error + Send + Sync>);

/// The settings of the relying party contradict each other.
#[derive(Debug, thiserror::Error)]
#[error("{id} is not the host of {origin}, or one that it is below of")]
pub struct InvalidRelyingParty {
    pub(crate) id: String,
    pub(crate) origin: String,
}
