use ore_domain::{Repositories, RoleName, StoreError, Timestamp, UserId};

use crate::impersonation_grounds::end_impersonations_by;

/// Ends every session of a user, and revokes the user's tokens for other services. Returns how many sessions ended.
pub(crate) fn end_all_sessions(r: &mut dyn Repositories, user: UserId, at: Timestamp) -> Result<usize, StoreError> {
    let ended = r.sessions().end_all(user, None, at)?.invalidate(r);
    // The sessions that ended in this second are listed one by one.
    r.revocations().revoke_user(user, at.timestamp(), at)?;
    Ok(ended)
}

/// Sets the roles of a user. If one was taken away, the user's tokens are revoked for other services.
pub(crate) fn set_roles(
    r: &mut dyn Repositories,
    user: UserId,
    before: &[RoleName],
    roles: &[RoleName],
    at: Timestamp,
) -> Result<(), StoreError> {
    r.roles().set_roles_of(user, roles)?.invalidate(r);
    // A further role may require a second factor, which the impersonator may not have shown.
    if roles.iter().any(|role| !before.contains(role)) {
        end_impersonations_by(r, user, at)?;
    }
    if before.iter().any(|role| !roles.contains(role)) {
        r.revocations().revoke_user(user, second_after(at), at)?;
    }
    Ok(())
}

/// Revokes the tokens of all users with this role for other services, because the role has lost permissions.
pub(crate) fn revoke_tokens_of_role(
    r: &mut dyn Repositories,
    role: &RoleName,
    at: Timestamp,
) -> Result<(), StoreError> {
    r.revocations().revoke_holders(role, second_after(at), at)
}

/// The second before which tokens are revoked if the sessions go on. Tokens that are issued in this second, or until
/// the transaction ends, may still have the old roles.
fn second_after(at: Timestamp) -> i64 {
    at.timestamp() + 2
}
