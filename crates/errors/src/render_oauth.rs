use ore_domain::Locale;
use ore_schemas::OAuthErrorResponse;

use crate::messages::Catalogue;
use crate::{ApiError, Problem};

/// Every endpoint of OAuth lies below.
const OAUTH_PATH: &str = "/oauth/";

/// Whether errors of this route have the form of RFC 6749.
pub fn is_oauth(route: &str) -> bool {
    route.starts_with(OAUTH_PATH)
}

/// The body of an error of an endpoint of OAuth; `None` where the contract has none. In English, whose letters are the only ones
/// that RFC 6749 lets it have.
pub fn render_oauth(error: &ApiError, catalogue: &Catalogue) -> Option<OAuthErrorResponse> {
    let (code, description) = match error {
        ApiError::OAuth(problem) => (problem.error(), problem.description()),
        ApiError::InvalidToken(_) => ("invalid_token", "The access token or API key is not valid.".to_owned()),
        other => {
            let problem = other.problem().unwrap_or(Problem::InternalError);
            (code_of(problem)?, catalogue.text(Locale::En, problem.message()).to_owned())
        }
    };
    Some(OAuthErrorResponse { error: code.to_owned(), error_description: description })
}

fn code_of(problem: Problem) -> Option<&'static str> {
    match problem {
        Problem::HeadTooLarge => None,
        Problem::Unauthorized => Some("invalid_client"),
        Problem::MissingPermission => Some("insufficient_scope"),
        Problem::RateLimited | Problem::Unavailable => Some("temporarily_unavailable"),
        Problem::InternalError => Some("server_error"),
        _ => Some("invalid_request"),
    }
}
