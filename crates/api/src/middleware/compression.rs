use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CONTENT_ENCODING, Encoding, Header, HeaderMap, HeaderValue,
};
use actix_web::{HttpMessage, HttpRequest};

/// Bodies below this grow by being compressed, or hardly shrink.
const LEAST_BYTES: u64 = 1024;
/// Tells the compressor to leave a body alone; it is taken away again, since RFC 9110 (8.4) does not want it sent.
const NOT_ENCODED: HeaderValue = HeaderValue::from_static("identity");

/// A client that forbids even plain bodies gets one all the same (RFC 9110, 12.5.3, allows it): better than none.
pub(super) fn forget_impossible_encodings(request: &mut ServiceRequest) {
    if !request.headers().contains_key(ACCEPT_ENCODING) {
        return;
    }
    let ours = [Encoding::identity(), Encoding::gzip(), Encoding::brotli(), Encoding::zstd()];
    let accepted = AcceptEncoding::parse(request).map(|accepted| accepted.negotiate(ours.iter()).is_some());
    if !accepted.unwrap_or_default() {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
}

/// Just inside the compressor, which has no least size of its own.
pub(super) fn spare_small_body(response: &mut ServiceResponse) {
    let size = response.response().body().size();
    if let BodySize::Sized(bytes) = size {
        response.request().extensions_mut().insert(PlainSize(bytes));
    }
    if matches!(size, BodySize::None) || matches!(size, BodySize::Sized(bytes) if bytes < LEAST_BYTES) {
        response.headers_mut().insert(CONTENT_ENCODING, NOT_ENCODED);
    }
}

/// Just outside the compressor.
pub(super) fn forget_sparing(headers: &mut HeaderMap) {
    if headers.get(CONTENT_ENCODING) == Some(&NOT_ENCODED) {
        headers.remove(CONTENT_ENCODING);
    }
}

/// How long a body was before it was compressed, in bytes.
pub(super) struct PlainSize(u64);

impl PlainSize {
    /// The noted size, else that of the body as it is sent; 0 where nobody knows.
    pub(super) fn of(body: &impl MessageBody, request: &HttpRequest) -> u64 {
        let noted = request.extensions().get::<Self>().map(|size| size.0);
        noted.unwrap_or_else(|| if let BodySize::Sized(bytes) = body.size() { bytes } else { 0 })
    }
}
