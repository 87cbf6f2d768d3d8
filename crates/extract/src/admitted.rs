use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_web::context::RequestContext;
use ore_web::credential_log::CredentialCall;

use crate::OwnCredentials;
use crate::credentials::admit_credentials;

/// What a call needs beside its caller, once the limits have admitted it: for what begins or changes a credential without
/// showing one. The caller stands before it, in [`Authorized`](crate::Authorized).
pub struct Admitted<C, T = ()> {
    /// The rest of the request.
    pub rest: T,
    call: PhantomData<C>,
}

/// Each call has the name that the log and the limits know it by.
macro_rules! calls {
    ($($(#[$doc:meta])* $call:ident,)+) => {$(
        $(#[$doc])*
        pub struct $call;

        impl OwnCredentials for $call {
            const CALL: CredentialCall = CredentialCall::$call;
        }
    )+};
}

calls! {
    /// Asks for the secret of an authenticator app.
    EnrolTotp,
    /// Removes an authenticator app.
    RemoveTotp,
    /// Makes new recovery codes.
    MakeRecoveryCodes,
    /// Asks for a new passkey.
    BeginPasskey,
    /// Gives a passkey another name.
    RenamePasskey,
    /// Deletes a passkey.
    DeletePasskey,
    /// Takes the second factors from another user.
    ResetSecondFactors,
}

impl<C, T> FromRequest for Admitted<C, T>
where
    C: OwnCredentials + 'static,
    T: FromRequest<Error: Into<Error>> + 'static,
{
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, rest) = (request.clone(), T::from_request(request, payload));
        Box::pin(async move {
            let context = RequestContext::of(&request).ok_or(ApiError::from(Problem::InternalError))?;
            context.identity.record_credentials();
            let rest = rest.await.map_err(Into::into)?;
            admit_credentials(&request, C::CALL, None).await?;
            Ok(Self { rest, call: PhantomData })
        })
    }
}

impl<C, T: DeclaresProblems> DeclaresProblems for Admitted<C, T> {
    fn problems() -> Vec<Problem> {
        T::problems()
    }
}
