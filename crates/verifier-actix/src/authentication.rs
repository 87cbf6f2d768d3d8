use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, web};
use ore_verifier::{Caller, Verifier, bearer_token};

use crate::Rejection;

/// The caller of a request, whose token is checked once.
pub(crate) async fn caller_of(request: HttpRequest) -> Result<Caller, Rejection> {
    let known = request.extensions().get::<Caller>().cloned();
    if let Some(caller) = known {
        return Ok(caller);
    }
    let verifier = request.app_data::<web::Data<Verifier>>().ok_or(Rejection::NotConfigured)?;
    let token = bearer_token(request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes))?;
    let caller = verifier.check_fresh(token).await?;
    request.extensions_mut().insert(caller.clone());
    Ok(caller)
}
