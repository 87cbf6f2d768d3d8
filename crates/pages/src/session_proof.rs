use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_errors::ApiError;
use ore_extract::{require_fresh_session, require_shown_factor};

use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::return_path::reauthenticate_path;

/// A request in a session that has the proof `P`. Without it the browser is redirected to the page where the user gives
/// it, before anything else is checked.
pub(crate) struct WithProof<P, V = PageSession>(V, PhantomData<P>);

/// A request by a user who authenticated recently (RFC 9470).
pub(crate) type FreshSession = WithProof<RecentAuthentication>;

/// A request in a session that was opened with the user's second factor, if there is one.
pub(crate) type SessionWithFactor = WithProof<SecondFactor>;

/// The user authenticated a short while ago. An impersonator cannot do that.
pub(crate) struct RecentAuthentication;

/// The user has shown the second factor, if they have one.
pub(crate) struct SecondFactor;

/// What a session has to prove.
pub(crate) trait SessionProof: 'static {
    /// Refuses a session without the proof.
    async fn require(page: &PageSession) -> Result<(), ApiError>;
}

impl SessionProof for RecentAuthentication {
    async fn require(page: &PageSession) -> Result<(), ApiError> {
        page.current.require_own(&page.request).await?;
        require_fresh_session(&page.current, &page.request).await
    }
}

impl SessionProof for SecondFactor {
    async fn require(page: &PageSession) -> Result<(), ApiError> {
        require_shown_factor(&page.current, &page.request)
    }
}

/// A request that is made of one by a user who is signed in.
pub(crate) trait FromPageSession: Sized + 'static {
    /// Refuses users who may not make it.
    async fn of(page: PageSession) -> Result<Self, ApiError>;
}

impl FromPageSession for PageSession {
    async fn of(page: PageSession) -> Result<Self, ApiError> {
        Ok(page)
    }
}

impl<P, V> Deref for WithProof<P, V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0
    }
}

impl<P: SessionProof, V: FromPageSession> FromRequest for WithProof<P, V> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let page = PageSession::extract(&request).await?;
            match P::require(&page).await {
                Ok(()) => Ok(Self(V::of(page).await?, PhantomData)),
                Err(error) => Err(redirect_to_proof(error, &request)),
            }
        })
    }
}

/// A redirect to the page where the user authenticates, if that is what is missing.
fn redirect_to_proof(error: ApiError, request: &HttpRequest) -> Error {
    if !matches!(error, ApiError::ReauthenticationRequired { .. }) {
        return error.into();
    }
    let response = see_other(&reauthenticate_path(request));
    InternalError::from_response("the user has to authenticate again", response).into()
}
