use std::borrow::Cow;

use serde::Serialize;

/// Why a call of OAuth was refused (RFC 6749, section 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OAuthErrorResponse {
    /// What programs tell errors apart by.
    #[cfg_attr(feature = "openapi", schema(example = "invalid_client"))]
    pub error: String,
    /// What people read, in English.
    pub error_description: String,
}

/// The tokens that a client gets (RFC 6749, section 5.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OAuthTokenResponse {
    /// Sent as `Authorization: Bearer …`.
    pub access_token: String,
    /// Of a token that was got in exchange: what it is (RFC 8693, section 3).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "urn:ietf:params:oauth:token-type:access_token"))]
    pub issued_token_type: Option<&'static str>,
    /// Always `Bearer`.
    #[cfg_attr(feature = "openapi", schema(example = "Bearer"))]
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    #[cfg_attr(feature = "openapi", schema(example = 1800))]
    pub expires_in: u64,
    /// What the access token may be used for: permissions with spaces between them.
    #[cfg_attr(feature = "openapi", schema(example = "users.read tokens.verify"))]
    pub scope: String,
    /// Gives the next tokens, once; of `refresh_token` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Seconds until the refresh token expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = 1_209_600))]
    pub refresh_expires_in: Option<u64>,
}

/// What is known of a token (RFC 7662, section 2.2). Of one that does not count there is `active` alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
pub struct IntrospectionResponse {
    /// Whether the token would be accepted now.
    pub active: bool,
    /// What it may be used for now: permissions with spaces between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "users.read"))]
    pub scope: Option<String>,
    /// The client that the token was given to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "ore-first-party"))]
    pub client_id: Option<String>,
    /// Always `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "Bearer"))]
    pub token_type: Option<Cow<'static, str>>,
    /// When the token ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = 1_795_345_471))]
    pub exp: Option<u64>,
    /// When the token was made, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = 1_795_343_671))]
    pub iat: Option<u64>,
    /// The address of the user when the token was made, or the id of a client that acts for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "ada@example.org"))]
    pub sub: Option<String>,
    /// Whom the token is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "ore"))]
    pub aud: Option<String>,
    /// Who made the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "https://id.example.org"))]
    pub iss: Option<String>,
    /// The token's own identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "5f3c1b9a-8f6e-4f0a-9c39-0d6b7a51c3de"))]
    pub jti: Option<String>,
    /// The session, or the API key that a client got the token for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10"))]
    pub sid: Option<String>,
    /// The id of the user; none of a client that acts for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub uid: Option<i64>,
    /// When the user authenticated, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = 1_795_343_671))]
    pub auth_time: Option<u64>,
    /// Who acts in place of the subject (RFC 8693, section 4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<ActorResponse>,
}

/// Who acts in place of the subject of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
pub struct ActorResponse {
    /// What the claim `sub` of their own tokens says.
    #[cfg_attr(feature = "openapi", schema(example = "admin@example.org"))]
    pub sub: String,
}

/// A token does not count any more: the status says it all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevocationResponse {}

/// Where the endpoints of OAuth are, and what they take (RFC 8414, section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthorizationServerMetadata {
    /// The claim `iss` of every token.
    #[cfg_attr(feature = "openapi", schema(example = "https://id.example.org"))]
    pub issuer: String,
    /// Where clients get tokens.
    #[cfg_attr(feature = "openapi", schema(example = "https://id.example.org/oauth/token"))]
    pub token_endpoint: String,
    /// Where the public keys are.
    #[cfg_attr(feature = "openapi", schema(example = "https://id.example.org/.well-known/jwks.json"))]
    pub jwks_uri: String,
    /// Where services ask what a token says.
    #[cfg_attr(feature = "openapi", schema(example = "https://id.example.org/oauth/introspect"))]
    pub introspection_endpoint: String,
    /// Where tokens are ended.
    #[cfg_attr(feature = "openapi", schema(example = "https://id.example.org/oauth/revoke"))]
    pub revocation_endpoint: String,
    /// None: nobody is sent to a page of ours for consent.
    pub response_types_supported: Vec<&'static str>,
    /// How tokens are got.
    pub grant_types_supported: Vec<&'static str>,
    /// How clients show who they are; `none` for refresh tokens.
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// How those show who they are who ask what a token says.
    pub introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    /// How those show who they are who end a token, if they do.
    pub revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    /// Every permission.
    pub scopes_supported: Vec<&'static str>,
}
