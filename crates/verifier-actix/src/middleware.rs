use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use ore_verifier::Permission;

use crate::authentication::caller_of;

/// Refuses requests without a token that is accepted; the [`Caller`](ore_verifier::Caller) of the others is in their
/// extensions, from where [`Authenticated`](crate::Authenticated) takes it. For `actix_web::middleware::from_fn`.
///
/// # Errors
/// [`Rejection`](crate::Rejection), and what the service behind it fails with.
pub async fn authenticate<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    caller_of(request.request().clone()).await?;
    next.call(request).await
}

/// As [`authenticate`], and refuses callers who lack the permission `P`.
///
/// # Errors
/// [`Rejection`](crate::Rejection), and what the service behind it fails with.
pub async fn require<P: Permission, B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let caller = caller_of(request.request().clone()).await?;
    caller.require_permission::<P>().map_err(crate::Rejection::from)?;
    next.call(request).await
}
