use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_domain::RequiredPermission;
use ore_services::Actor;

use super::current_user::authenticate;
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
            if !caller.permissions.contains(P::PERMISSION) {
                return Err(ApiError::MissingPermission(P::PERMISSION).into());
            }
            let rest = T::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self(Actor::new(&caller, origin_of(&request), P::PERMISSION), rest, PhantomData))
        })
    }
}

impl<P, T: Refuses> Refuses for Permitted<P, T> {
    fn problems() -> Vec<Problem> {
        let mut problems = vec![Problem::Unauthorized, Problem::MissingPermission];
        problems.extend(T::problems());
        problems.push(Problem::Unavailable);
        problems
    }
}
