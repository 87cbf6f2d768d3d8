use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_web::context::RequestContext;

use super::{ClientCredentials, Form};

/// A call of OAuth: its parameters, and the credentials of the client, which are not checked yet.
pub struct OAuthCall {
    /// The parameters.
    pub form: Form,
    /// The credentials of the client.
    pub credentials: ClientCredentials,
}

impl FromRequest for OAuthCall {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let context = RequestContext::of(&request).ok_or(Problem::InternalError)?;
            context.identity.record_credentials();
            let form = Form::read(&request, payload).await?;
            let credentials = ClientCredentials::of(&request, &form)?;
            Ok(Self { form, credentials })
        })
    }
}

impl DeclaresProblems for OAuthCall {
    fn problems() -> Vec<Problem> {
        vec![
            Problem::UnsupportedMediaType,
            Problem::PayloadTooLarge,
            Problem::RequestTimeout,
            Problem::BadRequest,
            Problem::Unauthorized,
            Problem::Unavailable,
        ]
    }
}
