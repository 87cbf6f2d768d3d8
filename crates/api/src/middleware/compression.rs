use actix_web::Error;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_ENCODING, HeaderValue};
use actix_web::middleware::Next;

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
    let is_small = match response.response().body().size() {
        BodySize::None => true,
        BodySize::Sized(bytes) => bytes < LEAST_BYTES,
        BodySize::Stream => false,
    };
    if is_small {
        response.headers_mut().insert(CONTENT_ENCODING, NOT_ENCODED);
    }
    Ok(response)
}
