use actix_cors::Cors;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, HeaderMap,
    HeaderValue,
};
use ore_domain::AllowedOrigins;

/// How long a browser may remember the answer to a preflight, in seconds.
const MAX_AGE: usize = 600;

/// What scripts of other origins see beside the headers that every script sees (Fetch Standard, CORS-safelisted
/// response-header names).
const EXPOSED: HeaderValue =
    HeaderValue::from_static("Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-ID");

/// Answers browsers from other origins as the settings allow (Fetch Standard, CORS protocol).
pub fn cors(origins: &AllowedOrigins) -> Cors {
    let cors = Cors::default().allow_any_method().allow_any_header().supports_credentials().max_age(MAX_AGE);
    // Every answer says what it depends on, also those that are made outside.
    let cors = cors.disable_vary_header();
    match origins {
        AllowedOrigins::Any => cors.allow_any_origin(),
        AllowedOrigins::Exactly(origins) => {
            origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin.as_str()))
        }
    }
}

/// Pages are for people: scripts of other origins cannot read them, even if they may call the API.
pub(super) fn remove_cors_grants(headers: &mut HeaderMap) {
    headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
}

/// To those who may read the answer: the library would tell everybody, in another order in each process.
pub(super) fn expose_headers(headers: &mut HeaderMap) {
    if headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}
