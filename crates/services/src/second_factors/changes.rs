use ore_domain::{Factors, Repositories, StoreError, Timestamp, User};

use super::RecoveryCodes;
use crate::impersonation_grounds::end_impersonations_by;

/// Records in the transaction that adds a factor to a user, who is locked, which ones there are from now on. No device
/// skips the second factor any more, and nothing that the user does in the place of others goes on. The first one of
/// any kind comes with these recovery codes: whether it did.
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

/// Records in the transaction that removes a factor of a user, who is locked, which ones are left. No device skips the
/// second factor any more, and nothing that the user does in the place of others goes on. The recovery codes end with
/// the last one.
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

/// Takes every factor from a user, who is locked, and the recovery codes.
pub(crate) fn remove_all_factors(r: &mut dyn Repositories, user: &User, at: Timestamp) -> Result<(), StoreError> {
    r.second_factors().delete_totp(user.id, true)?;
    r.passkeys().delete_passkeys_of_user(user.id, true)?.invalidate(r);
    remove_factors(r, user, Factors::default(), at)
}

fn record(r: &mut dyn Repositories, user: &User, factors: Factors, at: Timestamp) -> Result<(), StoreError> {
    // The user may have shown less than is required from now on.
    r.second_factors().delete_totp_enrolment(user.id)?;
    r.known_sources().require_second_factor(user.id)?;
    end_impersonations_by(r, user.id, at)?;
    r.users().set_factors(user.id, factors)?.invalidate(r);
    Ok(())
}

/// Ends what was added before anybody had proven the address, when a mail proves it: perhaps a stranger made the account. Only
/// factors that were added after an earlier proof outlive it.
pub(crate) fn end_unproven_factors(r: &mut dyn Repositories, user: &User, at: Timestamp) -> Result<(), StoreError> {
    r.second_factors().delete_recovery_codes(user.id, false)?;
    let totp = user.factors.totp && !r.second_factors().delete_totp(user.id, false)?;
    r.passkeys().delete_passkeys_of_user(user.id, false)?.invalidate(r);
    let passkey = user.factors.passkey && !r.passkeys().passkeys_of_user(user.id)?.is_empty();
    remove_factors(r, user, Factors { totp, passkey }, at)
}
