use actix_http::header::{CONTENT_LENGTH, HeaderMap};

/// The most bytes of a body.
pub const MAX_BODY_BYTES: u64 = 64 * 1024;

/// The length that a head announces; a body in chunks has none.
pub fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}
