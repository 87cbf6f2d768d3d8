use ore_domain::{Session, SessionId, Timestamp};
use serde::Serialize;

use crate::{BodyRules, Fields, RequestBody, timestamp};

/// Request body of the end of all sessions; it may be left out.
#[derive(Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogoutAllRequest {
    /// Whether the session of this call goes on.
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub keep_current: bool,
}

impl RequestBody for LogoutAllRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let keep_current = fields.optional("keep_current", Fields::boolean)?.unwrap_or_default();
        Some(Self { keep_current })
    }
}

/// How many sessions were ended.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
pub struct EndedSessions {
    /// The number, with the session of the call if that ended.
    #[cfg_attr(feature = "openapi", schema(example = 2))]
    pub ended: usize,
}

/// A session as its user sees it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
#[non_exhaustive]
pub struct SessionResponse {
    /// The key of the session, the claim `sid` of its access tokens.
    #[cfg_attr(feature = "openapi", schema(example = "7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10"))]
    pub id: String,
    /// The browser and the system, as they call themselves.
    #[cfg_attr(feature = "openapi", schema(example = "Firefox, Windows"))]
    pub device: String,
    /// The network: an IPv4 /24 or an IPv6 /48.
    #[cfg_attr(feature = "openapi", schema(example = "192.0.2.0/24"))]
    pub address: String,
    /// When it was opened.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it was last used, to a minute.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub last_used_at: Timestamp,
    /// When it ends, however much it is used.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// How the user authenticated (RFC 8176). Empty where somebody acts as the user.
    #[cfg_attr(feature = "openapi", schema(example = json!(["pwd"])))]
    pub amr: Vec<String>,
    /// Whether it is the session of this call.
    pub is_current: bool,
    /// The key of the user who acts in it, if that is somebody else. Then `device` and `address` are empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = 7))]
    pub impersonator_id: Option<i64>,
}

impl SessionResponse {
    /// As somebody sees it who calls in the session `current`, or in none.
    pub fn new(session: Session, current: impl Into<Option<SessionId>>) -> Self {
        Self {
            id: session.id.to_string(),
            device: session.origin.device,
            address: session.origin.address,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            amr: session.amr.methods().map(str::to_owned).collect(),
            is_current: current.into() == Some(session.id),
            impersonator_id: session.impersonation.map(|it| it.impersonator.get()),
        }
    }
}
