use serde::Serialize;

/// What makes access tokens void before their end. A token is void when its `sid` is listed, or when it was made before
/// `not_before` of its user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevocationsResponse {
    /// The sessions that have ended, and the API keys that were deleted.
    pub revoked: Vec<RevokedSession>,
    /// The users whose earlier tokens are void.
    pub users: Vec<RevokedUser>,
    /// What to ask for next, as `since`.
    #[cfg_attr(feature = "openapi", schema(example = "9f86d081884c7d65-42"))]
    pub next: String,
    /// Whether everything that was told before is to be forgotten.
    pub reset: bool,
    /// How many seconds to wait before the next call; 0 when more is there already.
    #[cfg_attr(feature = "openapi", schema(example = 5))]
    pub poll_after_seconds: u32,
}

/// A session whose tokens are void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokedSession {
    /// The claim `sid` of its tokens.
    #[cfg_attr(feature = "openapi", schema(example = "7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10"))]
    pub sid: String,
    /// When the last of them has ended, in seconds since 1970.
    #[cfg_attr(feature = "openapi", schema(example = 1_795_948_471))]
    pub exp: i64,
}

/// A user whose earlier tokens are void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokedUser {
    /// The claim `uid` of the tokens.
    #[cfg_attr(feature = "openapi", schema(example = 7))]
    pub uid: i64,
    /// Tokens whose `iat` is before it are void, in seconds since 1970.
    #[cfg_attr(feature = "openapi", schema(example = 1_795_946_671))]
    pub not_before: i64,
}
