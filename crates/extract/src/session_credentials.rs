use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_schemas::{
    ChangeEmailRequest, ChangePasswordRequest, ConfirmTotpRequest, CreateApiKeyRequest, ReauthenticateRequest,
    RegisterPasskeyRequest, RequestBody,
};
use ore_web::context::RequestContext;
use ore_web::credential_log::CredentialCall;

use crate::credentials::admit_credentials;
use crate::{Body, CurrentSession, Idempotent, Reauthenticated, require_shown_factor};

/// A body with credentials of the user who calls.
pub trait OwnCredentials {
    /// The call.
    const CALL: CredentialCall;

    /// Whether the session has to have shown the second factor that its user has, beside what the body shows.
    const NEEDS_FACTOR: bool = false;
}

impl OwnCredentials for ChangePasswordRequest {
    const CALL: CredentialCall = CredentialCall::ChangePassword;
    const NEEDS_FACTOR: bool = true;
}

impl OwnCredentials for ChangeEmailRequest {
    const CALL: CredentialCall = CredentialCall::ChangeEmail;
    const NEEDS_FACTOR: bool = true;
}

impl OwnCredentials for ReauthenticateRequest {
    const CALL: CredentialCall = CredentialCall::Reauthenticate;
}

impl OwnCredentials for ConfirmTotpRequest {
    const CALL: CredentialCall = CredentialCall::ConfirmTotp;
}

impl OwnCredentials for CreateApiKeyRequest {
    const CALL: CredentialCall = CredentialCall::CreateApiKey;
}

impl OwnCredentials for RegisterPasskeyRequest {
    const CALL: CredentialCall = CredentialCall::CreatePasskey;
}

/// The session of the request and its body, once the limits have admitted the call.
pub struct SessionCredentials<T>(pub CurrentSession, pub T);

impl<T: RequestBody + OwnCredentials + 'static> FromRequest for SessionCredentials<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let session = CurrentSession::from_request(&request, &mut Payload::None).await?;
            if T::NEEDS_FACTOR {
                require_shown_factor(&session, &request)?;
            }
            let Body(body) = admit(&session, T::CALL, &request, &mut payload).await?;
            Ok(Self(session, body))
        })
    }
}

/// The body of the call.
pub(crate) async fn admit<B: FromRequest<Error = ApiError>>(
    session: &CurrentSession,
    call: CredentialCall,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<B, ApiError> {
    let context = RequestContext::of(request).ok_or(Problem::InternalError)?;
    context.identity.record_credentials();
    let body = B::from_request(request, payload).await?;
    admit_credentials(request, call, Some(session.user.email.canonical())).await?;
    Ok(body)
}

impl<T> DeclaresProblems for SessionCredentials<T> {
    fn problems() -> Vec<Problem> {
        <(CurrentSession, Body<T>)>::problems()
    }
}

/// As [`SessionCredentials`], of a call that makes something.
pub struct IdempotentCredentials<T>(pub CurrentSession, pub Idempotent<T>);

impl<T: RequestBody + OwnCredentials + 'static> FromRequest for IdempotentCredentials<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let session = CurrentSession::from_request(&request, &mut Payload::None).await?;
            let body = admit(&session, T::CALL, &request, &mut payload).await?;
            Ok(Self(session, body))
        })
    }
}

impl<T> DeclaresProblems for IdempotentCredentials<T> {
    fn problems() -> Vec<Problem> {
        <(CurrentSession, Idempotent<T>)>::problems()
    }
}

/// As [`SessionCredentials`], for a user who has authenticated a short while ago (RFC 9470) and makes something.
pub struct ReauthenticatedCredentials<T>(pub CurrentSession, pub Idempotent<T>);

impl<T: RequestBody + OwnCredentials + 'static> FromRequest for ReauthenticatedCredentials<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let Reauthenticated(session) = Reauthenticated::from_request(&request, &mut Payload::None).await?;
            let body = admit(&session, T::CALL, &request, &mut payload).await?;
            Ok(Self(session, body))
        })
    }
}

impl<T> DeclaresProblems for ReauthenticatedCredentials<T> {
    fn problems() -> Vec<Problem> {
        <(Reauthenticated, Idempotent<T>)>::problems()
    }
}
