use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use ore_domain::RequiredPermission;
use ore_errors::ApiError;
use ore_extract::{PageForm, Permitted, answer_idempotent_form, permit_session, require_every_permission};

use crate::page_session::PageSession;
use crate::session_proof::{FromPageSession, RecentAuthentication, WithProof};
use crate::submitted_form::FormSender;

/// A request by a user who has the permission `P`.
pub(crate) type Admin<P> = AllowedSession<Permitted<P>>;

/// As [`Admin`], by a user who authenticated recently.
pub(crate) type FreshAdmin<P> = WithProof<RecentAuthentication, Admin<P>>;

/// A request by a user who has every permission, for what else only the command line can do.
pub(crate) type Operator = AllowedSession<EveryPermission>;

/// As [`Operator`], by a user who authenticated recently.
pub(crate) type FreshOperator = WithProof<RecentAuthentication, Operator>;

/// A request by a user who has the right `R`.
pub(crate) struct AllowedSession<R> {
    page: PageSession,
    /// Who acts, for the use cases.
    pub(crate) actor: R,
}

/// Every permission.
pub(crate) struct EveryPermission;

/// A right that a user may have.
pub(crate) trait Right: Sized + 'static {
    /// Refuses a user who does not have it.
    async fn of(page: &PageSession) -> Result<Self, ApiError>;
}

impl<P: RequiredPermission> Right for Permitted<P> {
    async fn of(page: &PageSession) -> Result<Self, ApiError> {
        permit_session(&page.current, &page.request).await
    }
}

impl Right for EveryPermission {
    async fn of(page: &PageSession) -> Result<Self, ApiError> {
        require_every_permission(&page.current, &page.request).await.map(|()| Self)
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

impl<R> Deref for AllowedSession<R> {
    type Target = PageSession;

    fn deref(&self) -> &PageSession {
        &self.page
    }
}

impl<R: Right> FromPageSession for AllowedSession<R> {
    async fn of(page: PageSession) -> Result<Self, ApiError> {
        let actor = R::of(&page).await?;
        Ok(Self { page, actor })
    }
}

impl<R: Right> FromRequest for AllowedSession<R> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self::of(PageSession::extract(&request).await?).await?) })
    }
}

impl<R: Right> FormSender for AllowedSession<R> {
    fn accepts(&self, form: &PageForm) -> bool {
        self.page.accepts(form)
    }
}
