use actix_cors::Cors;

use crate::settings::AllowedOrigins;

/// How long a browser may remember the answer to a preflight, in seconds.
const MAX_AGE: usize = 600;

/// Answers browsers from other origins as the settings allow (Fetch Standard, CORS protocol).
pub(crate) fn cors(origins: &AllowedOrigins) -> Cors {
    let cors = Cors::default().allow_any_method().allow_any_header().supports_credentials().max_age(MAX_AGE);
    // Every answer says what it depends on, also those that are made outside.
    let cors = cors.disable_vary_header();
    match origins {
        AllowedOrigins::Any => cors.allow_any_origin(),
        AllowedOrigins::Exactly(origins) => origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)),
    }
}
