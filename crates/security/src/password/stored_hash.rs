use argon2::{
    Algorithm, PasswordHash, Version,
    password_hash::phc::{Output, ParamsString, Salt},
};

use super::{HashError, HashParameters};

const MINIMUM_HASH_BYTES: usize = 16;
/// The lengths that new hashes get; shorter ones are renewed.
pub(super) const SALT_BYTES: usize = 16;
pub(super) const HASH_BYTES: usize = 32;

/// A parsed PHC string whose parameters are within bounds.
pub(super) struct StoredHash {
    pub(super) algorithm: Algorithm,
    pub(super) version: Version,
    pub(super) parameters: HashParameters,
    pub(super) salt: Salt,
    pub(super) hash: Output,
}

impl StoredHash {
    /// Parses `text`; see [`Argon2Hasher::verify`](super::Argon2Hasher::verify) for what is accepted.
    pub(super) fn parse(text: &str, configured: &HashParameters) -> Result<Self, HashError> {
        let fields = PasswordHash::new(text).map_err(|_| HashError::MalformedHash)?;
        let algorithm = Algorithm::new(fields.algorithm).map_err(|_| HashError::MalformedHash)?;
        // Hashes from before version 0x13 carry no version (PHC string format, Argon2 encoding).
        let version =
            fields.version.map_or(Ok(Version::V0x10), Version::try_from).map_err(|_| HashError::MalformedHash)?;
        let parameters = parse_parameters(&fields.params)?;
        let (Some(salt), Some(hash)) = (fields.salt, fields.hash) else { return Err(HashError::MalformedHash) };
        if !parameters.is_within(&HashParameters::STORED_MAXIMUM.maximum(configured)) || hash.len() < MINIMUM_HASH_BYTES
        {
            return Err(HashError::ParametersOutOfBounds);
        }
        Ok(Self { algorithm, version, parameters, salt, hash })
    }

    /// Whether a hash made now would be better than this one.
    pub(super) fn needs_renewal(&self, configured: &HashParameters) -> bool {
        self.algorithm != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.salt.len() < SALT_BYTES
            || self.hash.len() < HASH_BYTES
            || self.parameters.is_weaker_than(configured)
    }
}

/// Exactly `m`, `t` and `p`, in that order, as the reference implementation writes and reads them.
fn parse_parameters(parameters: &ParamsString) -> Result<HashParameters, HashError> {
    let mut pairs = parameters.iter();
    let mut next = |expected: &str| match pairs.next() {
        Some((name, value)) if name.as_str() == expected => value.decimal().map_err(|_| HashError::MalformedHash),
        _ => Err(HashError::MalformedHash),
    };
    let (memory_kib, time_cost, parallelism) = (next("m")?, next("t")?, next("p")?);
    if pairs.next().is_some() {
        return Err(HashError::MalformedHash);
    }
    HashParameters::new(memory_kib, time_cost, parallelism).map_err(|_| HashError::MalformedHash)
}
