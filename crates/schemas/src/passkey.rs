use ore_domain::{Passkey, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::api_key::MAX_NAME_LENGTH;
use crate::{BodyRules, Fields, RequestBody, Violation, timestamp};

/// What a browser is asked, for `navigator.credentials`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyOptionsResponse {
    /// The options in the JSON of `WebAuthn` level 3: for `PublicKeyCredential.parseCreationOptionsFromJSON`, or
    /// `parseRequestOptionsFromJSON`.
    #[serde(rename = "publicKey")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub public_key: Value,
    /// The ceremony, which is to come back with the answer of the browser. It counts once, for five minutes.
    #[cfg_attr(feature = "openapi", schema(example = "q8mOzT5kN1…"))]
    pub ceremony: String,
}

/// A passkey as its user sees it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyResponse {
    /// The key of the passkey.
    #[cfg_attr(feature = "openapi", schema(example = "3b0a6c1e-9d1f-4f0e-8a57-6d2f5b1c8f21"))]
    id: String,
    /// What its user calls it.
    #[cfg_attr(feature = "openapi", schema(example = "Firefox, Windows"))]
    name: String,
    /// When it was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    created_at: Timestamp,
    /// When it was last used.
    #[serde(serialize_with = "timestamp::serialize_optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    last_used_at: Option<Timestamp>,
}

impl From<Passkey> for PasskeyResponse {
    fn from(passkey: Passkey) -> Self {
        Self {
            id: passkey.id.to_string(),
            name: passkey.name,
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
        }
    }
}

/// A passkey that was just made.
// No `Debug`: it holds what must not be printed.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedPasskeyResponse {
    /// What is listed from now on.
    #[serde(flatten)]
    passkey: PasskeyResponse,
    /// Ten codes that get the user in once each who has lost the passkey. There where it is the first second factor; nobody
    /// can tell them afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes: Option<Vec<String>>,
}

impl CreatedPasskeyResponse {
    /// A passkey, with recovery codes if it is the first second factor.
    pub fn new(passkey: PasskeyResponse, recovery_codes: Option<Vec<String>>) -> Self {
        Self { passkey, recovery_codes }
    }
}

/// Where pages with passkeys of this service may come from.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedOrigins {
    /// The origins.
    #[cfg_attr(feature = "openapi", schema(example = json!(["https://api.example.com", "https://www.example.com"])))]
    pub origins: Vec<String>,
}

/// The answer of a browser that was asked for a passkey.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyProofRequest {
    /// What `credential.toJSON()` gives (`WebAuthn` level 3).
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: Value,
    /// The ceremony that came with the options.
    #[cfg_attr(feature = "openapi", schema(example = "q8mOzT5kN1…"))]
    pub ceremony: String,
}

impl RequestBody for PasskeyProofRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let credential = fields.object("credential");
        let ceremony = fields.text_as("ceremony", Ok);
        Some(Self { credential: credential?, ceremony: ceremony? })
    }
}

/// A passkey among other things that show who somebody is.
pub(crate) fn passkey(fields: &mut Fields, field: &'static str) -> Option<PasskeyProofRequest> {
    fields.object_as(field, |mut object| {
        let credential = object.remove("credential").ok_or(Violation::Missing)?;
        match (credential, object.remove("ceremony")) {
            (credential @ Value::Object(_), Some(Value::String(ceremony))) => {
                Ok(PasskeyProofRequest { credential, ceremony })
            }
            (_, None) => Err(Violation::Missing),
            (Value::Object(_), Some(_)) => Err(Violation::NotText),
            (_, Some(_)) => Err(Violation::NotAnObject),
        }
    })
}

/// Request body of a new passkey.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisterPasskeyRequest {
    /// What `credential.toJSON()` gives (`WebAuthn` level 3).
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: Value,
    /// The ceremony that came with the options.
    #[cfg_attr(feature = "openapi", schema(example = "q8mOzT5kN1…"))]
    pub ceremony: String,
    /// What its user calls it: one line. Unless it is said, what the browser and the system call themselves.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, example = "Firefox, Windows"))]
    pub name: Option<String>,
}

impl RequestBody for RegisterPasskeyRequest {
    fn decode(fields: &mut Fields, rules: &BodyRules) -> Option<Self> {
        let proof = PasskeyProofRequest::decode(fields, rules);
        let name = fields.optional("name", |fields, field| fields.name(field, MAX_NAME_LENGTH));
        let PasskeyProofRequest { credential, ceremony } = proof?;
        Some(Self { credential, ceremony, name: name? })
    }
}

/// Request body of another name of a passkey.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenamePasskeyRequest {
    /// What its user calls it: one line.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, example = "Blue security key"))]
    pub name: String,
}

impl RequestBody for RenamePasskeyRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        Some(Self { name: fields.name("name", MAX_NAME_LENGTH)? })
    }
}
