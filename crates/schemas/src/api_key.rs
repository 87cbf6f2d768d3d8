use std::borrow::Cow;
use std::time::Duration;

use ore_domain::{ApiKey, PermissionSet, Timestamp};
use serde::Serialize;

use crate::body::name;
use crate::role::permissions;
use crate::{BodyRules, Fields, RequestBody, Violation, timestamp};

/// How many code points a name has at most.
pub(crate) const MAX_NAME_LENGTH: usize = 100;

/// An API key as its owner sees it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
#[non_exhaustive]
pub struct ApiKeyResponse {
    /// The key of the API key, which is no secret.
    #[cfg_attr(feature = "openapi", schema(example = "3b0a6c1e-9d1f-4f0e-8a57-6d2f5b1c8f21"))]
    pub id: String,
    /// What its owner calls it.
    #[cfg_attr(feature = "openapi", schema(example = "Nightly report"))]
    pub name: String,
    /// How its text begins.
    #[cfg_attr(feature = "openapi", schema(example = "ore_ak_4Ft9xQ"))]
    pub prefix: String,
    /// What it may be used for, as far as its owner may do it at that moment.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["users.read"])))]
    pub permissions: Vec<Cow<'static, str>>,
    /// When it was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it ends.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// When it was last used, to a minute.
    #[serde(serialize_with = "timestamp::serialize_optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub last_used_at: Option<Timestamp>,
}

impl ApiKeyResponse {
    /// A key of a user.
    pub fn of_user(key: ApiKey) -> Self {
        Self::new(key, PermissionSet::NONE)
    }

    /// A key of a service account with these permissions.
    pub fn of_account(key: ApiKey, permissions: PermissionSet) -> Self {
        Self::new(key, permissions)
    }

    fn new(key: ApiKey, of_owner: PermissionSet) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            prefix: key.prefix,
            permissions: key
                .permissions
                .unwrap_or(of_owner)
                .iter()
                .map(|permission| permission.name().into())
                .collect(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
        }
    }
}

/// An API key that was just made.
// No `Debug`: it holds what must not be printed.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
#[non_exhaustive]
pub struct CreatedApiKeyResponse {
    /// What is listed from now on.
    #[serde(flatten)]
    pub api_key: ApiKeyResponse,
    /// The key itself, which nobody can tell afterwards. Sent as `Authorization: Bearer …` or `X-API-Key: …`.
    #[cfg_attr(feature = "openapi", schema(example = "ore_ak_4Ft9xQ….1Vd0Qz", format = Password))]
    pub key: String,
}

impl CreatedApiKeyResponse {
    /// A key with its text.
    pub fn new(api_key: ApiKeyResponse, key: &str) -> Self {
        Self { api_key, key: key.to_owned() }
    }
}

/// Request body of a new API key of the user.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateApiKeyRequest {
    /// What the user calls it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, example = "Nightly report"))]
    pub name: String,
    /// What it may be used for.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["users.read"])))]
    pub permissions: PermissionSet,
    /// After how many days it ends.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>, minimum = 1, maximum = 365, default = 90, example = 90))]
    pub expires_in_days: Duration,
}

impl RequestBody for CreateApiKeyRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let name = fields.name("name", MAX_NAME_LENGTH);
        let permissions = permissions(fields);
        let lifetime = lifetime(fields);
        Some(Self { name: name?, permissions: permissions?, expires_in_days: lifetime? })
    }
}

/// Request body of a new key of a service account, for all that the account may do.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateAccountKeyRequest {
    /// What it is called.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, example = "Production"))]
    pub name: String,
    /// After how many days it ends.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>, minimum = 1, maximum = 365, default = 90, example = 90))]
    pub expires_in_days: Duration,
}

impl CreateAccountKeyRequest {
    /// How many days a key counts where nobody says.
    pub const DEFAULT_DAYS: u32 = 90;
    /// How many days a key counts at most.
    pub const MAX_DAYS: u32 = 365;

    /// A name that a key may have: one line of at most 100 code points, not blank.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_name(text: &str) -> Result<String, Violation> {
        name(text.to_owned(), MAX_NAME_LENGTH)
    }

    /// So many days.
    pub fn lifetime(days: u32) -> Duration {
        Duration::from_hours(24 * u64::from(days))
    }
}

impl RequestBody for CreateAccountKeyRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let name = fields.name("name", MAX_NAME_LENGTH);
        let lifetime = lifetime(fields);
        Some(Self { name: name?, expires_in_days: lifetime? })
    }
}

fn lifetime(fields: &mut Fields) -> Option<Duration> {
    let days = 1..=i64::from(CreateAccountKeyRequest::MAX_DAYS);
    let days = fields.optional("expires_in_days", |fields, name| fields.integer_within(name, days))?;
    let days = days.and_then(|days| u32::try_from(days).ok()).unwrap_or(CreateAccountKeyRequest::DEFAULT_DAYS);
    Some(CreateAccountKeyRequest::lifetime(days))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{BodyError, Violation, parse_body};

    fn parse(body: &str) -> Result<CreateApiKeyRequest, Vec<(&'static str, Violation)>> {
        match parse_body(body.as_bytes(), &BodyRules::default()) {
            Ok(request) => Ok(request),
            Err(BodyError::Invalid(errors)) => {
                Err(errors.into_iter().map(|error| (error.field, error.violation)).collect())
            }
            Err(BodyError::NotJson(fault)) => panic!("not JSON: {fault}"),
        }
    }

    #[rstest]
    #[case::default("", 90)]
    #[case::null(r#", "expires_in_days": null"#, 90)]
    #[case::shortest(r#", "expires_in_days": 1"#, 1)]
    #[case::longest(r#", "expires_in_days": 365"#, 365)]
    fn a_key_ends_after_days(#[case] rest: &str, #[case] days: u64) {
        let request = parse(&format!(r#"{{"name": "a", "permissions": ["users.read"]{rest}}}"#)).unwrap();
        assert_eq!(request.expires_in_days, Duration::from_hours(24 * days));
        assert_eq!(request.permissions.to_string(), "users.read");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "a".repeat(101);
        for (body, expected) in [
            (r#"{"name": "", "permissions": []}"#.to_owned(), ("name", Violation::TextTooShort)),
            (r#"{"name": " ", "permissions": []}"#.to_owned(), ("name", Violation::TextTooShort)),
            (format!(r#"{{"name": "{long}", "permissions": []}}"#), ("name", Violation::TextTooLong)),
            (r#"{"name": "a\nb", "permissions": []}"#.to_owned(), ("name", Violation::TextForbiddenCharacter)),
            (r#"{"name": "a", "permissions": ["x.y"]}"#.to_owned(), ("permissions", Violation::UnknownPermission)),
            (r#"{"name": "a"}"#.to_owned(), ("permissions", Violation::Missing)),
        ] {
            assert_eq!(parse(&body).unwrap_err(), [expected], "{body}");
        }
        for days in ["0", "366", "-1"] {
            let body = format!(r#"{{"name": "a", "permissions": [], "expires_in_days": {days}}}"#);
            assert_eq!(parse(&body).unwrap_err(), [("expires_in_days", Violation::OutOfRange)], "{days}");
        }
    }
}
