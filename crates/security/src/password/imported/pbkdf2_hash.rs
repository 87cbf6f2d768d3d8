use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::encoding::{encoded_salt, hash, number, parameter, plain_salt};
use crate::password::HashError;

/// The most iterations of one hash, over all its blocks.
const MAXIMUM_ITERATIONS: u64 = 10_000_000;

/// The hash function under HMAC.
#[derive(Clone, Copy)]
enum Function {
    Sha1,
    Sha256,
    Sha512,
}

impl Function {
    const fn output_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

/// The beginnings of the PHC string format and of passlib's forms.
const PHC: [(&str, Function); 3] =
    [("$pbkdf2$", Function::Sha1), ("$pbkdf2-sha256$", Function::Sha256), ("$pbkdf2-sha512$", Function::Sha512)];
/// Those of Django.
const DJANGO: [(&str, Function); 2] = [("pbkdf2_sha1$", Function::Sha1), ("pbkdf2_sha256$", Function::Sha256)];

/// A PBKDF2 hash (RFC 8018).
pub(in crate::password) struct Pbkdf2Hash {
    function: Function,
    iterations: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Pbkdf2Hash {
    /// Parses `text`; `None` when it is of another kind.
    pub(super) fn parse(text: &str) -> Option<Result<Self, HashError>> {
        let find = |kinds: &'static [(&str, Function)]| {
            kinds.iter().find_map(|(prefix, function)| Some((text.strip_prefix(prefix)?, *function)))
        };
        if let Some((rest, function)) = find(&PHC) {
            return Some(Self::phc(function, rest));
        }
        find(&DJANGO).map(|(rest, function)| Self::django(function, rest))
    }

    /// Whether it is the hash of `password`.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let mut computed = Zeroizing::new(vec![0; self.hash.len()]);
        let compute = match self.function {
            Function::Sha1 => pbkdf2_hmac::<Sha1>,
            Function::Sha256 => pbkdf2_hmac::<Sha256>,
            Function::Sha512 => pbkdf2_hmac::<Sha512>,
        };
        compute(password, &self.salt, self.iterations, &mut computed);
        computed.ct_eq(&self.hash).into()
    }

    /// `i=600000,l=32$salt$hash`, where the length may be left out, or passlib's `29000$salt$hash`.
    fn phc(function: Function, text: &str) -> Result<Self, HashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let [parameters, salt, hash] = fields.as_slice() else { return Err(HashError::MalformedHash) };
        let parameters: Vec<&str> = parameters.split(',').collect();
        let (iterations, length) = match parameters.as_slice() {
            [iterations] if !iterations.contains('=') => (number(iterations)?, None),
            [iterations] => (parameter(iterations, "i")?, None),
            [iterations, length] => (parameter(iterations, "i")?, Some(parameter(length, "l")?)),
            _ => return Err(HashError::MalformedHash),
        };
        let parsed = Self::new(function, iterations, encoded_salt(salt)?, hash)?;
        match length {
            Some(length) if usize::try_from(length) != Ok(parsed.hash.len()) => Err(HashError::MalformedHash),
            _ => Ok(parsed),
        }
    }

    /// `600000$salt$hash`, the salt as it is.
    fn django(function: Function, text: &str) -> Result<Self, HashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let [iterations, salt, hash] = fields.as_slice() else { return Err(HashError::MalformedHash) };
        Self::new(function, number(iterations)?, plain_salt(salt)?, hash)
    }

    fn new(function: Function, iterations: u32, salt: Vec<u8>, encoded: &str) -> Result<Self, HashError> {
        if iterations == 0 {
            return Err(HashError::MalformedHash);
        }
        let hash = hash(encoded)?;
        let blocks = hash.len().div_ceil(function.output_bytes());
        if u64::from(iterations) * blocks as u64 > MAXIMUM_ITERATIONS {
            return Err(HashError::ParametersOutOfBounds);
        }
        Ok(Self { function, iterations, salt, hash })
    }
}
