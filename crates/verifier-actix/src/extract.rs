use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_verifier::{Caller, Permission};

use crate::Rejection;
use crate::authentication::caller_of;

type Extraction<T> = Pin<Box<dyn Future<Output = Result<T, Rejection>>>>;

/// The caller of a request with a token that is accepted; any other request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated(pub Caller);

impl FromRequest for Authenticated {
    type Error = Rejection;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { caller_of(request).await.map(Self) })
    }
}

/// The caller, who has the permission `P`; others are refused with 403.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirePermission<P> {
    /// The caller.
    pub caller: Caller,
    permission: PhantomData<P>,
}

impl<P: Permission + 'static> FromRequest for RequirePermission<P> {
    type Error = Rejection;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = caller_of(request).await?;
            caller.require_permission::<P>()?;
            Ok(Self { caller, permission: PhantomData })
        })
    }
}
