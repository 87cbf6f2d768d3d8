use std::borrow::Cow;

use ore_domain::{
    ApiKey, Edit, KnownDevice, ListedMail, Locale, Passkey, ProfileEdit, RoleName, Session, SessionId, Timestamp, User,
    UserHandle, UserSources,
};
use serde::Serialize;

use crate::{
    ApiKeyResponse, AuditEntryResponse, BodyRules, Fields, PasskeyResponse, RequestBody, SecondFactorExport,
    SessionResponse, timestamp,
};

/// A user as clients see one.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(clippy::struct_excessive_bools, reason = "they are fields of the contract")]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
#[non_exhaustive]
pub struct UserResponse {
    /// The key of the user.
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub id: i64,
    /// The address as the user wrote it.
    #[cfg_attr(feature = "openapi", schema(example = "ada@example.org", format = Email))]
    pub email: String,
    /// Whether the user may log in.
    pub is_active: bool,
    /// When the account was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// Whether the address was shown to be the user's.
    pub email_verified: bool,
    /// What the user wants to be called.
    #[cfg_attr(feature = "openapi", schema(example = "Ada"))]
    pub display_name: Option<String>,
    /// The language of mails to the user.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "zh-CN"))]
    pub locale: Option<Cow<'static, str>>,
    /// Whether the account has a password.
    pub has_password: bool,
    /// Whether the user has a second factor.
    pub mfa_enabled: bool,
    /// When anything about the account last changed.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
    /// When the user last logged in.
    #[serde(serialize_with = "timestamp::serialize_optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub last_login_at: Option<Timestamp>,
    /// The roles that the user was given, by name. Everybody has the role `user`, which allows nothing.
    #[cfg_attr(feature = "openapi", schema(example = json!(["support"])))]
    pub roles: Vec<String>,
    /// What the roles allow together.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["users.read"])))]
    pub permissions: Vec<Cow<'static, str>>,
}

impl From<&User> for UserResponse {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.get(),
            email: user.email.as_str().to_owned(),
            is_active: user.is_active,
            created_at: user.created_at,
            email_verified: user.email_verified,
            display_name: user.profile.display_name.clone(),
            locale: user.profile.locale.map(|locale| locale.tag().into()),
            has_password: user.has_password(),
            mfa_enabled: user.factors.has_second_factor(),
            updated_at: user.updated_at(),
            last_login_at: user.last_login_at,
            roles: user.roles.names().iter().map(RoleName::to_string).collect(),
            permissions: user.roles.permissions().iter().map(|permission| permission.name().into()).collect(),
        }
    }
}

impl UserResponse {
    /// What is left when nobody asks for the latest log-in, which changes nothing about the account.
    #[must_use]
    pub fn without_log_in(self) -> Self {
        Self { last_login_at: None, ..self }
    }
}

/// How many code points a name has at most.
const MAX_NAME_LENGTH: usize = 100;

/// Request body of a change of the profile. What is left out stays; `null` clears.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditProfileRequest {
    /// What the user wants to be called.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 100, example = "Ada"))]
    pub display_name: Edit<String>,
    /// The language of mails to the user: `zh-CN` (or `zh`) or `en`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "zh-CN"))]
    pub locale: Edit<Locale>,
}

impl RequestBody for EditProfileRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let display_name = fields.edit("display_name", |fields, name| fields.line(name, MAX_NAME_LENGTH));
        let display_name = display_name.map(|edit| match edit {
            Edit::Set(name) if name.trim().is_empty() => Edit::Clear,
            edit => edit,
        });
        let locale = fields.edit("locale", Fields::locale);
        Some(Self { display_name: display_name?, locale: locale? })
    }
}

impl From<EditProfileRequest> for ProfileEdit {
    fn from(EditProfileRequest { display_name, locale }: EditProfileRequest) -> Self {
        Self { display_name, locale }
    }
}

