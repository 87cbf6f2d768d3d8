use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_errors::{ApiError, Problem};
use ore_extract::{Authorized, PageForm};

use crate::page_request::PageRequest;
use crate::page_session::PageSession;
use crate::session_proof::{FromPageSession, SessionProof, WithProof};

/// The sender of a form.
pub(crate) trait FormSender: FromRequest<Error = Error> + 'static {
    /// Whether the form has the token that forms of this sender must have.
    fn accepts(&self, form: &PageForm) -> bool;
}

/// The sender of a form without a session.
impl FormSender for PageRequest {
    fn accepts(&self, _: &PageForm) -> bool {
        true
    }
}

impl FormSender for PageSession {
    fn accepts(&self, form: &PageForm) -> bool {
        self.site.is_form_token(self.current.id, form.get("form"))
    }
}

impl<P: SessionProof, V: FromPageSession + FormSender> FormSender for WithProof<P, V> {
    fn accepts(&self, form: &PageForm) -> bool {
        V::accepts(self, form)
    }
}

/// A form of one of our pages, and its sender. A form in a session also has its token.
pub(crate) struct SubmittedForm<S>(pub(crate) S, pub(crate) PageForm);

impl<S: FormSender> FromRequest for SubmittedForm<S> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let both = Authorized::<S, PageForm>::from_request(request, payload);
        Box::pin(async move {
            let Authorized(sender, form) = both.await?;
            if sender.accepts(&form) { Ok(Self(sender, form)) } else { Err(ApiError::from(Problem::CrossSite).into()) }
        })
    }
}
