use std::{fmt, sync::Arc};

use argon2::{Algorithm, Argon2, Version, password_hash::phc::Output};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    EncodedHash, HashError, HashMemory, HashObserver, HashParameters,
    argon2_hash::{Argon2Hash, HASH_BYTES, SALT_BYTES},
    normalization::NormalizedPassword,
    stored_hash::StoredHash,
};
use crate::random::random_bytes;

/// The longest password that is hashed, in bytes of UTF-8 as typed. Longer ones are refused, never truncated.
pub const MAXIMUM_PASSWORD_BYTES: usize = 1024;

/// The result of checking a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Verification {
    /// The password is the right one.
    Match {
        /// The stored hash is weaker than one made now would be; store a new [`Argon2Hasher::hash`].
        needs_renewal: bool,
    },
    /// The password is not the right one, or there was no hash to compare it with.
    Mismatch,
    /// No password can match: the stored hash is malformed or asks for too much. A hash of the current parameters was
    /// computed in its place.
    UnusableHash(HashError),
}

/// Makes and checks Argon2id password hashes (RFC 9106, version 0x13, 16-byte salt, 32-byte hash).
///
/// Each call computes on the calling thread and takes as long as the parameters ask for: tens to hundreds of
/// milliseconds. Passwords are hashed in Unicode Normalization Form C (NIST SP 800-63B-4, section 3.1.1.2), so that it
/// does not matter on which keyboard they were typed.
#[derive(Clone)]
pub struct Argon2Hasher {
    parameters: HashParameters,
    dummy: EncodedHash,
    observer: Option<Arc<dyn HashObserver>>,
}

impl Argon2Hasher {
    /// Returns a hasher whose new hashes cost `parameters`. Computes nothing yet.
    pub fn new(parameters: HashParameters) -> Self {
        let dummy = EncodedHash::new(&parameters, &[0; SALT_BYTES], &[0; HASH_BYTES]);
        Self { parameters, dummy, observer: None }
    }

    /// Tells `observer` of every computation from now on.
    #[must_use]
    pub fn with_observer(self, observer: Arc<dyn HashObserver>) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// The cost of new hashes.
    pub const fn parameters(&self) -> &HashParameters {
        &self.parameters
    }

    /// Hashes a new password with a fresh salt.
    ///
    /// # Errors
    ///
    /// [`HashError::PasswordTooLong`] and [`HashError::PasswordContainsNul`], which callers had better validate first;
    /// [`HashError::OutOfMemory`]; [`HashError::Randomness`].
    pub fn hash(&self, password: &str, memory: &mut HashMemory) -> Result<EncodedHash, HashError> {
        check_password(password)?;
        let salt: [u8; SALT_BYTES] = random_bytes()?;
        let password = NormalizedPassword::new(password);
        let mut hash = Zeroizing::new([0; HASH_BYTES]);
        let variant = (Algorithm::Argon2id, Version::V0x13, &self.parameters);
        self.compute(variant, password.composed(), &salt, hash.as_mut(), memory)?;
        Ok(EncodedHash::new(&self.parameters, &salt, hash.as_ref()))
    }

