use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_errors::{ApiError, Problem};
use ore_extract::{Authorized, PageForm};

use crate::fresh::{Proof, Shown, Visitor};
use crate::member::Member;
use crate::visit::Visit;

/// The sender of a form.
pub(crate) trait Sender: FromRequest<Error = Error> + 'static {
    /// Whether the form carries what this sender's has to carry.
    fn owns(&self, form: &PageForm) -> bool;
}

/// The sender of a form without a session.
impl Sender for Visit {
    fn owns(&self, _: &PageForm) -> bool {
        true
    }
}

impl Sender for Member {
    fn owns(&self, form: &PageForm) -> bool {
        self.site.is_form_token(self.current.id, form.get("form"))
    }
}

impl<P: Proof, V: Visitor + Sender> Sender for Shown<P, V> {
    fn owns(&self, form: &PageForm) -> bool {
        V::owns(self, form)
    }
}

/// A form of one of our pages, and its sender. A form in a session also has its token.
pub(crate) struct Submitted<S>(pub(crate) S, pub(crate) PageForm);

impl<S: Sender> FromRequest for Submitted<S> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let both = Authorized::<S, PageForm>::from_request(request, payload);
        Box::pin(async move {
            let Authorized(sender, form) = both.await?;
            if sender.owns(&form) { Ok(Self(sender, form)) } else { Err(ApiError::from(Problem::CrossSite).into()) }
        })
    }
}
