use ore_domain::{KnownDevice, Session, SessionId, Timestamp, User, UserSources};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{SessionResponse, timestamp};

/// A user as clients see one.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserResponse {
    /// The key of the user.
    #[schema(example = 1)]
    id: i64,
    /// The address as the user wrote it.
    #[schema(example = "ada@example.org", format = Email)]
    email: String,
    /// Whether the user may log in.
    is_active: bool,
    /// When the account was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<&User> for UserResponse {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.get(),
            email: user.email.as_str().to_owned(),
            is_active: user.is_active,
            created_at: user.created_at,
        }
    }
}

/// All that is stored about a user, but for the hashes of the password and of tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserExport {
    /// The user.
    user: UserResponse,
    /// When the password, the address or the state last changed.
    #[serde(serialize_with = "timestamp::serialize_optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    credentials_changed_at: Option<Timestamp>,
    /// The sessions, ended ones too.
    sessions: Vec<SessionResponse>,
    /// The devices from which the user logged in, by their tokens.
    devices: Vec<DeviceExport>,
    /// The networks from which the user logged in, of which no more is stored than a name that tells nothing.
    networks: Vec<NetworkExport>,
}

/// A device from which a user logged in.
#[derive(Debug, Serialize, ToSchema)]
#[allow(clippy::struct_field_names, reason = "they are names of the contract")]
pub struct DeviceExport {
    /// When its token was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last shown, to a day.
    #[serde(serialize_with = "timestamp::serialize")]
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Timestamp,
    /// When it is no more valid.
    #[serde(serialize_with = "timestamp::serialize")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// A network from which a user logged in.
#[derive(Debug, Serialize, ToSchema)]
pub struct NetworkExport {
    /// When the user last logged in from there, to a day.
    #[serde(serialize_with = "timestamp::serialize")]
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
}

impl UserExport {
    /// As the user gets it who calls in the session `current`.
    pub fn new(user: &User, sessions: Vec<Session>, current: SessionId) -> Self {
        Self {
            user: UserResponse::from(user),
            credentials_changed_at: user.credentials_changed_at,
            sessions: sessions.into_iter().map(|session| SessionResponse::new(session, current)).collect(),
            devices: Vec::new(),
            networks: Vec::new(),
        }
    }

    /// With what is known of from where the user logged in.
    #[must_use]
    pub fn with_sources(self, UserSources { devices, networks }: UserSources) -> Self {
        let device = |KnownDevice { created_at, last_used_at, expires_at }| DeviceExport {
            created_at,
            last_used_at,
            expires_at,
        };
        Self {
            devices: devices.into_iter().map(device).collect(),
            networks: networks.into_iter().map(|last_seen_at| NetworkExport { last_seen_at }).collect(),
            ..self
        }
    }
}
