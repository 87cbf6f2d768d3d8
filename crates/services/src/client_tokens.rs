use std::sync::Arc;
use std::time::Duration;

use ore_domain::{AuditAction, AuditOrigin, Clock, PermissionSet, ServiceAccountId, Store, StoreError, StoreExt};
use ore_security::token::{AccessToken, Subject, TokenError};
use serde::Serialize;

use crate::audit::{Act, AuditWriter, AuditedError, Refusal};
use crate::{Client, ClientRefusal, TokenKeys};

/// The maximum lifetime. It is short, because no feed reports a withdrawn permission of a service account.
const LONGEST: Duration = Duration::from_mins(15);

/// Gives clients of OAuth access tokens of their own.
pub struct ClientTokens {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) keys: Arc<TokenKeys>,
    pub(crate) lifetime: Duration,
    pub(crate) audit: AuditWriter,
    /// For whom clients get tokens in exchange for ours.
    pub(crate) exchange_audiences: Vec<String>,
}

/// An access token that a client got.
#[derive(Debug)]
pub struct IssuedToken {
    /// The token.
    pub access_token: AccessToken,
    /// How long it is valid.
    pub expires_in: Duration,
    /// The permissions of the token.
    pub scope: PermissionSet,
}

/// Why a client got no token.
#[derive(Debug, thiserror::Error)]
pub enum IssueTokenError {
    /// The client asks for more than it may do, or for what nobody may do.
    #[error("the client may not do all that it asks for")]
    InvalidScope,
    /// The API key ends within this second.
    #[error("the API key has expired")]
    ExpiredKey,
    /// The token could not be signed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditedError for IssueTokenError {
    fn refusal(&self) -> Refusal {
        match self {
            Self::InvalidScope => Refusal::denied("invalid_scope", None),
            Self::ExpiredKey => ClientRefusal::Expired.refusal(),
            Self::Token(_) => Refusal::broken(),
            Self::Store(error) => error.refusal(),
        }
    }
}

/// The claims of a client's token beside the standard claims.
#[derive(Serialize)]
struct ClientClaims {
    scope: String,
}

impl ClientTokens {
    /// Over the given ports; tokens are valid for `lifetime` and end with the API key.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, keys: Arc<TokenKeys>, lifetime: Duration) -> Self {
        let audit = AuditWriter::new(Arc::clone(&store));
        Self { store, clock, keys, lifetime, audit, exchange_audiences: Vec::new() }
    }

    /// The same, giving tokens for these audiences in exchange for ours.
    #[must_use]
    pub fn with_exchange_audiences(self, exchange_audiences: Vec<String>) -> Self {
        Self { exchange_audiences, ..self }
    }

    /// A token with which the client acts for itself (RFC 6749, section 4.4): for all that it may do, or for the scope that it
    /// asks for (section 3.3).
    ///
    /// # Errors
    /// As [`IssueTokenError`] says.
    pub async fn issue(
        &self,
        client: &Client,
        scope: Option<&str>,
        origin: &AuditOrigin,
    ) -> Result<IssuedToken, IssueTokenError> {
        let (now, origin) = (self.clock.now(), client.caller.act(origin.clone()));
        let act = Act::new(AuditAction::IssueToken, &origin).about_key(client.key);
        let issued = self.make(client, scope);
        let issued = self.audit.record(&act, issued, now).await?;
        let act = act.with_details(serde_json::json!({ "scope": issued.scope.to_string() }));
        self.store.write(move |r| act.succeed(r, now)).await?;
        Ok(issued)
    }

    fn make(&self, client: &Client, scope: Option<&str>) -> Result<IssuedToken, IssueTokenError> {
        let (now, may) = (self.clock.now(), client.caller.permissions);
        let scope = scope
            .map_or(Some(may), |requested| requested_scope(requested, may))
            .ok_or(IssueTokenError::InvalidScope)?;
        let until_end = client.expires_at.signed_duration_since(now).to_std().unwrap_or_default();
        let expires_in = Duration::from_secs(self.lifetime.min(LONGEST).min(until_end).as_secs());
        if expires_in.is_zero() {
            return Err(IssueTokenError::ExpiredKey);
        }
        let subject = Subject {
            sub: client.id.clone(),
            uid: None,
            sid: client.key.to_string(),
            client_id: Some(client.id.clone()),
            audience: None,
        };
        let claims = ClientClaims { scope: scope.to_string() };
        let issuer = &self.keys.current()?.issuer;
        let access_token = issuer.create_access_token_with(subject, Some(expires_in), now.into(), claims)?;
        Ok(IssuedToken { access_token, expires_in, scope })
    }

    /// Writes into the audit log that somebody has not shown to be the client that they named. For the caller, who knows whether
    /// they may have so many entries.
    pub async fn record_refused_client(&self, name: &str, refusal: ClientRefusal, origin: &AuditOrigin) {
        // Whatever else stands there may be a secret.
        let name = name.parse::<ServiceAccountId>().ok();
        let details = name.map(|name| serde_json::json!({ "client_id": name.to_string() }));
        let act = Act::new(AuditAction::AuthenticateClient, origin).with_details(details);
        self.audit.record_refusal(&act, refusal.refusal(), self.clock.now()).await;
    }
}

/// The permissions of a scope: names with one space between them, each of which the client may use.
pub(crate) fn requested_scope(text: &str, may: PermissionSet) -> Option<PermissionSet> {
    let requested: Option<PermissionSet> = text.split(' ').map(|name| name.parse().ok()).collect();
    requested.filter(|requested| may.missing_of(*requested).is_none())
}
