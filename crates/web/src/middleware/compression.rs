use actix_http::encoding::Encoder;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CONTENT_TYPE, ContentEncoding, ETAG, Encoding, Header, HeaderMap,
};

/// In the extensions of an answer, keeps it as it is: one that shows both a secret and what others may have put into the request
/// would tell the secret by its length (BREACH).
#[derive(Debug, Clone, Copy)]
pub struct Uncompressed;

/// Bodies below this grow by being compressed, or hardly shrink.
const LEAST_BYTES: u64 = 1024;

/// Compresses a body that is worth it, as its client likes it best (RFC 9110, 12.5.3).
///
/// Not actix-web's own layer, which has no least size, refuses clients that forbid even plain bodies, and costs every
/// request a future.
pub(super) fn compress(response: ServiceResponse) -> ServiceResponse {
    let is_small = matches!(response.response().body().size(), BodySize::Sized(bytes) if bytes < LEAST_BYTES);
    // A proxy that inflates for a client would have to weaken the tag, and weak ones match nothing.
    let is_kept_plain = response.response().extensions().contains::<Uncompressed>();
    if is_small || is_kept_plain || response.headers().contains_key(ETAG) || is_compressed_already(response.headers()) {
        return response;
    }
    match encoding(&response) {
        ContentEncoding::Identity => response,
        encoding => response.map_body(|head, body| BoxBody::new(Encoder::response(encoding, head, body))),
    }
}

/// Plain where the client accepts nothing that we have: better than no answer.
fn encoding(response: &ServiceResponse) -> ContentEncoding {
    if !response.request().headers().contains_key(ACCEPT_ENCODING) {
        return ContentEncoding::Identity;
    }
    let ours = [Encoding::identity(), Encoding::brotli(), Encoding::gzip()];
    match AcceptEncoding::parse(response.request()).map(|accepted| accepted.negotiate(ours.iter())) {
        Ok(Some(Encoding::Known(encoding))) => encoding,
        _ => ContentEncoding::Identity,
    }
}

/// Pictures that are no text.
fn is_compressed_already(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map_or(&[][..], |value| value.as_bytes());
    content_type.starts_with(b"image/") && !content_type.starts_with(b"image/svg")
}
