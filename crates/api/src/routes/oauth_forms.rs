//! The forms of OAuth as the document shows them: they are read by name.

use utoipa::ToSchema;

/// What a client asks for a token with (RFC 6749, sections 4.4.2 and 6; RFC 8693, section 2.1). A parameter without a value is omitted.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only the document has it")]
pub(super) struct OAuthTokenForm {
    /// `client_credentials`, `refresh_token` or `urn:ietf:params:oauth:grant-type:token-exchange`.
    #[schema(example = "client_credentials")]
    grant_type: String,
    /// Of a client that sends its secret in the body: the id of the service account.
    #[schema(example = "b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35")]
    client_id: Option<String>,
    /// Of such a client: one of its API keys.
    #[schema(example = "ore_ak_…")]
    client_secret: Option<String>,
    /// Of a client: permissions with spaces between them; all that the client may do, if it is not there.
    #[schema(example = "tokens.verify")]
    scope: Option<String>,
    /// Of `refresh_token`: the refresh token.
    #[schema(example = "ore_rt_…")]
    refresh_token: Option<String>,
    /// Of an exchange: the access token.
    #[schema(example = "eyJ…")]
    subject_token: Option<String>,
    /// Of an exchange: `urn:ietf:params:oauth:token-type:access_token`.
    #[schema(example = "urn:ietf:params:oauth:token-type:access_token")]
    subject_token_type: Option<String>,
    /// Of an exchange: whom the new token is for.
    #[schema(example = "billing.example.com")]
    audience: Option<String>,
}

/// The token that is asked about, or ended (RFC 7662, section 2.1; RFC 7009, section 2.1).
#[derive(ToSchema)]
#[allow(dead_code, reason = "only the document has it")]
pub(super) struct OAuthTokenNameForm {
    /// The token.
    #[schema(example = "ore_rt_…")]
    token: String,
    /// What kind of token it is, which it says itself: not looked at.
    #[schema(example = "refresh_token")]
    token_type_hint: Option<String>,
    /// Of a client that sends its secret in the body: the id of the service account.
    #[schema(example = "b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35")]
    client_id: Option<String>,
    /// Of such a client: one of its API keys.
    #[schema(example = "ore_ak_…")]
    client_secret: Option<String>,
}
