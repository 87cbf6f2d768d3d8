use actix_web::dev::ServiceRequest;
use actix_web::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, UPGRADE};
use actix_web::http::uri::{Authority, Uri};
use ore_errors::Problem;

use crate::spelling::is_spelt_otherwise;

/// Holds an API key and nothing else.
pub const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The most bytes of a request head.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// Why no route should see the request.
pub(super) fn fault(request: &ServiceRequest) -> Option<Problem> {
    let headers = request.headers();
    if head_bytes(request) > MAX_HEAD_BYTES {
        Some(Problem::HeadTooLarge)
    } else if has_two_credentials(headers) || !has_valid_host(request) {
        // Of two credentials a proxy might check the first and we the second.
        Some(Problem::BadRequest)
    } else if has_body_of_two_lengths(headers) {
        Some(Problem::BadRequest)
    } else if is_spelt_otherwise(request.path()) {
        Some(Problem::NotFound)
    } else if headers.contains_key(CONTENT_ENCODING) {
        // Inflating before the size limit is how a small body fills the memory.
        Some(Problem::UnsupportedMediaType)
    } else {
        None
    }
}

/// One of each kind is refused where credentials count, since other routes and methods have an answer of their own.
fn has_two_credentials(headers: &HeaderMap) -> bool {
    [AUTHORIZATION, X_API_KEY].iter().any(|name| headers.get_all(name).nth(1).is_some())
}

/// The parser reads what follows `Upgrade: websocket` to the end of the connection, whatever length the head announces.
fn has_body_of_two_lengths(headers: &HeaderMap) -> bool {
    let is_websocket = |value: &[u8]| value.trim_ascii().eq_ignore_ascii_case(b"websocket");
    headers.contains_key(CONTENT_LENGTH) && headers.get_all(UPGRADE).any(|value| is_websocket(value.as_bytes()))
}

/// The head as it came, but for white space: `name: value` and a line end each.
fn head_bytes(request: &ServiceRequest) -> usize {
    let line = request.method().as_str().len() + uri_bytes(request.uri()) + " HTTP/1.1\r\n\r\n".len() + 1;
    request.headers().iter().fold(line, |bytes, (name, value)| bytes + name.as_str().len() + value.len() + 4)
}

fn uri_bytes(uri: &Uri) -> usize {
    let origin = uri.scheme_str().map_or(0, |scheme| scheme.len() + "://".len());
    let authority = uri.authority().map_or(0, |authority| authority.as_str().len());
    origin + authority + uri.path_and_query().map_or(0, |path| path.as_str().len())
}

/// RFC 9112, 3.2. HTTP/1.0 needs no `Host`; the parser refuses HTTP/1.1 without one. A target may have another host
/// (RFC 9112, 3.2.2).
fn has_valid_host(request: &ServiceRequest) -> bool {
    let host = request.headers().get(HOST).filter(|host| !host.is_empty());
    host.is_none_or(|host| Authority::try_from(host.as_bytes()).is_ok_and(|host| is_valid(&host)))
        && request.uri().authority().is_none_or(is_valid)
}

/// A host and perhaps a port, without user information, of which two readers may disagree (RFC 9110, 4.2.4).
fn is_valid(authority: &Authority) -> bool {
    let host = authority.host();
    let port = authority.as_str().strip_prefix(host).filter(|_| !host.is_empty());
    port.is_some_and(|port| port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse().is_ok_and(|port: u16| port > 0)
}
