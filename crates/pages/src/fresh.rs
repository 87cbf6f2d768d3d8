use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_web::error::ApiError;
use ore_web::extract::{require_fresh_session, require_shown_factor};

use crate::member::Member;
use crate::return_path::reauthenticate_path;
use crate::visit::see_other;

/// A visit with the proof `P`. Other users are redirected to the page where they give it.
pub(crate) struct Shown<P>(Member, PhantomData<P>);

/// A visit by a user who authenticated recently (RFC 9470).
pub(crate) type Fresh = Shown<Identity>;

/// A visit in a session that was opened with the user's second factor, if there is one.
pub(crate) type Proven = Shown<SecondFactor>;

/// Who the user is, a short while ago. Whoever acts in place of the user cannot show to be them.
pub(crate) struct Identity;

/// The second factor, where the user has one.
pub(crate) struct SecondFactor;

/// What a session has to have shown.
pub(crate) trait Proof: 'static {
    /// Refuses a session that has not.
    async fn require(member: &Member) -> Result<(), ApiError>;
}

impl Proof for Identity {
    async fn require(member: &Member) -> Result<(), ApiError> {
        member.current.require_own(&member.request).await?;
        require_fresh_session(&member.current, &member.request).await
    }
}

impl Proof for SecondFactor {
    async fn require(member: &Member) -> Result<(), ApiError> {
        require_shown_factor(&member.current, &member.request)
    }
}

impl<P> Shown<P> {
    /// The same, of whom it is known now.
    pub(crate) fn into_member(self) -> Member {
        self.0
    }
}

impl<P> Deref for Shown<P> {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl<P: Proof> FromRequest for Shown<P> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let member = Member::extract(&request).await?;
            match P::require(&member).await {
                Ok(()) => Ok(Self(member, PhantomData)),
                Err(error) => Err(leading(error, &request)),
            }
        })
    }
}

/// To where the user shows who they are, if that is what is missing.
fn leading(error: ApiError, request: &HttpRequest) -> Error {
    if !matches!(error, ApiError::ReauthenticationRequired { .. }) {
        return error.into();
    }
    let response = see_other(&reauthenticate_path(request));
    InternalError::from_response("the user has to authenticate again", response).into()
}
