use crate::Problem;

/// Why an endpoint of OAuth refused a request, in the terms of RFC 6749, section 5.2, and RFC 7009, section 2.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OAuthProblem {
    /// The request contradicts itself.
    InvalidRequest(&'static str),
    /// A parameter is not there.
    MissingParameter(&'static str),
    /// The client has not shown who it is.
    InvalidClient,
    /// The refresh token is not valid.
    InvalidGrant,
    /// The client may not do all that it asks for.
    InvalidScope,
    /// No tokens are given for this audience.
    InvalidTarget,
    /// There is no such way to get a token.
    UnsupportedGrantType,
    /// Such a token ends in another way.
    UnsupportedTokenType,
}

impl OAuthProblem {
    pub(crate) fn error(self) -> &'static str {
        match self {
            Self::InvalidRequest(_) | Self::MissingParameter(_) => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
        }
    }

    pub(crate) fn description(self) -> String {
        let text = match self {
            Self::InvalidRequest(text) => text,
            Self::MissingParameter(name) => return format!("The parameter {name} is missing."),
            Self::InvalidClient => "The client has not shown who it is.",
            Self::InvalidGrant => "The refresh token is not valid.",
            Self::InvalidScope => "The scope names what the client may not do, or what is no permission.",
            Self::InvalidTarget => "No tokens are given for this audience.",
            Self::UnsupportedGrantType => "There is no such grant_type.",
            Self::UnsupportedTokenType => "Such a token is ended in another way: delete the API key.",
        };
        text.to_owned()
    }

    /// The row of the table, for the status.
    pub(crate) fn problem(self) -> Problem {
        if self == Self::InvalidClient { Problem::Unauthorized } else { Problem::BadRequest }
    }
}
