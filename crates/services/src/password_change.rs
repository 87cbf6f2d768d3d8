use ore_domain::{Password, SessionId, StoreError, StoreExt, UserId};
use ore_security::password::Verification;

use crate::readable::or_nobody;
use crate::{HashingError, Sessions};

/// A change of the password by its user.
pub struct PasswordChange {
    /// Who changes it.
    pub user: UserId,
    /// The session in which this happens; it goes on.
    pub session: SessionId,
    /// The password as it is.
    pub current: Password,
    /// The password as it is to be.
    pub new: Password,
    /// Whether every other session of the user ends.
    pub end_other_sessions: bool,
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The current password is another.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The session of the call has ended meanwhile.
    #[error("the session has ended")]
    EndedSession,
    /// A password could not be compared or hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sessions {
    /// Changes the password of a user who knows the present one (ASVS 5.0, 6.2.3). All of it lasts or nothing.
    ///
    /// # Errors
    /// As [`ChangePasswordError`] says.
    pub async fn change_password(&self, change: PasswordChange) -> Result<(), ChangePasswordError> {
        let PasswordChange { user: id, session, current, new, end_other_sessions } = change;
        let user = or_nobody(self.store.read(move |r| r.users().find(id)).await)?;
        let stored = user.as_ref().map(|user| user.password_hash.clone()).filter(|hash| !hash.expose().is_empty());
        if !matches!(self.hasher.verify(current, stored).await?, Verification::Match { .. }) {
            return Err(ChangePasswordError::WrongPassword);
        }
        let (hash, now) = (self.hasher.hash(new).await?, self.clock.now());
        let (verified, idle_since) = (user.map(|user| user.credentials_changed_at), now - self.tokens.policy.idle);
        let changed = self.store.write(move |r| {
            let user = or_nobody(r.users().find(id))?.ok_or(ChangePasswordError::EndedSession)?;
            // Both may have changed while the passwords were hashed.
            let session_now = r.sessions().find_with_user(session)?;
            let is_valid = session_now.is_some_and(|(found, _)| found.is_valid(&user, now, idle_since));
            if !is_valid || verified != Some(user.credentials_changed_at) {
                return Err(ChangePasswordError::EndedSession);
            }
            r.users().set_password_hash(id, &hash)?.invalidate(r);
            if end_other_sessions {
                r.sessions().end_all(id, Some(session), now)?.invalidate(r);
            }
            r.sessions().outlive_credential_change(id, user.credentials_changed_at)?.invalidate(r);
            Ok(())
        });
        changed.await
    }
}
