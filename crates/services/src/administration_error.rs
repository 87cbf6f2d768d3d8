use ore_domain::{Permission, StoreError};
use ore_security::random::RandomnessError;

use crate::audit::{AuditedError, Refusal};
use crate::last_admin::LastAdmin;
use crate::{ChangeError, CreateAccountError, HashingError, OpenSessionError};

/// Why an administrator could not do something.
#[derive(Debug, thiserror::Error)]
pub enum AdministrationError {
    /// The session of the actor has ended meanwhile.
    #[error("the session has ended")]
    EndedSession,
    /// There is no such user, role, service account or key.
    #[error("there is no such thing")]
    NotFound,
    /// It is not as `If-Match` says.
    #[error("it was changed meanwhile")]
    PreconditionFailed,
    /// The actor lacks what the user has or would be given.
    #[error("the permission {0} is missing")]
    MissingPermission(Permission),
    /// An API key would change something about its owner.
    #[error("an API key changes nothing about its owner")]
    SessionRequired,
    /// The actor, or somebody who is disabled: nobody acts as them.
    #[error("nobody may act as this user")]
    NotImpersonable,
    /// The actor must have a second factor, and these are the actor's own.
    #[error("the user must have a second factor")]
    FactorRequired,
    /// Nobody else could administer the service.
    #[error("the user is the last admin")]
    LastAdmin,
    /// A role that was named is not there.
    #[error("there is no such role")]
    UnknownRole,
    /// A token has no room for all these roles.
    #[error("the names of the roles are too long for a token")]
    TooManyRoles,
    /// There is a role of this name.
    #[error("there is such a role")]
    RoleAlreadyExists,
    /// The role is always there and always the same.
    #[error("the role is built in")]
    RoleIsBuiltIn,
    /// Where no mail is configured there is none to be sent.
    #[error("no mail is configured")]
    NoMail,
    /// The address has an account.
    #[error("the address has an account")]
    UserAlreadyExists,
    /// A password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The token of a session was not made.
    #[error(transparent)]
    Session(#[from] OpenSessionError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ChangeError> for AdministrationError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NotFound => Self::NotFound,
            ChangeError::PreconditionFailed => Self::PreconditionFailed,
            ChangeError::Store(error) => Self::Store(error),
        }
    }
}

impl From<LastAdmin> for AdministrationError {
    fn from(error: LastAdmin) -> Self {
        match error {
            LastAdmin::Refused => Self::LastAdmin,
            LastAdmin::Store(error) => Self::Store(error),
        }
    }
}

impl From<CreateAccountError> for AdministrationError {
    fn from(error: CreateAccountError) -> Self {
        match error {
            CreateAccountError::UserAlreadyExists => Self::UserAlreadyExists,
            CreateAccountError::Hashing(error) => Self::Hashing(error),
            CreateAccountError::Store(error) => Self::Store(error),
        }
    }
}

impl AuditedError for LastAdmin {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Refused => Refusal::denied("last_admin", None),
            Self::Store(error) => error.refusal(),
        }
    }
}

impl AuditedError for AdministrationError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::EndedSession => Refusal::denied("ended", None),
            Self::NotFound => Refusal::failure("not_found", None),
            Self::PreconditionFailed => Refusal::failure("changed_meanwhile", None),
            Self::MissingPermission(_) => Refusal::denied("missing_permission", None),
            Self::SessionRequired => Refusal::denied("session_required", None),
            Self::NotImpersonable => Refusal::denied("not_impersonable", None),
            Self::FactorRequired => Refusal::denied("mfa_is_required", None),
            Self::LastAdmin => Refusal::denied("last_admin", None),
            Self::UnknownRole => Refusal::failure("unknown_role", None),
            Self::TooManyRoles => Refusal::failure("too_many_roles", None),
            Self::RoleAlreadyExists => Refusal::failure("role_taken", None),
            Self::RoleIsBuiltIn => Refusal::denied("role_is_built_in", None),
            Self::NoMail => Refusal::denied("not_configured", None),
            Self::UserAlreadyExists => Refusal::failure("address_taken", None),
            Self::Hashing(error) => error.refusal(),
            Self::Session(_) | Self::Randomness(_) => Refusal::broken(),
            Self::Store(error) => error.refusal(),
        }
    }
}
