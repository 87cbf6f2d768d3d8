use base64::{
    Engine,
    alphabet::BCRYPT,
    engine::{
        GeneralPurpose,
        general_purpose::{NO_PAD, STANDARD},
    },
};
use hmac::{Hmac, KeyInit, Mac, digest::Key};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::encoding::{number, parameter};
use crate::password::HashError;

const COSTS: std::ops::RangeInclusive<u32> = 4..=16;
/// The number of bytes of a password that bcrypt uses, including the NUL at its end.
const KEY_BYTES: usize = 72;
const SALT_BYTES: usize = 16;
const SALT_LENGTH: usize = 22;
/// One of the 24 that are computed has never been written.
const HASH_BYTES: usize = 23;

/// The last letters of salt and hash have bits to spare, which some programs left set.
const BASE64: GeneralPurpose = GeneralPurpose::new(&BCRYPT, NO_PAD.with_decode_allow_trailing_bits(true));

/// The transformation of a password before bcrypt, which then uses all of it.
enum Preparation {
    None,
    /// SHA-256 in hexadecimal (Django).
    HexDigest,
    /// SHA-256 in base64 (passlib before 1.7.3).
    Base64Digest,
    /// HMAC-SHA-256 under the salt as it is written, in base64 (passlib).
    Base64Mac(String),
}

/// A bcrypt hash.
pub(in crate::password) struct BcryptHash {
    preparation: Preparation,
    cost: u32,
    salt: [u8; SALT_BYTES],
    hash: [u8; HASH_BYTES],
}

impl BcryptHash {
    /// Parses `text`; `None` when it is of another kind.
    pub(super) fn parse(text: &str) -> Option<Result<Self, HashError>> {
        if let Some(rest) = text.strip_prefix("bcrypt_sha256$") {
            return Some(Self::crypt(rest, Preparation::HexDigest));
        }
        if let Some(rest) = text.strip_prefix("bcrypt$") {
            return Some(Self::crypt(rest, Preparation::None));
        }
        if let Some(rest) = text.strip_prefix("$bcrypt-sha256$") {
            return Some(Self::passlib(rest));
        }
        ["$2a$", "$2b$", "$2y$"]
            .iter()
            .any(|prefix| text.starts_with(prefix))
            .then(|| Self::crypt(text, Preparation::None))
    }

    /// Whether it says nothing of the end of `password`, which then may be another than the owner's.
    pub(super) fn ignores_end_of(&self, password: &[u8]) -> bool {
        matches!(self.preparation, Preparation::None) && password.len() > KEY_BYTES
    }

    /// Whether it is the hash of `password`.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let prepared = self.prepare(password);
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        let taken = prepared.len().min(KEY_BYTES);
        for (byte, of_password) in key.iter_mut().zip(prepared.iter()) {
            *byte = *of_password;
        }
        // With the NUL at the end, where there is room for it.
        let key = key.get(..(taken + 1).min(KEY_BYTES)).unwrap_or_default();
        let mut hash = bcrypt::bcrypt(self.cost, self.salt, key);
        let is_same = hash.get(..HASH_BYTES).is_some_and(|hash| hash.ct_eq(&self.hash).into());
        hash.zeroize();
        is_same
    }

    fn prepare(&self, password: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match &self.preparation {
            Preparation::None => password.to_vec(),
            Preparation::HexDigest => {
                Sha256::digest(password).iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
            }
            Preparation::Base64Digest => STANDARD.encode(Sha256::digest(password)).into_bytes(),
            Preparation::Base64Mac(salt) => STANDARD.encode(mac(salt, password)).into_bytes(),
        })
    }

    /// `$2b$12$` with salt and hash in one.
    fn crypt(text: &str, preparation: Preparation) -> Result<Self, HashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let ["", "2a" | "2b" | "2y", cost, both] = fields.as_slice() else { return Err(HashError::MalformedHash) };
        let (salt, hash) = both.split_at_checked(SALT_LENGTH).ok_or(HashError::MalformedHash)?;
        if cost.len() != 2 {
            return Err(HashError::MalformedHash);
        }
        Self::new(preparation, number(cost.strip_prefix('0').unwrap_or(cost))?, salt, hash)
    }

    /// `v=2,t=2b,r=12$salt$hash`, or `2b,12$salt$hash` in the first version.
    fn passlib(text: &str) -> Result<Self, HashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let [parameters, salt, hash] = fields.as_slice() else { return Err(HashError::MalformedHash) };
        let parameters: Vec<&str> = parameters.split(',').collect();
        let (preparation, cost) = match parameters.as_slice() {
            ["v=2", "t=2b" | "t=2a" | "t=2y", cost] => {
                (Preparation::Base64Mac((*salt).to_owned()), parameter(cost, "r")?)
            }
            ["2b" | "2a" | "2y", cost] => (Preparation::Base64Digest, number(cost)?),
            _ => return Err(HashError::MalformedHash),
        };
        Self::new(preparation, cost, salt, hash)
    }

    fn new(preparation: Preparation, cost: u32, salt: &str, hash: &str) -> Result<Self, HashError> {
        if !COSTS.contains(&cost) {
            return Err(HashError::ParametersOutOfBounds);
        }
        Ok(Self { preparation, cost, salt: decode(salt)?, hash: decode(hash)? })
    }
}

/// HMAC fills a short key up with zeros (RFC 2104).
fn mac(salt: &str, password: &[u8]) -> impl AsRef<[u8]> {
    let mut key = Key::<Hmac<Sha256>>::default();
    for (byte, of_salt) in key.iter_mut().zip(salt.bytes()) {
        *byte = of_salt;
    }
    Hmac::<Sha256>::new(&key).chain_update(password).finalize().into_bytes()
}

fn decode<const N: usize>(text: &str) -> Result<[u8; N], HashError> {
    let bytes = BASE64.decode(text).map_err(|_| HashError::MalformedHash)?;
    bytes.try_into().map_err(|_| HashError::MalformedHash)
}
