use ore_domain::{AuditEntry, AuditParty, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::timestamp;

/// Who did something, or what it was done to.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
#[non_exhaustive]
pub struct AuditPartyResponse {
    /// What it is.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(example = "user"))]
    pub kind: String,
    /// Its key among those of its type.
    #[cfg_attr(feature = "openapi", schema(example = "1"))]
    pub id: String,
}

/// An entry of the audit log.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
#[non_exhaustive]
pub struct AuditEntryResponse {
    /// The key.
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub id: i64,
    /// When it happened.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// What was done.
    #[cfg_attr(feature = "openapi", schema(example = "auth.login"))]
    pub action: String,
    /// `success`, `failure` or `denied`.
    #[cfg_attr(feature = "openapi", schema(example = "failure"))]
    pub outcome: String,
    /// Why it was not done; always there unless it was.
    #[cfg_attr(feature = "openapi", schema(example = "wrong_password"))]
    pub reason: Option<String>,
    /// Who did it; `null` where nobody has shown who they are.
    pub actor: Option<AuditPartyResponse>,
    /// What it was done to; `null` where there is no such thing.
    pub subject: Option<AuditPartyResponse>,
    /// The network of the client: an IPv4 /24 or an IPv6 /48.
    #[cfg_attr(feature = "openapi", schema(example = "192.0.2.0/24"))]
    pub address: Option<String>,
    /// The browser and the system, as they call themselves.
    #[cfg_attr(feature = "openapi", schema(example = "Firefox, Windows"))]
    pub user_agent: Option<String>,
    /// The id of the request.
    #[cfg_attr(feature = "openapi", schema(example = "0198c0de-0000-7000-8000-000000000000"))]
    pub request_id: Option<String>,
    /// The session of the call.
    #[cfg_attr(feature = "openapi", schema(example = "7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10"))]
    pub session_id: Option<String>,
    /// What else is known.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub details: Option<Value>,
}

impl From<AuditEntry> for AuditEntryResponse {
    fn from(entry: AuditEntry) -> Self {
        // What somebody else has written there is shown as it is.
        let details = entry.details.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
        Self {
            id: entry.id,
            at: entry.at,
            action: entry.action,
            outcome: entry.outcome,
            reason: entry.reason,
            actor: entry.actor.map(AuditPartyResponse::from),
            subject: entry.subject.map(AuditPartyResponse::from),
            address: entry.address,
            user_agent: entry.user_agent,
            request_id: entry.request_id,
            session_id: entry.session_id,
            details,
        }
    }
}

impl From<AuditParty> for AuditPartyResponse {
    fn from(party: AuditParty) -> Self {
        Self { kind: party.kind.into_owned(), id: party.id }
    }
}
