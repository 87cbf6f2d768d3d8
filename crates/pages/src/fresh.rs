use std::future::Future;
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

/// A visit by somebody who has shown a short while ago who they are (RFC 9470); others are led to where they do.
pub(crate) struct Fresh(Member);

impl Fresh {
    /// The same, of whom it is known now.
    pub(crate) fn into_member(self) -> Member {
        self.0
    }
}

impl Deref for Fresh {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl FromRequest for Fresh {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let member = Member::extract(&request).await?;
            // Whoever acts in place of the user cannot show to be them.
            member.current.require_own(&request).await?;
            match require_fresh_session(&member.current, &request).await {
                Ok(()) => Ok(Self(member)),
                Err(error) => Err(leading(error, &request)),
            }
        })
    }
}

/// A visit by somebody whose session has the second factor that they have; others are led to where they show it.
pub(crate) struct Proven(Member);

impl Deref for Proven {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl FromRequest for Proven {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let member = Member::extract(&request).await?;
            match require_shown_factor(&member.current, &request) {
                Ok(()) => Ok(Self(member)),
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
