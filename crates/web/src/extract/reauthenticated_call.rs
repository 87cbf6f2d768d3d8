use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::session_credentials::admit;
use super::{CurrentSession, OwnCredentials, Reauthenticated};
use crate::credential_log::CredentialCall;
use crate::error::{ApiError, Problem, Refuses};

/// As [`Reauthenticated`], once the limits have admitted a call that sets credentials and has no body.
pub struct ReauthenticatedCall<C> {
    /// The session of the user.
    pub session: CurrentSession,
    call: PhantomData<C>,
}

/// Asks for the secret of an authenticator app.
pub struct EnrolTotp;

/// Removes an authenticator app.
pub struct RemoveTotp;

/// Makes new recovery codes.
pub struct MakeRecoveryCodes;

impl OwnCredentials for EnrolTotp {
    const CALL: CredentialCall = CredentialCall::EnrolTotp;
}

impl OwnCredentials for RemoveTotp {
    const CALL: CredentialCall = CredentialCall::RemoveTotp;
}

impl OwnCredentials for MakeRecoveryCodes {
    const CALL: CredentialCall = CredentialCall::MakeRecoveryCodes;
}

impl<C: OwnCredentials + 'static> FromRequest for ReauthenticatedCall<C> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let Reauthenticated(session) = Reauthenticated::from_request(&request, &mut Payload::None).await?;
            let NoBody = admit(&session, C::CALL, &request, &mut payload).await?;
            Ok(Self { session, call: PhantomData })
        })
    }
}

/// The body that is not looked at.
struct NoBody;

impl FromRequest for NoBody {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

impl<C> Refuses for ReauthenticatedCall<C> {
    fn problems() -> Vec<Problem> {
        Reauthenticated::problems()
    }
}
