use ore_domain::{Repositories, RoleName, StoreError, Timestamp, UserId};

use crate::impersonation_grounds::end_impersonations_by;

/// Ends every session of a user, and tells others that no token of before is valid; how many there were.
pub(crate) fn end_everything(r: &mut dyn Repositories, user: UserId, at: Timestamp) -> Result<usize, StoreError> {
    let ended = r.sessions().end_all(user, None, at)?.invalidate(r);
    // The sessions that ended in this second are listed one by one.
    r.revocations().revoke_user(user, at.timestamp(), at)?;
    Ok(ended)
}

/// Gives a user these roles, and tells others if one was taken away.
pub(crate) fn set_roles(
    r: &mut dyn Repositories,
    user: UserId,
    before: &[RoleName],
    roles: &[RoleName],
    at: Timestamp,
) -> Result<(), StoreError> {
    r.roles().set_roles_of(user, roles)?.invalidate(r);
    // Who has a role more may have to show a second factor for it.
    if roles.iter().any(|role| !before.contains(role)) {
        end_impersonations_by(r, user, at)?;
    }
    if before.iter().any(|role| !roles.contains(role)) {
        r.revocations().revoke_user(user, second_after(at), at)?;
    }
    Ok(())
}

/// Tells others that who has this role may do less than their tokens say.
pub(crate) fn withdraw(r: &mut dyn Repositories, role: &RoleName, at: Timestamp) -> Result<(), StoreError> {
    r.revocations().revoke_holders(role, second_after(at), at)
}

/// A session goes on, and tokens of this very second may say too much, as those may that are made until the transaction ends.
fn second_after(at: Timestamp) -> i64 {
    at.timestamp() + 2
}
