use ore_domain::{Factors, Repositories, StoreError, Timestamp, User};

use super::RecoveryCodes;
use crate::impersonation_grounds::end_impersonations_by;

/// Stores the factors of a user, in the transaction that adds one. The row of the user is locked. Remembered devices
/// need the second factor again, and impersonations by the user end. If this is the first factor, stores the recovery
/// codes too, and returns true.
pub(crate) fn add_factors(
    r: &mut dyn Repositories,
    user: &User,
    factors: Factors,
    codes: &RecoveryCodes,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let is_first = !user.factors.has_second_factor();
    if is_first {
        r.second_factors().replace_recovery_codes(user.id, &codes.hashes(), user.email_verified, at)?;
    }
    record(r, user, factors, at)?;
    Ok(is_first)
}

/// Stores the factors that a user has left, in the transaction that removes one. The row of the user is locked.
/// Remembered devices need the second factor again, and impersonations by the user end. Without a factor left, the
/// recovery codes are deleted.
pub(crate) fn remove_factors(
    r: &mut dyn Repositories,
    user: &User,
    left: Factors,
    at: Timestamp,
) -> Result<(), StoreError> {
    if !left.has_second_factor() {
        r.second_factors().delete_recovery_codes(user.id, true)?;
    }
    record(r, user, left, at)
}

/// Removes every factor of a user, whose row is locked, and the recovery codes.
pub(crate) fn remove_all_factors(r: &mut dyn Repositories, user: &User, at: Timestamp) -> Result<(), StoreError> {
    r.second_factors().delete_totp(user.id, true)?;
    r.passkeys().delete_passkeys_of_user(user.id, true)?.invalidate(r);
    remove_factors(r, user, Factors::default(), at)
}

fn record(r: &mut dyn Repositories, user: &User, factors: Factors, at: Timestamp) -> Result<(), StoreError> {
    // The session that began the enrolment may lack a factor that is required from now on.
    r.second_factors().delete_totp_enrolment(user.id)?;
    r.known_sources().require_second_factor(user.id)?;
    end_impersonations_by(r, user.id, at)?;
    r.users().set_factors(user.id, factors)?.invalidate(r);
    Ok(())
}

/// Removes the factors that were added while the address was not verified. Called when a mail verifies it: a stranger
/// may have created the account and added them. Factors that were added after an earlier verification stay.
pub(crate) fn end_unproven_factors(r: &mut dyn Repositories, user: &User, at: Timestamp) -> Result<(), StoreError> {
    r.second_factors().delete_recovery_codes(user.id, false)?;
    let totp = user.factors.totp && !r.second_factors().delete_totp(user.id, false)?;
    r.passkeys().delete_passkeys_of_user(user.id, false)?.invalidate(r);
    let passkey = user.factors.passkey && !r.passkeys().passkeys_of_user(user.id)?.is_empty();
    remove_factors(r, user, Factors { totp, passkey }, at)
}
