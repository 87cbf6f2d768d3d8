use std::time::{Duration, SystemTime};

use ore_security::token::{AccessClaims, SessionClaims};

use crate::clock::unix_seconds;
use crate::{AuthenticationTooOld, MissingPermission, Permission};

/// The caller, according to a checked token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// The issuer. If there are several issuers, a user is identified by it together with `uid`.
    pub iss: String,
    /// The user's e-mail address when the token was made, or the id of a client that acts for itself. No identity of users:
    /// an address can pass to someone else.
    pub sub: String,
    /// The user's id, which users are looked up by; none of a client that acts for itself.
    pub uid: Option<i64>,
    /// The session, or the key of a client.
    pub sid: String,
    /// The client that the token was given to.
    pub client_id: String,
    /// The token's own identifier.
    pub jti: String,
    /// The permissions of the caller.
    pub scopes: Vec<String>,
    /// The roles of the user.
    pub roles: Vec<String>,
    /// How the user authenticated (RFC 8176).
    pub amr: Vec<String>,
    /// When the user authenticated, in seconds since 1970.
    pub auth_time: Option<u64>,
    /// The person who acts in place of the user (RFC 8693, section 4.1).
    pub act: Option<String>,
    /// When the token was made, in seconds since 1970.
    pub iat: u64,
    /// When the token ends, in seconds since 1970.
    pub exp: u64,
}

impl Caller {
    /// Whether the caller has this permission.
    pub fn may(&self, permission: &str) -> bool {
        self.scopes.iter().any(|scope| scope == permission)
    }

    /// Asks for a permission.
    ///
    /// # Errors
    /// [`MissingPermission`], which the faces for axum and actix-web answer with 403.
    pub fn require(&self, permission: &str) -> Result<(), MissingPermission> {
        if self.may(permission) { Ok(()) } else { Err(MissingPermission { permission: permission.to_owned() }) }
    }

    /// As [`require`](Self::require), with the permission as a type.
    ///
    /// # Errors
    /// [`MissingPermission`].
    pub fn require_permission<P: Permission>(&self) -> Result<(), MissingPermission> {
        self.require(P::NAME)
    }

    /// Asks that the user has authenticated within `max_age` before `now` (RFC 9470). A caller of whom it is not known has
    /// not, and neither has one in whose place somebody else acts.
    ///
    /// # Errors
    /// [`AuthenticationTooOld`], which the faces for axum and actix-web answer with 401.
    pub fn require_recent(&self, max_age: Duration, now: SystemTime) -> Result<(), AuthenticationTooOld> {
        let age = self.auth_time.map(|at| unix_seconds(now).saturating_sub(at));
        let is_recent = self.act.is_none() && age.is_some_and(|age| age <= max_age.as_secs());
        if is_recent { Ok(()) } else { Err(AuthenticationTooOld { max_age }) }
    }
}

impl From<AccessClaims<SessionClaims>> for Caller {
    fn from(claims: AccessClaims<SessionClaims>) -> Self {
        let session = claims.extra;
        Self {
            iss: claims.iss,
            sub: claims.sub,
            uid: claims.uid,
            sid: claims.sid,
            client_id: claims.client_id,
            jti: claims.jti,
            scopes: session.scope.split_ascii_whitespace().map(str::to_owned).collect(),
            roles: session.roles,
            amr: session.amr,
            auth_time: session.auth_time,
            act: session.act.map(|actor| actor.sub),
            iat: claims.iat,
            exp: claims.exp,
        }
    }
}
