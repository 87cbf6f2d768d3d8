use super::{HashError, HashParameters, argon2_hash::Argon2Hash, imported::ImportedHash};

/// A stored hash whose parameters are within bounds.
pub(super) enum StoredHash {
    Argon2(Argon2Hash),
    /// Of a kind that this service never makes.
    Imported(ImportedHash),
}

impl StoredHash {
    /// Parses `text`; an Argon2 hash may ask for no more than `ceiling`.
    pub(super) fn parse(text: &str, ceiling: &HashParameters) -> Result<Self, HashError> {
        match ImportedHash::parse(text) {
            Some(imported) => imported.map(Self::Imported),
            None => Argon2Hash::parse(text, ceiling).map(Self::Argon2),
        }
    }

    /// Whether a hash made now would be better than this one.
    pub(super) fn needs_renewal(&self, configured: &HashParameters) -> bool {
        match self {
            Self::Argon2(hash) => hash.needs_renewal(configured),
            Self::Imported(_) => true,
        }
    }
}

/// Checks that a hash from elsewhere can be verified within bounds, and computes nothing.
///
/// | kind | forms | bounds |
/// |---|---|---|
/// | Argon2 | PHC, Django's `argon2$…` | 524288 KiB, 10 passes, 16 lanes, or what is `configured` |
/// | bcrypt | `$2a$`, `$2b$`, `$2y$`, Django's `bcrypt$…` and `bcrypt_sha256$…`, passlib's `$bcrypt-sha256$…` | cost 4 to 16 |
/// | scrypt | PHC (passlib's too), Django's `scrypt$…` | N 2^17, 128·N·r bytes 512 MiB, N·r·p 2^23 |
/// | PBKDF2 | PHC and passlib's `$pbkdf2$…`, `$pbkdf2-sha256$…`, `$pbkdf2-sha512$…`, Django's `pbkdf2_sha1$…`, `pbkdf2_sha256$…` | 10,000,000 iterations for all blocks of the hash together |
///
/// # Errors
///
/// [`HashError::MalformedHash`] and [`HashError::ParametersOutOfBounds`].
pub fn check_imported_hash(text: &str, configured: &HashParameters) -> Result<(), HashError> {
    StoredHash::parse(text, &HashParameters::IMPORTED_MAXIMUM.maximum(configured)).map(drop)
}
