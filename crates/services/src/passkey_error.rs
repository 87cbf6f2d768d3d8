use ore_domain::{StoreError, UserId};
use ore_passkeys::{CannotBegin, PasskeyFault};
use ore_security::random::RandomnessError;
use ore_security::sealing::SealingError;

use crate::OpenSessionError;
use crate::audit::{AuditedError, Refusal};

/// Why a passkey was not made, changed or accepted.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// Nobody knows which site passkeys would be for.
    #[error("passkeys need BACKEND_PUBLIC_URL")]
    NotConfigured,
    /// The presented passkey is not valid. The answer does not say why.
    #[error("the passkey does not count")]
    Invalid(PasskeyRefusal),
    /// The user has as many as one may have.
    #[error("the user has as many passkeys as one may have")]
    TooMany,
    /// The user has no such passkey.
    #[error("there is no such passkey")]
    NotFound,
    /// The user must have a second factor, and has no other.
    #[error("the user must have a second factor")]
    FactorRequired,
    /// The session of the call has ended meanwhile.
    #[error("the session has ended")]
    EndedSession,
    /// The passkey is right, and the address was never shown to be the user's.
    #[error("the address of user {0} is not verified")]
    EmailNotVerified(UserId),
    /// The browser could not be asked.
    #[error(transparent)]
    CannotBegin(#[from] CannotBegin),
    /// The ceremony could not be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The tokens could not be made.
    #[error(transparent)]
    Session(#[from] OpenSessionError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a passkey was not accepted, for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyRefusal {
    /// The ceremony is not one of ours, has another purpose, or is too old.
    Ceremony,
    /// The ceremony has come to an end before.
    Replayed,
    /// The data from the browser breaks a rule of `WebAuthn`.
    Fault(PasskeyFault, Option<UserId>),
    /// Nobody has the passkey.
    Unknown,
    /// The user has got a second factor since, which the session has not shown.
    NotShown(UserId),
    /// Somebody has the passkey that was to be made.
    Taken(UserId),
    /// The authenticator knows the user by something else.
    WrongHandle(UserId),
    /// It is not the passkey of the user who is to show one.
    OfAnother(UserId),
    /// The user may not log in.
    Disabled(UserId),
    /// Nobody has shown that the address is the user's.
    Unverified(UserId),
    /// The passkey was right, and is gone by now, or was used elsewhere, or the user has changed.
    ChangedMeanwhile(UserId),
}

impl From<PasskeyRefusal> for PasskeyError {
    fn from(refusal: PasskeyRefusal) -> Self {
        Self::Invalid(refusal)
    }
}

impl AuditedError for PasskeyError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::NotConfigured => Refusal::denied("not_configured", None),
            Self::Invalid(refusal) => refusal.refusal(),
            Self::TooMany => Refusal::denied("too_many_passkeys", None),
            Self::NotFound => Refusal::failure("not_found", None),
            Self::FactorRequired => Refusal::denied("mfa_is_required", None),
            Self::EndedSession => Refusal::failure("ended", None),
            Self::EmailNotVerified(id) => Refusal::denied("email_not_verified", Some(*id)),
            Self::Store(error) => error.refusal(),
            Self::CannotBegin(_) | Self::Sealing(_) | Self::Randomness(_) | Self::Session(_) => Refusal::broken(),
        }
    }
}

impl AuditedError for PasskeyRefusal {
    fn refusal(&self) -> Refusal {
        match *self {
            Self::Ceremony => Refusal::failure("unknown_ceremony", None),
            Self::Replayed => Refusal::failure("spent_ceremony", None),
            Self::Fault(fault, user) => Refusal::failure(fault.reason(), user),
            Self::Unknown => Refusal::failure("unknown_passkey", None),
            Self::NotShown(id) => Refusal::denied("second_factor_required", Some(id)),
            Self::Taken(id) => Refusal::failure("known_passkey", Some(id)),
            Self::WrongHandle(id) => Refusal::failure("wrong_user_handle", Some(id)),
            Self::OfAnother(id) => Refusal::failure("passkey_of_another", Some(id)),
            Self::Disabled(id) => Refusal::denied("disabled", Some(id)),
            Self::Unverified(id) => Refusal::denied("email_not_verified", Some(id)),
            Self::ChangedMeanwhile(id) => Refusal::failure("changed_meanwhile", Some(id)),
        }
    }
}
