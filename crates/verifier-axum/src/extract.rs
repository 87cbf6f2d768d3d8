use std::marker::PhantomData;

use axum_core::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use ore_verifier::{Caller, Permission, Refusal, Verifier};

use crate::Rejection;
use crate::authentication::authenticate;

/// The caller of a request with a token that is accepted; any other request is refused. As `Option<Authenticated>` a request
/// without a token passes too.
///
/// The verifier is (in) the state of the router. Behind a [`VerifierLayer`](crate::VerifierLayer) the token is not checked a
/// second time; there `Extension<Caller>` does without the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated(pub Caller);

impl<S> FromRequestParts<S> for Authenticated
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        if let Some(caller) = parts.extensions.get::<Caller>() {
            return Ok(Self(caller.clone()));
        }
        Ok(Self(authenticate(&Verifier::from_ref(state), &parts.headers).await?))
    }
}

impl<S> OptionalFromRequestParts<S> for Authenticated
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
        match <Self as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(authenticated) => Ok(Some(authenticated)),
            Err(Rejection(Refusal::MissingToken)) => Ok(None),
            Err(rejection) => Err(rejection),
        }
    }
}

/// The caller, who has the permission `P`; others are refused with 403.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirePermission<P> {
    /// The caller.
    pub caller: Caller,
    permission: PhantomData<P>,
}

impl<S, P> FromRequestParts<S> for RequirePermission<P>
where
    S: Send + Sync,
    P: Permission,
    Verifier: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let Authenticated(caller) = <Authenticated as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        caller.require_permission::<P>()?;
        Ok(Self { caller, permission: PhantomData })
    }
}
