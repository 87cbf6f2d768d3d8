use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_errors::ApiError;
use ore_extract::{require_fresh_session, require_shown_factor};

use crate::member::Member;
use crate::return_path::reauthenticate_path;
use crate::visit::see_other;

/// A visit by somebody who has shown what `P` asks for; others are led to where they do, before anything else is asked of them.
pub(crate) struct Shown<P, V = Member>(V, PhantomData<P>);

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

/// Who visits a page, of somebody who is signed in.
pub(crate) trait Visitor: Sized + 'static {
    /// That of a user who may visit it.
    async fn of(member: Member) -> Result<Self, ApiError>;
}

impl Visitor for Member {
    async fn of(member: Member) -> Result<Self, ApiError> {
        Ok(member)
    }
}

impl<P, V> Deref for Shown<P, V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0
    }
}

impl<P: Proof, V: Visitor> FromRequest for Shown<P, V> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let member = Member::extract(&request).await?;
            match P::require(&member).await {
                Ok(()) => Ok(Self(V::of(member).await?, PhantomData)),
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
