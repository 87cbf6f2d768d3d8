use actix_web::HttpRequest;

/// Everything that has to do with credentials lies here and below.
const AUTH_PATH: &str = "/api/v1/auth";

/// Judged by the route that was matched: a path can be spelt in many ways that all match it.
pub(super) fn concerns_credentials(request: &HttpRequest) -> bool {
    let pattern = request.match_pattern();
    let path = pattern.as_deref().unwrap_or_else(|| request.path());
    path.strip_prefix(AUTH_PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
