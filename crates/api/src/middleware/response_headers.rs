use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::compression::NOT_ENCODED;
use super::credentials::concerns_credentials;
use crate::state::ApiState;

/// What every answer depends on; caches must not hand one client's to another.
const VARY_ON: [&str; 3] = ["Origin", "Accept-Language", "Accept-Encoding"];

/// The headers that every response has (OWASP HTTP headers cheat sheet, for an API that serves no pages).
pub(crate) async fn response_headers(
    state: Data<ApiState>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_private = concerns_credentials(request.path());
    let mut response = next.call(request).await?;
    if state.readiness.is_draining() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if is_private {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if headers.get(CONTENT_ENCODING) == Some(&NOT_ENCODED) {
        headers.remove(CONTENT_ENCODING);
    }
    vary(headers);
    Ok(response)
}

fn vary(headers: &mut HeaderMap) {
    let present: Vec<_> = headers.get_all(VARY).filter_map(|value| value.to_str().ok()).collect();
    let mut names: Vec<&str> = VARY_ON.to_vec();
    for name in present.iter().flat_map(|value| value.split(',')).map(str::trim) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    if let Ok(value) = HeaderValue::from_str(&names.join(", ")) {
        headers.insert(VARY, value);
    }
}
