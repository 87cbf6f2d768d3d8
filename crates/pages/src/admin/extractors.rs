use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use ore_domain::{PermissionSet, RequiredPermission};
use ore_web::extract::{PageForm, Permitted, permit_session, require_every_permission};

use crate::fresh::Fresh;
use crate::member::Member;
use crate::submitted::Sender;

/// A visit by a user with the permission `P`.
pub(crate) struct Admin<P> {
    member: Member,
    /// The actor, for the use cases.
    pub(crate) by: Permitted<P>,
}

impl<P: RequiredPermission> Admin<P> {
    async fn of(member: Member) -> Result<Self, Error> {
        let by = permit_session(&member.current, &member.request).await?;
        Ok(Self { member, by })
    }
}

impl<P> Deref for Admin<P> {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.member
    }
}

impl<P: RequiredPermission> FromRequest for Admin<P> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(Member::extract(&request).await?).await })
    }
}

impl<P: RequiredPermission> Sender for Admin<P> {
    fn owns(&self, form: &PageForm) -> bool {
        self.member.owns(form)
    }
}

/// As [`Admin`], of somebody who has shown a short while ago who they are.
pub(crate) struct FreshAdmin<P>(Admin<P>);

impl<P> Deref for FreshAdmin<P> {
    type Target = Admin<P>;

    fn deref(&self) -> &Admin<P> {
        &self.0
    }
}

impl<P: RequiredPermission> FromRequest for FreshAdmin<P> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(Admin::of(Fresh::extract(&request).await?.into_member()).await?)) })
    }
}

impl<P: RequiredPermission> Sender for FreshAdmin<P> {
    fn owns(&self, form: &PageForm) -> bool {
        self.0.owns(form)
    }
}

/// A visit by a user with all permissions: for acts that otherwise only the command line can do.
pub(crate) struct Operator(Member);

impl Operator {
    async fn of(member: Member) -> Result<Self, Error> {
        require_every_permission(&member.current, &member.request).await?;
        Ok(Self(member))
    }
}

impl Deref for Operator {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl FromRequest for Operator {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(Member::extract(&request).await?).await })
    }
}

impl Sender for Operator {
    fn owns(&self, form: &PageForm) -> bool {
        self.0.owns(form)
    }
}

/// As [`Operator`], of somebody who has shown a short while ago who they are.
pub(crate) struct FreshOperator(Operator);

impl Deref for FreshOperator {
    type Target = Operator;

    fn deref(&self) -> &Operator {
        &self.0
    }
}

impl FromRequest for FreshOperator {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(Operator::of(Fresh::extract(&request).await?.into_member()).await?)) })
    }
}

impl Sender for FreshOperator {
    fn owns(&self, form: &PageForm) -> bool {
        self.0.owns(form)
    }
}

impl Member {
    /// The permissions of the user.
    pub(crate) fn may(&self) -> PermissionSet {
        self.surroundings.may
    }
}
