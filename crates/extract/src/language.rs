use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::Locale;
use ore_errors::{ApiError, Problem};
use ore_web::context::RequestContext;

/// The language of the request, which mails to users have who chose none.
pub struct Language(pub Locale);

impl FromRequest for Language {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let context = RequestContext::of(request).ok_or(Problem::InternalError.into());
        ready(context.map(|context| Self(context.locale)))
    }
}