/// All that is stored about a user, but for the hashes of the password and of tokens.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserExport {
    /// The user.
    user: UserResponse,
    /// When the password, the address or the state last changed.
    #[serde(serialize_with = "timestamp::serialize_optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    credentials_changed_at: Option<Timestamp>,
    /// The sessions, ended ones too.
    sessions: Vec<SessionResponse>,
    /// The API keys, expired ones too.
    api_keys: Vec<ApiKeyResponse>,
    /// The second factors.
    second_factors: Option<SecondFactorExport>,
    /// The passkeys.
    passkeys: Vec<PasskeyResponse>,
    /// What authenticators know the user by, in hexadecimal digits.
    passkey_user_handle: Option<String>,
    /// The devices from which the user logged in, by their tokens.
    devices: Vec<DeviceExport>,
    /// The networks from which the user logged in, of which no more is stored than a name that tells nothing.
    networks: Vec<NetworkExport>,
    /// The mails to the user. What they say is erased once they are sent.
    mails: Vec<MailExport>,
    /// The address that the user has asked for and not confirmed.
    requested_email: Option<String>,
    /// What the audit log tells of the user, the newest first. Of acts of others it is left out from where they acted.
    // The last list: the entries are put into its text as they are read.
    audit: Vec<AuditEntryResponse>,
}

/// A device from which a user logged in.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(clippy::struct_field_names, reason = "they are names of the contract")]
pub struct DeviceExport {
    /// When its token was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    created_at: Timestamp,
    /// When it was last shown, to a day.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    last_used_at: Timestamp,
    /// When it is no more valid.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    expires_at: Timestamp,
}

/// A mail to a user.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailExport {
    /// What it tells.
    #[cfg_attr(feature = "openapi", schema(example = "verify_email"))]
    kind: String,
    /// Where it stands: `pending`, `sent` or `dead`.
    #[cfg_attr(feature = "openapi", schema(example = "sent"))]
    state: String,
    /// When it was written.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    created_at: Timestamp,
}

/// A network from which a user logged in.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NetworkExport {
    /// When the user last logged in from there, to a day.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    last_seen_at: Timestamp,
}

impl UserExport {
    /// As the user gets it who calls in the session `current`.
    pub fn new(user: &User, sessions: Vec<Session>, current: SessionId) -> Self {
        Self {
            user: UserResponse::from(user),
            credentials_changed_at: user.credentials_changed_at,
            sessions: sessions.into_iter().map(|session| SessionResponse::new(session, current)).collect(),
            api_keys: Vec::new(),
            second_factors: None,
            passkeys: Vec::new(),
            passkey_user_handle: None,
            devices: Vec::new(),
            networks: Vec::new(),
            mails: Vec::new(),
            requested_email: None,
            audit: Vec::new(),
        }
    }

    /// With the API keys of the user.
    #[must_use]
    pub fn with_keys(self, keys: Vec<ApiKey>) -> Self {
        Self { api_keys: keys.into_iter().map(ApiKeyResponse::of_user).collect(), ..self }
    }

    /// With the second factors of the user.
    #[must_use]
    pub fn with_second_factors(self, second_factors: SecondFactorExport) -> Self {
        Self { second_factors: Some(second_factors), ..self }
    }

    /// With the passkeys of the user, and what authenticators know the user by.
    #[must_use]
    pub fn with_passkeys(self, passkeys: Vec<Passkey>, handle: Option<UserHandle>) -> Self {
        let passkeys = passkeys.into_iter().map(PasskeyResponse::from).collect();
        Self { passkeys, passkey_user_handle: handle.map(|handle| handle.to_string()), ..self }
    }

    /// With the mails to the user and the address that was asked for.
    #[must_use]
    pub fn with_mails(self, mails: Vec<ListedMail>, requested_email: Option<String>) -> Self {
        let mail = |ListedMail { kind, state, created_at, .. }| MailExport { kind, state, created_at };
        Self { mails: mails.into_iter().map(mail).collect(), requested_email, ..self }
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
