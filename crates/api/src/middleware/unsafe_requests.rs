use actix_web::dev::ServiceRequest;
use actix_web::http::header::{AUTHORIZATION, CONTENT_ENCODING, HOST};
use actix_web::http::uri::{Authority, Uri};

use crate::error::Problem;

/// The most bytes of a request head.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// Why no route should see the request.
pub(super) fn fault(request: &ServiceRequest) -> Option<Problem> {
    let headers = request.headers();
    if head_bytes(request) > MAX_HEAD_BYTES {
        Some(Problem::HeadTooLarge)
    } else if headers.get_all(AUTHORIZATION).nth(1).is_some() || !has_valid_host(request) {
        // Of two credentials a proxy might check the first and we the second.
        Some(Problem::BadRequest)
    } else if headers.contains_key(CONTENT_ENCODING) {
        // Inflating before the size limit is how a small body fills the memory.
        Some(Problem::UnsupportedMediaType)
    } else {
        None
    }
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

/// RFC 9112, 3.2. HTTP/1.0 needs no `Host`; the parser refuses HTTP/1.1 without one.
fn has_valid_host(request: &ServiceRequest) -> bool {
    let host = request.headers().get(HOST);
    host.is_none_or(|host| host.is_empty() || Authority::try_from(host.as_bytes()).is_ok())
}
