use ore_domain::{Amr, Repositories, StoreError, Timestamp, TokenHash, TotpCode, User};
use ore_security::recovery_code::RecoveryCode;
use ore_security::sealing::SealingError;
use zeroize::Zeroizing;

use crate::passkey_proof::VerifiedPasskey;
use crate::{PasskeyProof, TotpKeys};

/// The proof of a second factor.
#[derive(Clone)]
pub enum SecondFactorProof {
    /// A code that depends on the time.
    Code(TotpCode),
    /// A recovery code, as it was typed.
    RecoveryCode(Zeroizing<String>),
    /// A passkey of the user.
    Passkey(Box<PasskeyProof>),
}

/// Why nobody knows whether a proof is right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProofError {
    #[error(transparent)]
    Sealing(#[from] SealingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SecondFactorProof {
    /// How the user has authenticated who shows this after the password.
    pub(crate) const fn amr(&self) -> Amr {
        match self {
            Self::Code(_) | Self::RecoveryCode(_) => Amr::PASSWORD_AND_CODE,
            Self::Passkey(_) => Amr::PASSWORD_AND_PASSKEY,
        }
    }

    /// Whether it is right, and then it is used up. The user is locked, and what they show of a passkey was judged before.
    pub(crate) fn accept(
        &self,
        r: &mut dyn Repositories,
        user: &User,
        shown: Option<&VerifiedPasskey>,
        keys: &TotpKeys,
        now: Timestamp,
    ) -> Result<bool, ProofError> {
        match self {
            Self::Code(code) => accept_code(r, user, code, keys, now),
            Self::RecoveryCode(text) => accept_recovery_code(r, user, text),
            Self::Passkey(_) => Ok(shown.map_or(Ok(false), |shown| shown.record(r))?),
        }
    }

    /// The name in the audit log.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Code(_) => "totp",
            Self::RecoveryCode(_) => "recovery_code",
            Self::Passkey(_) => "passkey",
        }
    }
}

/// Whether this is a code of the user that nobody has shown before. It is accepted once on all replicas: the store decides.
pub(crate) fn accept_code(
    r: &mut dyn Repositories,
    user: &User,
    code: &TotpCode,
    keys: &TotpKeys,
    now: Timestamp,
) -> Result<bool, ProofError> {
    let Some(factor) = r.second_factors().find_totp(user.id)? else { return Ok(false) };
    let secret = keys.open(user.id, &factor.sealed)?;
    let step = secret.matching_step(code.expose(), now.timestamp(), Some(factor.last_step));
    Ok(step.map_or(Ok(false), |step| r.second_factors().accept_totp_step(user.id, step))?)
}

fn accept_recovery_code(r: &mut dyn Repositories, user: &User, text: &str) -> Result<bool, ProofError> {
    let Ok(code) = RecoveryCode::parse(text) else { return Ok(false) };
    Ok(r.second_factors().spend_recovery_code(user.id, TokenHash(code.digest()))?)
}
