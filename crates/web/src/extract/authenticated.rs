use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_domain::User;

use super::CurrentUser;
use crate::error::{Problem, Refuses};

/// As [`CurrentUser`], together with what else the handler needs, which is looked at once the user is known: strangers
/// learn nothing of what a request should look like, and no body of theirs is read.
pub struct Authenticated<T>(pub Arc<User>, pub T);

impl<T: FromRequest<Error: Into<Error>> + 'static> FromRequest for Authenticated<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let CurrentUser(user) = CurrentUser::from_request(&request, &mut Payload::None).await?;
            let rest = T::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self(user, rest))
        })
    }
}

impl<T: Refuses> Refuses for Authenticated<T> {
    fn problems() -> Vec<Problem> {
        <(CurrentUser, T)>::problems()
    }
}
