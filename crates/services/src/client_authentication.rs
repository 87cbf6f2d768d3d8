use ore_domain::{ApiKeyId, PermissionSet, StoreError, Timestamp};

use crate::audit::{AuditedError, Refusal};
use crate::key_authentication::caller;
use crate::{AuthenticateError, Authentication, Caller, Identity};

/// A client of OAuth that has shown who it is (RFC 6749, section 2.3): a service account with one of its API keys.
#[derive(Debug, Clone)]
pub struct Client {
    /// The service account and its permissions.
    pub caller: Caller,
    /// Its name in tokens: the id of the service account.
    pub id: String,
    /// The id of the API key.
    pub(crate) key: ApiKeyId,
    /// When the API key ends.
    pub(crate) expires_at: Timestamp,
}

/// Why a client has not shown who it is. The answer does not tell an unknown client from a wrong secret.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The secret is no API key of the client that was named.
    #[error("the client is not known: {0}")]
    Invalid(ClientRefusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a client was refused, for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientRefusal {
    /// The secret is no API key.
    #[error("the secret is no API key")]
    Malformed,
    /// There is no such API key.
    #[error("there is no such API key")]
    Unknown,
    /// The API key has reached its end.
    #[error("the API key has expired")]
    Expired,
    /// The API key is of somebody else.
    #[error("the API key is of another owner")]
    OtherOwner,
}

impl AuditedError for ClientRefusal {
    fn refusal(&self) -> Refusal {
        let reason = match self {
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::OtherOwner => "other_owner",
        };
        Refusal::failure(reason, None)
    }
}

impl AuditedError for ClientError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Invalid(refusal) => refusal.refusal(),
            Self::Store(error) => error.refusal(),
        }
    }
}

impl Authentication {
    /// The client of this name, whose secret is one of its API keys. The API key alone is looked for, so an unknown name costs
    /// what a wrong one does.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn authenticate_client(&self, name: &str, secret: &str) -> Result<Client, ClientError> {
        let now = self.clock.now();
        let found = self.find_presented(secret, now).await?;
        let Identity::ServiceAccount(account) = &found.owner else {
            return Err(ClientError::Invalid(ClientRefusal::OtherOwner));
        };
        let id = account.id.to_string();
        if id != name {
            return Err(ClientError::Invalid(ClientRefusal::OtherOwner));
        }
        self.record_key_use(&found.key, now).await;
        let caller = caller(&found, PermissionSet::ALL);
        Ok(Client { caller, id, key: found.key.id, expires_at: found.key.expires_at })
    }
}

impl From<AuthenticateError> for ClientError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Store(error) => Self::Store(error),
            AuthenticateError::ExpiredKey(_) => Self::Invalid(ClientRefusal::Expired),
            AuthenticateError::MalformedKey => Self::Invalid(ClientRefusal::Malformed),
            AuthenticateError::DisabledUser(_) => Self::Invalid(ClientRefusal::OtherOwner),
            _ => Self::Invalid(ClientRefusal::Unknown),
        }
    }
}
