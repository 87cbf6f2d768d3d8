use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_domain::RequiredPermission;
use ore_services::{Actor, Caller};

use super::current_session::require_session;
use super::current_user::authenticate;
use super::denial::note_denial;
use super::reauthenticated::require_fresh;
use super::request_origin::origin_of;
use crate::error::{ApiError, Problem, Refuses};

/// A caller with the permission `P`, together with what else the handler needs, which is looked at once the permission is
/// known: who lacks it learns nothing of what is there.
///
/// A handler that names it in its signature answers nobody else.
pub struct Permitted<P, T = ()>(pub Actor, pub T, pub PhantomData<P>);

impl<P, T> FromRequest for Permitted<P, T>
where
    P: RequiredPermission,
    T: FromRequest<Error: Into<Error>> + 'static,
{
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            let (actor, rest) = admit::<P, T>(&caller, &request, &mut payload).await?;
            Ok(Self(actor, rest, PhantomData))
        })
    }
}

impl<P: RequiredPermission, T: Refuses> Refuses for Permitted<P, T> {
    fn problems() -> Vec<Problem> {
        let mut problems = vec![Problem::Unauthorized, Problem::MissingPermission];
        problems.extend(P::PERMISSION.changes_access().then_some(Problem::Impersonated));
        problems.extend(T::problems());
        problems.push(Problem::Unavailable);
        problems
    }
}

/// A change of a user or of a service account, which no API key of theirs makes.
pub struct ChangesOwner;

impl Refuses for ChangesOwner {
    fn problems() -> Vec<Problem> {
        vec![Problem::SessionRequired]
    }
}

/// Who acts and the rest of the request, of a caller with the permission.
async fn admit<P, T>(caller: &Caller, request: &HttpRequest, payload: &mut Payload) -> Result<(Actor, T), Error>
where
    P: RequiredPermission,
    T: FromRequest<Error: Into<Error>>,
{
    if !caller.permissions.contains(P::PERMISSION) {
        note_denial(&caller.act(origin_of(request)), request, "missing_permission", Some(P::PERMISSION)).await;
        return Err(ApiError::MissingPermission(P::PERMISSION).into());
    }
    // Whoever acts in place of the user has the permission too, and does that under their own name.
    let is_impersonation = caller.session().is_some_and(|session| session.impersonator.is_some());
    if is_impersonation && P::PERMISSION.changes_access() {
        note_denial(&caller.act(origin_of(request)), request, "impersonated", Some(P::PERMISSION)).await;
        return Err(ApiError::from(Problem::Impersonated).into());
    }
    let rest = T::from_request(request, payload).await.map_err(Into::into)?;
    Ok((Actor::new(caller, origin_of(request), P::PERMISSION), rest))
}

/// As [`Permitted`], for the access tokens of sessions alone: what no API key may do.
pub struct PermittedInSession<P, T = ()>(pub Actor, pub T, pub PhantomData<P>);

impl<P, T> FromRequest for PermittedInSession<P, T>
where
    P: RequiredPermission,
    T: FromRequest<Error: Into<Error>> + 'static,
{
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            require_session(&caller, &request, Some(P::PERMISSION)).await?;
            let (actor, rest) = admit::<P, T>(&caller, &request, &mut payload).await?;
            Ok(Self(actor, rest, PhantomData))
        })
    }
}

impl<P: RequiredPermission, T: Refuses> Refuses for PermittedInSession<P, T> {
    fn problems() -> Vec<Problem> {
        let mut problems = vec![Problem::Unauthorized, Problem::SessionRequired];
        problems.extend(Permitted::<P, T>::problems());
        problems
    }
}

/// As [`PermittedInSession`], for a user who has authenticated a short while ago (RFC 9470).
pub struct PermittedReauthenticated<P, T = ()>(pub Actor, pub T, pub PhantomData<P>);

impl<P, T> FromRequest for PermittedReauthenticated<P, T>
where
    P: RequiredPermission,
    T: FromRequest<Error: Into<Error>> + 'static,
{
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            let session = require_session(&caller, &request, Some(P::PERMISSION)).await?;
            require_fresh(&caller.act(origin_of(&request)), session, &request).await?;
            let (actor, rest) = admit::<P, T>(&caller, &request, &mut payload).await?;
            Ok(Self(actor, rest, PhantomData))
        })
    }
}

impl<P, T: Refuses> Refuses for PermittedReauthenticated<P, T> {
    fn problems() -> Vec<Problem> {
        let mut problems = vec![Problem::Unauthorized, Problem::SessionRequired, Problem::MissingPermission];
        problems.extend(T::problems());
        problems.push(Problem::Unavailable);
        problems
    }
}
