use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue};
use ore_verifier::{Caller, Refusal, Verifier, bearer_token};

/// The caller of a request with these headers.
pub(crate) async fn authenticate(verifier: &Verifier, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let token = bearer_token(headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes))?;
    Ok(verifier.check_fresh(token).await?)
}
