use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_ENCODING, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};

/// Bodies below this grow by being compressed, or hardly shrink.
const LEAST_BYTES: u64 = 1024;
/// Tells the compressor to leave a body alone; `response_headers` takes it away again, since RFC 9110 (8.4) does not
/// want it sent.
pub(super) const NOT_ENCODED: HeaderValue = HeaderValue::from_static("identity");

/// Just inside the compressor, which has no least size of its own.
pub(crate) async fn spare_small_bodies(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let size = response.response().body().size();
    if let BodySize::Sized(bytes) = size {
        response.request().extensions_mut().insert(PlainSize(bytes));
    }
    if matches!(size, BodySize::None) || matches!(size, BodySize::Sized(bytes) if bytes < LEAST_BYTES) {
        response.headers_mut().insert(CONTENT_ENCODING, NOT_ENCODED);
    }
    Ok(response)
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
