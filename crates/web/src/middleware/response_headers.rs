use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::http::{ConnectionType, Method};
use actix_web::web::Bytes;
use ore_errors::is_page;
use ore_telemetry::seconds::Seconds;

use super::cors;
use crate::context::{REQUEST_ID, RequestContext};

const PROCESS_TIME: HeaderName = HeaderName::from_static("x-process-time");

/// Everything that has to do with credentials lies here and below.
const CREDENTIAL_PATHS: [&str; 3] = ["/account", "/api/v1/auth", "/oauth"];
/// Everything else that tells about people.
const PERSONAL_PATHS: [&str; 6] =
    ["/admin", "/api/v1/users", "/api/v1/roles", "/api/v1/audit", "/api/v1/api-keys", "/api/v1/service-accounts"];

/// The start page for developers, which shows the name of the user who is logged in.
const ROOT: &str = "/";

/// The headers on which every answer depends. Without them, caches would give the answer for one client to another.
const VARY_ON: &str =
    "Origin, Accept-Language, Accept-Encoding, Access-Control-Request-Method, Access-Control-Request-Headers";

/// A year, for every name below ours too (ASVS 5.0, 3.4.1). Preloading is for the owner of the domain to decide.
const STAY_WITH_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// The most headers that an answer usually has.
const USUAL_HEADERS: usize = 14;

/// Adds the headers that every response has (OWASP HTTP headers cheat sheet, for an API that serves no pages).
pub(super) fn complete<B>(
    response: &mut ServiceResponse<B>,
    context: &RequestContext,
    duration: Duration,
    route: Option<&str>,
    is_draining: bool,
) {
    // We switch to no other protocol, so an upgrade must not look accepted.
    if is_draining || response.request().head().upgrade() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    let is_private = concerns_credentials(response.request(), route) || is_personal(response.request(), route);
    let is_coarse = is_credential_call(response.request(), route);
    let is_for_people = is_page(response.request().path()) || response.request().path() == ROOT;
    let headers = response.headers_mut();
    headers.reserve(USUAL_HEADERS);
    identify(headers, context, duration, is_coarse);
    if context.is_https {
        headers.insert(STRICT_TRANSPORT_SECURITY, STAY_WITH_HTTPS);
    }
    secure(headers, is_private);
    if is_for_people {
        cors::remove_cors_grants(headers);
    }
    cors::expose_headers(headers);
    vary(headers);
}

/// Whether the duration of the request is rounded to milliseconds everywhere.
pub(super) fn is_credential_call(request: &HttpRequest, route: Option<&str>) -> bool {
    request.method() == Method::POST && concerns_credentials(request, route)
}

/// Judged by the route: a path can be spelt in many ways that all match it.
fn concerns_credentials(request: &HttpRequest, route: Option<&str>) -> bool {
    let path = route.unwrap_or_else(|| request.path());
    CREDENTIAL_PATHS.iter().any(|place| is_at_or_below(place, path))
}

fn is_personal(request: &HttpRequest, route: Option<&str>) -> bool {
    let path = route.unwrap_or_else(|| request.path());
    path == ROOT || PERSONAL_PATHS.iter().any(|place| is_at_or_below(place, path))
}

fn is_at_or_below(place: &str, path: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The time is in milliseconds for calls with credentials. A finer time would reveal how long the comparison of a
/// password took.
fn identify(headers: &mut HeaderMap, context: &RequestContext, duration: Duration, is_coarse: bool) {
    let process_time = if is_coarse { Seconds::<3>(duration).to_string() } else { Seconds::<6>(duration).to_string() };
    for (name, value) in [(PROCESS_TIME, process_time), (REQUEST_ID, context.id().to_owned())] {
        if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from(value)) {
            headers.insert(name, value);
        }
    }
}

fn secure(headers: &mut HeaderMap, is_private: bool) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if !headers.contains_key(REFERRER_POLICY) {
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if is_private {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn vary(headers: &mut HeaderMap) {
    let is_known = |name: &str| VARY_ON.split(", ").any(|known| known.eq_ignore_ascii_case(name));
    let present = headers.get_all(VARY).filter_map(|value| value.to_str().ok());
    let names = present.flat_map(|value| value.split(',')).map(str::trim).filter(|name| !is_known(name));
    let others: String = names.flat_map(|name| [", ", name]).collect();
    let value = if others.is_empty() {
        Ok(HeaderValue::from_static(VARY_ON))
    } else {
        HeaderValue::from_str(&[VARY_ON, &others].concat())
    };
    if let Ok(value) = value {
        headers.insert(VARY, value);
    }
}