    /// Checks a password against a stored hash, which may be of any Argon2 variant, or of another kind that another
    /// program made; `None` stands for an account that does not exist or has no password.
    ///
    /// The time of the answer does not tell whether there is a usable hash: without one, the same work is done with the
    /// current parameters (OWASP Authentication Cheat Sheet, "Authentication Responses"). A hash of another kind than
    /// Argon2 takes its own time, until the first log-in renews it.
    ///
    /// A password that is not in Normalization Form C is checked in both forms, because peers without normalisation
    /// hashed what was typed. Both are always computed: the number of computations depends on the password alone,
    /// never on whether it is right. A match of the form as typed needs renewal.
    ///
    /// Usable are `argon2id`, `argon2i` and `argon2d`, versions 0x13 and 0x10, with at most 524288 KiB, 20 passes and
    /// 16 lanes (each raised to the configured cost where that is more), a salt of 8 to 64 bytes and a hash of 16 to 64;
    /// and those of [`check_imported_hash`](super::check_imported_hash). Anything else is
    /// [`Verification::UnusableHash`]. The comparison takes constant time.
    ///
    /// bcrypt hashes only the first 72 bytes of a password. A password with the same beginning is therefore accepted
    /// once, and the renewed hash is that of the whole password that was typed.
    ///
    /// # Errors
    ///
    /// As for [`hash`](Self::hash).
    pub fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
        memory: &mut HashMemory,
    ) -> Result<Verification, HashError> {
        check_password(password)?;
        let ceiling = HashParameters::STORED_MAXIMUM.maximum(&self.parameters);
        let unusable = match stored.map(|text| StoredHash::parse(text, &ceiling)) {
            Some(Ok(stored)) => return self.compare(password, &stored, memory),
            Some(Err(fault)) => Verification::UnusableHash(fault),
            None => Verification::Mismatch,
        };
        let dummy = StoredHash::parse(self.dummy.expose(), &ceiling)?;
        // Even a match would mean nothing.
        self.compare(password, &dummy, memory).map(|_| unusable)
    }

    fn compare(&self, password: &str, stored: &StoredHash, memory: &mut HashMemory) -> Result<Verification, HashError> {
        let password = NormalizedPassword::new(password);
        let composed_matches = self.matches(stored, password.composed(), memory)?;
        let raw_matches = match password.differing_raw() {
            Some(raw) => self.matches(stored, raw, memory)?,
            None => false,
        };
        Ok(if composed_matches {
            let needs_renewal = stored.needs_renewal(&self.parameters, password.composed());
            Verification::Match { needs_renewal }
        } else if raw_matches {
            let is_whole = password.differing_raw().is_none_or(|raw| !stored.ignores_end_of(raw));
            Verification::Match { needs_renewal: is_whole }
        } else {
            Verification::Mismatch
        })
    }

    fn matches(&self, stored: &StoredHash, password: &[u8], memory: &mut HashMemory) -> Result<bool, HashError> {
        match stored {
            StoredHash::Argon2(stored) => self.matches_argon2(stored, password, memory),
            StoredHash::Imported(stored) => stored.matches(password, memory),
        }
    }

    fn matches_argon2(&self, stored: &Argon2Hash, password: &[u8], memory: &mut HashMemory) -> Result<bool, HashError> {
        let mut buffer = Zeroizing::new([0; Output::MAX_LENGTH]);
        let expected = stored.hash.as_bytes();
        let hash = buffer.get_mut(..expected.len()).ok_or(HashError::ParametersOutOfBounds)?;
        let variant = (stored.algorithm, stored.version, &stored.parameters);
        self.compute(variant, password, &stored.salt, hash, memory)?;
        Ok(hash.ct_eq(expected).into())
    }

    fn compute(
        &self,
        (algorithm, version, parameters): (Algorithm, Version, &HashParameters),
        password: &[u8],
        salt: &[u8],
        hash: &mut [u8],
        memory: &mut HashMemory,
    ) -> Result<(), HashError> {
        let context = parameters.to_params()?;
        let block_count = context.block_count();
        let argon2 = Argon2::new(algorithm, version, context);
        memory
            .lend(block_count, |blocks| argon2.hash_password_into_with_memory(password, salt, hash, blocks))?
            .map_err(HashError::InvalidParameters)?;
        memory.release_above(self.parameters.to_params()?.block_count());
        if let Some(observer) = &self.observer {
            observer.hashed(parameters);
        }
        Ok(())
    }
}

impl fmt::Debug for Argon2Hasher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Argon2Hasher").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}

fn check_password(password: &str) -> Result<(), HashError> {
    if password.len() > MAXIMUM_PASSWORD_BYTES {
        return Err(HashError::PasswordTooLong);
    }
    if password.contains('\0') {
        return Err(HashError::PasswordContainsNul);
    }
    Ok(())
}
