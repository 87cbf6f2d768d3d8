use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::password::HashError;

/// The shortest and the longest result of a hash that is usable: a short one could be guessed.
const HASH_BYTES: std::ops::RangeInclusive<usize> = 16..=64;
/// The longest salt.
const MAXIMUM_SALT_BYTES: usize = 128;

/// The PHC string format leaves padding out, Django writes it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A number as programs write it: no sign, no leading zero.
pub(super) fn number(text: &str) -> Result<u32, HashError> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain).ok_or(HashError::MalformedHash)
}

/// The number behind `name=`.
pub(super) fn parameter(text: &str, name: &str) -> Result<u32, HashError> {
    let value = text.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
    number(value.ok_or(HashError::MalformedHash)?)
}

/// The bytes of a salt; passlib writes `.` for `+` in some of its forms.
pub(super) fn encoded_salt(text: &str) -> Result<Vec<u8>, HashError> {
    decode(text).and_then(check_salt)
}

/// The bytes of a salt that is not encoded.
pub(super) fn plain_salt(text: &str) -> Result<Vec<u8>, HashError> {
    check_salt(text.as_bytes().to_vec())
}

/// The bytes of the result.
pub(super) fn hash(text: &str) -> Result<Vec<u8>, HashError> {
    let bytes = decode(text)?;
    if HASH_BYTES.contains(&bytes.len()) { Ok(bytes) } else { Err(HashError::ParametersOutOfBounds) }
}

fn check_salt(salt: Vec<u8>) -> Result<Vec<u8>, HashError> {
    match salt.len() {
        0 => Err(HashError::MalformedHash),
        length if length > MAXIMUM_SALT_BYTES => Err(HashError::ParametersOutOfBounds),
        _ => Ok(salt),
    }
}

fn decode(text: &str) -> Result<Vec<u8>, HashError> {
    BASE64.decode(text.replace('.', "+")).map_err(|_| HashError::MalformedHash)
}
