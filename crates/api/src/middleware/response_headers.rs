use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, Encoding, Header,
    HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::compression::NOT_ENCODED;
use super::credentials::concerns_credentials;
use crate::context::{REQUEST_ID, RequestContext};
use crate::state::ApiState;

const PROCESS_TIME: HeaderName = HeaderName::from_static("x-process-time");
/// What every answer depends on; caches must not hand one client's to another.
const VARY_ON: [&str; 3] = ["Origin", "Accept-Language", "Accept-Encoding"];

/// A year, for every name below ours too (ASVS 5.0, 3.4.1). Preloading is for the owner of the domain to decide.
const STAY_WITH_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// The headers that every response has (OWASP HTTP headers cheat sheet, for an API that serves no pages).
pub(crate) async fn response_headers(
    state: Data<ApiState>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    forget_impossible_encodings(&mut request);
    let mut response = next.call(request).await?;
    // We switch to no other protocol, so an upgrade must not look accepted.
    if state.readiness.is_draining() || response.request().head().upgrade() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    let is_private = concerns_credentials(response.request());
    let is_coarse = is_private && response.request().method() == Method::POST;
    let context = RequestContext::of(response.request());
    let headers = response.headers_mut();
    if let Some(context) = context {
        identify(headers, &context, is_coarse);
        if context.is_https {
            headers.insert(STRICT_TRANSPORT_SECURITY, STAY_WITH_HTTPS);
        }
    }
    secure(headers, is_private);
    if headers.get(CONTENT_ENCODING) == Some(&NOT_ENCODED) {
        headers.remove(CONTENT_ENCODING);
    }
    vary(headers);
    Ok(response)
}

/// A client that forbids even plain bodies gets one all the same (RFC 9110, 12.5.3, allows it): better than none.
fn forget_impossible_encodings(request: &mut ServiceRequest) {
    let ours = [Encoding::identity(), Encoding::gzip(), Encoding::brotli(), Encoding::zstd()];
    let accepted = AcceptEncoding::parse(request).map(|accepted| accepted.negotiate(ours.iter()).is_some());
    if !accepted.unwrap_or_default() {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
}

/// To the millisecond on credential calls: finer would tell how long comparing a password took.
fn identify(headers: &mut HeaderMap, context: &RequestContext, is_coarse: bool) {
    let seconds = context.started.elapsed().as_secs_f64();
    let process_time = if is_coarse { format!("{seconds:.3}") } else { format!("{seconds:.6}") };
    for (name, value) in [(PROCESS_TIME, process_time.as_str()), (REQUEST_ID, &context.id)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
}

fn secure(headers: &mut HeaderMap, is_private: bool) {
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
