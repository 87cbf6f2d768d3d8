use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use ore_domain::RequiredPermission;
use ore_errors::ApiError;
use ore_extract::{PageForm, Permitted, answer_idempotent_form, permit_session, require_every_permission};

use crate::fresh::{Identity, Shown, Visitor};
use crate::member::Member;
use crate::submitted::Sender;

/// A visit by somebody who has the permission `P`.
pub(crate) type Admin<P> = Allowed<Permitted<P>>;

/// As [`Admin`], of somebody who has shown a short while ago who they are.
pub(crate) type FreshAdmin<P> = Shown<Identity, Admin<P>>;

/// A visit by somebody who may do everything: for what only the command line does elsewhere.
pub(crate) type Operator = Allowed<Everything>;

/// As [`Operator`], of somebody who has shown a short while ago who they are.
pub(crate) type FreshOperator = Shown<Identity, Operator>;

/// A visit by somebody who has the right `R`.
pub(crate) struct Allowed<R> {
    member: Member,
    /// Who acts, for the use cases.
    pub(crate) actor: R,
}

/// Every permission.
pub(crate) struct Everything;

/// What somebody may do.
pub(crate) trait Right: Sized + 'static {
    /// That of a user who has it.
    async fn of(member: &Member) -> Result<Self, ApiError>;
}

impl<P: RequiredPermission> Right for Permitted<P> {
    async fn of(member: &Member) -> Result<Self, ApiError> {
        permit_session(&member.current, &member.request).await
    }
}

impl Right for Everything {
    async fn of(member: &Member) -> Result<Self, ApiError> {
        require_every_permission(&member.current, &member.request).await.map(|()| Self)
    }
}

impl<P> Admin<P> {
    /// The answer of `make`, or the one that the same form of this caller got before.
    pub(crate) async fn answer_idempotently<F>(
        &self,
        form: &PageForm,
        make: impl FnOnce() -> F,
    ) -> Result<HttpResponse, ApiError>
    where
        F: Future<Output = Result<HttpResponse, ApiError>>,
    {
        answer_idempotent_form(form, &self.request, &self.services, &self.actor.origin, make).await
    }
}

impl<R> Deref for Allowed<R> {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.member
    }
}

impl<R: Right> Visitor for Allowed<R> {
    async fn of(member: Member) -> Result<Self, ApiError> {
        let actor = R::of(&member).await?;
        Ok(Self { member, actor })
    }
}

impl<R: Right> FromRequest for Allowed<R> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self::of(Member::extract(&request).await?).await?) })
    }
}

impl<R: Right> Sender for Allowed<R> {
    fn owns(&self, form: &PageForm) -> bool {
        self.member.owns(form)
    }
}
