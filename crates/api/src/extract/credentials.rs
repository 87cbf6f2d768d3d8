use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::CanonicalEmail;
use ore_schemas::{LoginRequest, RegisterRequest, RequestBody};

use super::Body;
use crate::context::RequestContext;
use crate::error::{ApiError, Problem, Refuses};
use crate::limits::CredentialLimits;

/// A body with credentials, which may not be presented too often.
pub trait NamesAccount {
    /// The account that they are for, whether or not there is one.
    fn account(&self) -> &CanonicalEmail;
}

impl NamesAccount for RegisterRequest {
    fn account(&self) -> &CanonicalEmail {
        self.email.canonical()
    }
}

impl NamesAccount for LoginRequest {
    fn account(&self) -> &CanonicalEmail {
        self.email.canonical()
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
            let Body(body) = body.await?;
            let limits = request.app_data::<Data<CredentialLimits>>().ok_or(Problem::InternalError)?;
            let client = RequestContext::of(&request).and_then(|context| context.client);
            limits.admit(client, body.account()).await?;
            Ok(Self(body))
        })
    }
}

/// Not `RateLimited`: the document names that at every operation, where the settings have limits.
impl<T> Refuses for Credentials<T> {
    fn problems() -> Vec<Problem> {
        let mut problems = Body::<T>::problems();
        problems.push(Problem::Unavailable);
        problems
    }
}
