use super::{bcrypt_hash::BcryptHash, pbkdf2_hash::Pbkdf2Hash, scrypt_hash::ScryptHash};
use crate::password::{HashError, HashMemory};

/// A hash of a kind other than Argon2, within bounds.
pub(in crate::password) enum ImportedHash {
    Bcrypt(BcryptHash),
    Pbkdf2(Pbkdf2Hash),
    Scrypt(ScryptHash),
}

impl ImportedHash {
    /// Parses `text`; `None` when it is of none of these kinds.
    pub(in crate::password) fn parse(text: &str) -> Option<Result<Self, HashError>> {
        let bcrypt = BcryptHash::parse(text).map(|hash| hash.map(Self::Bcrypt));
        let pbkdf2 = || Pbkdf2Hash::parse(text).map(|hash| hash.map(Self::Pbkdf2));
        let scrypt = || ScryptHash::parse(text).map(|hash| hash.map(Self::Scrypt));
        bcrypt.or_else(pbkdf2).or_else(scrypt)
    }

    /// Whether it is the hash of `password`, in constant time for a hash.
    pub(in crate::password) fn matches(&self, password: &[u8], memory: &mut HashMemory) -> Result<bool, HashError> {
        match self {
            Self::Bcrypt(hash) => Ok(hash.matches(password)),
            Self::Pbkdf2(hash) => Ok(hash.matches(password)),
            Self::Scrypt(hash) => hash.matches(password, memory),
        }
    }
}
