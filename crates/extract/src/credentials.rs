use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::CanonicalEmail;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_limits::CredentialLimits;
use ore_schemas::{
    EmailRequest, LoginRequest, PasskeyProofRequest, RegisterRequest, RequestBody, ResetPasswordRequest,
    VerifyEmailRequest, VerifySecondFactorRequest,
};
use ore_web::context::RequestContext;
use ore_web::credential_log::CredentialCall;
use ore_web::state::ApiState;

use crate::Body;

/// A body with credentials, which may not be presented too often.
pub trait NamesAccount {
    /// The call.
    const CALL: CredentialCall;

    /// The account that they are for, whether or not there is one; `None` when only the store knows.
    fn account(&self) -> Option<&CanonicalEmail>;
}

impl NamesAccount for RegisterRequest {
    const CALL: CredentialCall = CredentialCall::Register;

    fn account(&self) -> Option<&CanonicalEmail> {
        Some(self.email.canonical())
    }
}

impl NamesAccount for LoginRequest {
    const CALL: CredentialCall = CredentialCall::LogIn;

    fn account(&self) -> Option<&CanonicalEmail> {
        Some(self.email.canonical())
    }
}

impl NamesAccount for VerifySecondFactorRequest {
    const CALL: CredentialCall = CredentialCall::VerifySecondFactor;

    fn account(&self) -> Option<&CanonicalEmail> {
        None
    }
}

impl NamesAccount for EmailRequest {
    const CALL: CredentialCall = CredentialCall::RequestMail;

    fn account(&self) -> Option<&CanonicalEmail> {
        Some(self.email.canonical())
    }
}

impl NamesAccount for ResetPasswordRequest {
    const CALL: CredentialCall = CredentialCall::ResetPassword;

    fn account(&self) -> Option<&CanonicalEmail> {
        None
    }
}

impl NamesAccount for VerifyEmailRequest {
    const CALL: CredentialCall = CredentialCall::VerifyEmail;

    fn account(&self) -> Option<&CanonicalEmail> {
        None
    }
}

impl NamesAccount for PasskeyProofRequest {
    const CALL: CredentialCall = CredentialCall::LogInWithPasskey;

    fn account(&self) -> Option<&CanonicalEmail> {
        None
    }
}

/// As [`Body`], once the limits have admitted the call: nothing has been hashed or looked up before.
pub struct Credentials<T>(pub T);

impl<T: RequestBody + NamesAccount + 'static> FromRequest for Credentials<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, body) = (request.clone(), Body::<T>::from_request(request, payload));
        Box::pin(async move {
            let context = RequestContext::of(&request).ok_or(Problem::InternalError)?;
            context.identity.record_credentials();
            let Body(body) = body.await?;
            admit_credentials(&request, T::CALL, body.account()).await?;
            Ok(Self(body))
        })
    }
}

/// Whether the limits admit a call with credentials for this account.
///
/// # Errors
/// [`ApiError::RateLimited`], and what the store of the counts refuses.
pub async fn admit_credentials(
    request: &HttpRequest,
    call: CredentialCall,
    account: Option<&CanonicalEmail>,
) -> Result<(), ApiError> {
    let context = RequestContext::of(request).ok_or(Problem::InternalError)?;
    context.identity.record_credentials();
    let limits = request.app_data::<Data<CredentialLimits>>().ok_or(Problem::InternalError)?;
    let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
    let admitted = limits.admit(context.client, call.credential_use()).await.map_err(ApiError::from);
    if let Err(error) = &admitted {
        state.credential_log.not_admitted(call, account, error);
    }
    admitted
}

/// Not `RateLimited`: the document names that at every operation, where the settings have limits.
impl<T> DeclaresProblems for Credentials<T> {
    fn problems() -> Vec<Problem> {
        let mut problems = Body::<T>::problems();
        problems.push(Problem::Unavailable);
        problems
    }
}
