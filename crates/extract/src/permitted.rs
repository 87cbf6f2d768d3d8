use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{Permission, RequiredPermission};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_services::{Actor, Caller};

use crate::current_session::require_session;
use crate::current_user::authenticate;
use crate::denial::record_denial;
use crate::reauthenticated::require_fresh;
use crate::request_origin::origin_of;

/// A caller with the permission `P`.
///
/// A handler that names it in its signature answers nobody else.
pub struct Permitted<P>(Actor, PhantomData<P>);

impl<P: RequiredPermission> Permitted<P> {
    pub(crate) async fn of(caller: &Caller, request: &HttpRequest) -> Result<Self, ApiError> {
        require(caller, P::PERMISSION, request).await?;
        Ok(Self(Actor::new(caller, origin_of(request), P::PERMISSION), PhantomData))
    }
}

/// Refuses a caller who may not use this permission, and tells the audit log.
pub(crate) async fn require(caller: &Caller, permission: Permission, request: &HttpRequest) -> Result<(), ApiError> {
    if !caller.permissions.contains(permission) {
        record_denial(&caller.act(origin_of(request)), request, "missing_permission", Some(permission)).await;
        return Err(ApiError::MissingPermission(permission));
    }
    // An impersonator has the permission too, and can use it under their own name.
    if caller.impersonator().is_some() && permission.changes_access() {
        record_denial(&caller.act(origin_of(request)), request, "impersonated", Some(permission)).await;
        return Err(Problem::Impersonated.into());
    }
    Ok(())
}

impl<P> Deref for Permitted<P> {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl<P: RequiredPermission> FromRequest for Permitted<P> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&authenticate(&request).await?, &request).await })
    }
}

impl<P: RequiredPermission> DeclaresProblems for Permitted<P> {
    fn problems() -> Vec<Problem> {
        let mut problems = vec![Problem::Unauthorized, Problem::MissingPermission];
        problems.extend(P::PERMISSION.changes_access().then_some(Problem::Impersonated));
        problems.push(Problem::Unavailable);
        problems
    }
}

/// A change of a user or of a service account, which no API key of theirs makes.
pub struct ChangesOwner;

impl DeclaresProblems for ChangesOwner {
    fn problems() -> Vec<Problem> {
        vec![Problem::SessionRequired]
    }
}

/// As [`Permitted`], for the access tokens of sessions alone: what no API key may do.
pub struct PermittedInSession<P>(pub Permitted<P>);

impl<P: RequiredPermission> FromRequest for PermittedInSession<P> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            require_session(&caller, &request, Some(P::PERMISSION)).await?;
            Permitted::of(&caller, &request).await.map(Self)
        })
    }
}

impl<P: RequiredPermission> DeclaresProblems for PermittedInSession<P> {
    fn problems() -> Vec<Problem> {
        <(ChangesOwner, Permitted<P>)>::problems()
    }
}

/// As [`PermittedInSession`], for a user who has authenticated a short while ago (RFC 9470).
pub struct PermittedReauthenticated<P>(pub Permitted<P>);

impl<P: RequiredPermission> FromRequest for PermittedReauthenticated<P> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            let session = require_session(&caller, &request, Some(P::PERMISSION)).await?;
            let factors = caller.user().map(|user| user.factors).unwrap_or_default();
            require_fresh(&caller.act(origin_of(&request)), session, factors, &request).await?;
            Permitted::of(&caller, &request).await.map(Self)
        })
    }
}

impl<P> DeclaresProblems for PermittedReauthenticated<P> {
    fn problems() -> Vec<Problem> {
        vec![Problem::Unauthorized, Problem::SessionRequired, Problem::MissingPermission, Problem::Unavailable]
    }
}
