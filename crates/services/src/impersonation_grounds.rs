use ore_domain::{Impersonation, Permission, Repositories, StoreError, Timestamp, User, UserId};

use crate::SecondFactorPolicy;
use crate::readable::or_nobody;

/// Who acts in an impersonation of this user, if what that stands on is still there: their session, every right, and a second
/// factor where they must have one.
pub(crate) fn impersonator_of(
    r: &mut dyn Repositories,
    impersonation: Impersonation,
    user: &User,
    now: Timestamp,
    idle_since: Timestamp,
    policy: &SecondFactorPolicy,
) -> Result<Option<User>, StoreError> {
    let found = or_nobody(r.sessions().find_with_user(impersonation.session))?;
    let found = found.filter(|(session, impersonator)| {
        let may = impersonator.roles.permissions();
        impersonator.id == impersonation.impersonator
            && session.is_valid(impersonator, now, idle_since)
            && !policy.awaits_enrolment(impersonator)
            && may.contains(Permission::UsersImpersonate)
            && may.missing_of(user.roles.permissions()).is_none()
    });
    Ok(found.map(|(_, impersonator)| impersonator))
}

/// Ends every impersonation by a user, for good.
pub(crate) fn end_impersonations_by(r: &mut dyn Repositories, user: UserId, now: Timestamp) -> Result<(), StoreError> {
    for id in r.sessions().impersonations(Some(user), now)? {
        r.sessions().end(id, now)?.invalidate(r);
    }
    Ok(())
}

/// Ends the impersonations that their impersonator may no longer begin. A right that is granted again does not bring
/// them back. Called at every change of what users may do.
pub(crate) fn end_void_impersonations(r: &mut dyn Repositories, now: Timestamp) -> Result<(), StoreError> {
    for id in r.sessions().impersonations(None, now)? {
        let Some((session, user)) = or_nobody(r.sessions().find_with_user(id))? else { continue };
        let Some(impersonation) = session.impersonation else { continue };
        // Whether the session of the impersonator was idle for too long, and who must have a second factor, is looked at where the
        // token is.
        let policy = SecondFactorPolicy::default();
        if impersonator_of(r, impersonation, &user, now, Timestamp::MIN_UTC, &policy)?.is_none() {
            r.sessions().end(id, now)?.invalidate(r);
        }
    }
    Ok(())
}
