use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    Amr, AuditAction, AuditOrigin, Impersonation, NewSession, Permission, Repositories, Rotation, Session, SessionId,
    SessionOrigin, StoreError, StoreExt, Timestamp, TokenHash, User, UserId,
};
use ore_security::random::random_bytes;
use ore_security::token::AccessToken;

use crate::administration::{find, require};
use crate::audit::Act;
use crate::authentication::caller;
use crate::impersonation_grounds::{end_impersonations_by, impersonator_of};
use crate::readable::or_nobody;
use crate::session_tokens::UserClaims;
use crate::{AdministrationError, AuthenticateError, Authentication, Caller, OpenSessionError, Sessions};

/// How long somebody acts as another user before they have to say again why.
pub const IMPERSONATION_LIFETIME: Duration = Duration::from_mins(15);

/// An impersonation that has just begun. It has no refresh token.
#[derive(Debug)]
pub struct StartedImpersonation {
    /// The session.
    pub session: SessionId,
    /// The access token, which speaks for the other user.
    pub access_token: AccessToken,
    /// How long the access token is valid.
    pub expires_in: Duration,
}

impl Sessions {
    /// Whether the caller may act as this user at all. A refusal is written to the audit log.
    ///
    /// # Errors
    /// As [`Sessions::impersonate`].
    pub async fn may_impersonate(&self, user: UserId, origin: &AuditOrigin) -> Result<(), AdministrationError> {
        let act = Act::new(AuditAction::ImpersonateUser, origin).about_user(user);
        let answer = self.could_impersonate(user, origin).await;
        self.audit.record(&act, answer, self.clock.now()).await
    }

    /// As [`Sessions::may_impersonate`], before the caller has tried to: nothing is written to the audit log.
    ///
    /// # Errors
    /// As [`Sessions::impersonate`].
    pub async fn could_impersonate(&self, user: UserId, origin: &AuditOrigin) -> Result<(), AdministrationError> {
        let now = self.clock.now();
        let (own, idle_since) = (origin.session_id, now - self.tokens.policy.idle);
        self.store.read(move |r| find_both(r, own, user, now, idle_since).map(drop)).await
    }

    /// Opens a session of a user for an impersonator who has a session of their own. It is valid while the
    /// impersonation is allowed, and ends an earlier one of the same impersonator.
    ///
    /// # Errors
    /// [`AdministrationError::EndedSession`], [`AdministrationError::MissingPermission`] for who may not, or lacks what
    /// the user may do, [`AdministrationError::NotFound`], [`AdministrationError::NotImpersonable`]; and where the
    /// service is at fault.
    pub async fn impersonate(
        &self,
        user: UserId,
        reason: &str,
        origin: &AuditOrigin,
    ) -> Result<StartedImpersonation, AdministrationError> {
        let now = self.clock.now();
        let (own, idle_since) = (origin.session_id, now - self.tokens.policy.idle);
        let (id, token_hash) = (SessionId::from_random_bytes(random_bytes()?), TokenHash(random_bytes()?));
        let act = Act::new(AuditAction::ImpersonateUser, origin).about_user(user);
        let act = act.with_details(serde_json::json!({ "reason": reason }));
        let done = act.clone().with_details(serde_json::json!({ "reason": reason, "session": id.to_string() }));
        let started = self.store.write(move |r| {
            let (_, impersonator) = find_own(r, own)?;
            lock_roles(r, [impersonator.id, user])?;
            let (own, impersonator, user) = find_both(r, own, user, now, idle_since)?;
            let session = Session {
                id,
                user_id: user.id,
                // From where others act is not told to the user.
                origin: SessionOrigin::default(),
                amr: Amr::NONE,
                authenticated_at: Timestamp::UNIX_EPOCH,
                created_at: now,
                last_used_at: now,
                expires_at: now + IMPERSONATION_LIFETIME,
                ended_at: None,
                credentials_changed_at: user.credentials_changed_at,
                rotation: Rotation::first(now),
                impersonation: Some(Impersonation { impersonator: impersonator.id, session: own.id }),
            };
            // One at a time, so that a change of what users may do has few of them to look at.
            end_impersonations_by(r, impersonator.id, now)?;
            // Nobody has a token of this hash.
            let new = NewSession { session, token_hash };
            r.sessions().open(&new)?;
            done.succeed(r, now)?;
            Ok::<_, AdministrationError>((new.session, impersonator, user))
        });
        let (session, impersonator, user) = self.audit.record(&act, started.await, now).await?;
        let (user_claims, expires_in) = (UserClaims::from(&user), IMPERSONATION_LIFETIME);
        let token = self.tokens.make_impersonation(&session, user_claims, &impersonator, expires_in);
        let access_token = token.map_err(OpenSessionError::from)?;
        Ok(StartedImpersonation { session: id, access_token, expires_in })
    }
}

impl Authentication {
    /// Never from a cache: it depends on two sessions and two users, and is asked for seldom.
    pub(crate) async fn find_impersonation(
        &self,
        user: UserId,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Caller, AuthenticateError> {
        let (idle_since, policy) = (now - self.idle, self.policy.clone());
        let found = self.store.read(move |r| {
            let found = or_nobody(r.sessions().find_with_user(id))?;
            let Some((session, owner)) =
                found.filter(|(session, owner)| owner.id == user && session.is_live(owner, now, idle_since))
            else {
                return Ok::<_, StoreError>(None);
            };
            let Some(impersonation) = session.impersonation else { return Ok(None) };
            let impersonator = impersonator_of(r, impersonation, &owner, now, idle_since, &policy)?;
            Ok(impersonator.map(|impersonator| (session, owner, impersonator.id)))
        });
        let (session, user, impersonator) = found.await?.ok_or(AuthenticateError::EndedSession(user))?;
        self.record_use(&session, session.rotation.generation, now).await;
        Ok(caller(&session, Arc::new(user), Some(impersonator)))
    }
}

fn find_own(r: &mut dyn Repositories, own: Option<SessionId>) -> Result<(Session, User), AdministrationError> {
    let own = own.ok_or(AdministrationError::SessionRequired)?;
    or_nobody(r.sessions().find_with_user(own))?.ok_or(AdministrationError::EndedSession)
}

/// The session of the call, who acts in it, and the user as whom they may act.
fn find_both(
    r: &mut dyn Repositories,
    own: Option<SessionId>,
    user: UserId,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<(Session, User, User), AdministrationError> {
    let (own, impersonator) = find_own(r, own)?;
    if !own.is_valid(&impersonator, now, idle_since) {
        return Err(AdministrationError::EndedSession);
    }
    let may = impersonator.roles.permissions();
    require(may, [Permission::UsersImpersonate].into_iter().collect())?;
    let user = find(r, user)?;
    require(may, user.roles.permissions())?;
    if user.id == impersonator.id || !user.is_active {
        return Err(AdministrationError::NotImpersonable);
    }
    Ok((own, impersonator, user))
}

/// Locks the roles of these users, so that every change of what they may do comes before the transaction or after it.
/// One that comes after it finds the impersonation.
fn lock_roles(r: &mut dyn Repositories, mut users: [UserId; 2]) -> Result<(), StoreError> {
    users.sort_unstable();
    let mut roles = Vec::new();
    for id in users {
        let user = or_nobody(r.users().find(id))?;
        roles.extend(user.into_iter().flat_map(|user| user.roles.names().to_vec()));
    }
    roles.sort_unstable();
    roles.dedup();
    roles.iter().try_for_each(|role| r.roles().find_role(role).map(drop))
}
