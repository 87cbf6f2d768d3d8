use actix_cors::Cors;
use actix_web::http::header::RETRY_AFTER;

use crate::context::REQUEST_ID;
use crate::error::{RATE_LIMIT, RATE_LIMIT_POLICY};
use crate::settings::AllowedOrigins;

/// How long a browser may remember the answer to a preflight, in seconds.
const MAX_AGE: usize = 600;

/// Answers browsers from other origins as the settings allow (Fetch Standard, CORS protocol).
pub(crate) fn cors(origins: &AllowedOrigins) -> Cors {
    let cors = Cors::default().allow_any_method().allow_any_header().supports_credentials().max_age(MAX_AGE);
    // Scripts see no header that is not named here.
    let cors = cors.expose_headers([RETRY_AFTER, RATE_LIMIT, RATE_LIMIT_POLICY, REQUEST_ID]);
    // Every answer says what it depends on, also those that are made outside.
    let cors = cors.disable_vary_header();
    match origins {
        AllowedOrigins::Any => cors.allow_any_origin(),
        AllowedOrigins::Exactly(origins) => origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)),
    }
}
