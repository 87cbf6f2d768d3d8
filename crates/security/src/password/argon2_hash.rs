use argon2::{
    Algorithm, PasswordHash, Version,
    password_hash::phc::{Output, ParamsString, Salt},
};

use super::{HashError, HashParameters};

const MINIMUM_HASH_BYTES: usize = 16;
/// The lengths that new hashes get; shorter ones are renewed.
pub(super) const SALT_BYTES: usize = 16;
pub(super) const HASH_BYTES: usize = 32;

/// The prefix of the PHC string in Django's form.
const DJANGO_PREFIX: &str = "argon2";

/// A parsed PHC string whose parameters are within bounds.
pub(super) struct Argon2Hash {
    pub(super) algorithm: Algorithm,
    pub(super) version: Version,
    pub(super) parameters: HashParameters,
    pub(super) salt: Salt,
    pub(super) hash: Output,
    /// Whether another program wrote it in a form of its own.
    is_wrapped: bool,
}

impl Argon2Hash {
    /// Parses `text`, which may ask for no more than `ceiling`; see [`Argon2Hasher::verify`](super::Argon2Hasher::verify)
    /// for what is accepted.
    pub(super) fn parse(text: &str, ceiling: &HashParameters) -> Result<Self, HashError> {
        let unwrapped = text.strip_prefix(DJANGO_PREFIX);
        let fields = PasswordHash::new(unwrapped.unwrap_or(text)).map_err(|_| HashError::MalformedHash)?;
        let algorithm = Algorithm::new(fields.algorithm).map_err(|_| HashError::MalformedHash)?;
        // Hashes from before version 0x13 carry no version (PHC string format, Argon2 encoding).
        let version =
            fields.version.map_or(Ok(Version::V0x10), Version::try_from).map_err(|_| HashError::MalformedHash)?;
        let parameters = parse_parameters(&fields.params)?;
        let (Some(salt), Some(hash)) = (fields.salt, fields.hash) else { return Err(HashError::MalformedHash) };
        if !parameters.is_within(ceiling) || hash.len() < MINIMUM_HASH_BYTES {
            return Err(HashError::ParametersOutOfBounds);
        }
        Ok(Self { algorithm, version, parameters, salt, hash, is_wrapped: unwrapped.is_some() })
    }

    /// Whether a hash made now would be better than this one.
    pub(super) fn needs_renewal(&self, configured: &HashParameters) -> bool {
        self.is_wrapped
            || self.algorithm != Algorithm::Argon2id
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
