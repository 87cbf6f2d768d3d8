use std::time::Duration;

use ore_domain::{PendingLogIn, Repositories, StoreError, Timestamp, TokenHash, User, UserId};
use ore_security::opaque_token::OpaqueToken;
use strum::IntoStaticStr;

use crate::readable::or_nobody;
use crate::session_tokens::hash_of;

/// How long a log-in waits for its second factor.
pub const PENDING_LOG_IN_LIFETIME: Duration = Duration::from_mins(5);

/// The password was right, and the user has a second factor to show.
#[derive(Debug)]
pub struct SecondFactorRequired {
    /// The user who logs in.
    pub user: UserId,
    /// Stands for the log-in.
    pub token: OpaqueToken,
    /// The possible second factors.
    pub methods: Vec<SecondFactorMethod>,
}

/// A kind of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SecondFactorMethod {
    /// A code that depends on the time.
    Totp,
    /// A passkey.
    Passkey,
    /// A recovery code.
    RecoveryCode,
}

impl SecondFactorMethod {
    /// The name in answers.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A user with a second factor, as they were when the password was compared, and the device that they log in with.
#[derive(Clone)]
pub(crate) struct CheckedUser {
    pub(crate) user: UserId,
    pub(crate) credentials_changed_at: Option<Timestamp>,
    pub(crate) device: Option<TokenHash>,
}

/// Makes a log-in wait for the second factor, and returns the methods that the user has; `None` when the user or the
/// device needs none, or the user has changed meanwhile.
pub(crate) fn start_pending_log_in(
    r: &mut dyn Repositories,
    expected: &CheckedUser,
    token: &OpaqueToken,
    now: Timestamp,
) -> Result<Option<Vec<SecondFactorMethod>>, StoreError> {
    let Some(user) = or_nobody(r.users().find(expected.user))? else { return Ok(None) };
    let is_same = user.is_active && user.credentials_changed_at == expected.credentials_changed_at;
    if !is_same || !needs_second_factor(r, &user, expected.device, now)? {
        return Ok(None);
    }
    r.second_factors().insert_pending_log_in(&PendingLogIn {
        token_hash: hash_of(token),
        user: user.id,
        device: expected.device,
        created_at: now,
        expires_at: now + PENDING_LOG_IN_LIFETIME,
        credentials_changed_at: user.credentials_changed_at,
    })?;
    let has_recovery_code = r.second_factors().count_recovery_codes(user.id)? > 0;
    let methods = [
        (user.factors.totp, SecondFactorMethod::Totp),
        (user.factors.passkey, SecondFactorMethod::Passkey),
        (has_recovery_code, SecondFactorMethod::RecoveryCode),
    ];
    Ok(Some(methods.into_iter().filter_map(|(has, method)| has.then_some(method)).collect()))
}

fn needs_second_factor(
    r: &mut dyn Repositories,
    user: &User,
    device: Option<TokenHash>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if !user.factors.has_second_factor() {
        return Ok(false);
    }
    let skips = device.map(|device| r.known_sources().skips_second_factor(user, device, now)).transpose()?;
    Ok(!skips.unwrap_or_default())
}
