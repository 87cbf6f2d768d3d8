//! How access tokens are signed and what they say.

use std::time::Duration;

use ore_security::random::{RandomnessError, random_bytes};
use ore_security::token::Algorithm;
use secrecy::{ExposeSecret, SecretString};

use super::values::{Faulted, Values};
use super::{catalogue, parse, placeholder};

/// A year; a token that lives longer is a password.
pub(super) const MAXIMUM_LIFETIME_MINUTES: u64 = 365 * 24 * 60;
/// What production asks of a key, whatever the algorithm.
const PRODUCTION_KEY_BYTES: usize = 32;

/// How access tokens are signed and what they say.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// Key that signs and verifies.
    pub secret_key: SecretString,
    /// Signature algorithm.
    pub algorithm: Algorithm,
    /// How long a token is valid.
    pub access_token_lifetime: Duration,
    /// The `iss` claim.
    pub issuer: String,
    /// The `aud` claim.
    pub audience: String,
    /// Whether the Python service's tokens are accepted.
    pub accept_legacy: bool,
    /// How long the Python service's tokens are valid from when they are made.
    pub legacy_token_lifetime: Duration,
    /// Key of the Python service's tokens.
    pub legacy_secret_key: SecretString,
}

impl TokenSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Faulted> {
        let algorithm = values.read(&catalogue::ALGORITHM, parse::algorithm);
        let secret_key = read_secret_key(values, algorithm.as_ref().ok().copied());
        let minutes = || parse::number("a number of minutes", 1..=MAXIMUM_LIFETIME_MINUTES);
        let lifetime = values.read(&catalogue::ACCESS_TOKEN_EXPIRE_MINUTES, minutes());
        let legacy_lifetime = values.read(&catalogue::LEGACY_TOKEN_EXPIRE_MINUTES, minutes());
        let issuer = values.read(&catalogue::ISSUER, parse::line);
        let audience = values.read(&catalogue::AUDIENCE, parse::line);
        let accept_legacy = values.read(&catalogue::ACCEPT_LEGACY_TOKENS, parse::boolean);
        let legacy_secret_key =
            values.read_optional(&catalogue::LEGACY_SECRET_KEY, |text| Ok(SecretString::from(text)));
        let (secret_key, accept_legacy) = (secret_key?, accept_legacy?);
        let legacy_secret_key = legacy_secret_key?.unwrap_or_else(|| secret_key.clone());
        if accept_legacy {
            check_legacy_key(values, &legacy_secret_key)?;
        }
        Ok(Self {
            secret_key,
            algorithm: algorithm?,
            access_token_lifetime: Duration::from_mins(lifetime?),
            issuer: issuer?,
            audience: audience?,
            accept_legacy,
            legacy_token_lifetime: Duration::from_mins(legacy_lifetime?),
            legacy_secret_key,
        })
    }
}

/// Of any length, since the Python service set none; but a key that is printed in its documents is nobody's secret.
fn check_legacy_key(values: &mut Values, key: &SecretString) -> Result<(), Faulted> {
    if !placeholder::is_placeholder(key.expose_secret()) {
        return Ok(());
    }
    let problem = "is a known placeholder: anybody can make tokens that are accepted";
    if values.environment().is_production() {
        return Err(values.refuse(&catalogue::LEGACY_SECRET_KEY, problem));
    }
    values.warn(&catalogue::LEGACY_SECRET_KEY, problem);
    Ok(())
}

fn read_secret_key(values: &mut Values, algorithm: Option<Algorithm>) -> Result<SecretString, Faulted> {
    let least = algorithm.map_or(0, Algorithm::minimum_key_bytes).max(PRODUCTION_KEY_BYTES);
    let production = values.environment().is_production();
    let Some(key) = values.read_optional(&catalogue::SECRET_KEY, |text| Ok(SecretString::from(text)))? else {
        if production {
            let problem = format!("is not set, and production needs a key of {least} bytes or more");
            return Err(values.refuse(&catalogue::SECRET_KEY, problem));
        }
        values.warn(&catalogue::SECRET_KEY, "is not set: a random key was made, and tokens end with this process");
        return random_key().map_err(|error| values.refuse(&catalogue::SECRET_KEY, error.to_string()));
    };
    match weakness(key.expose_secret(), least) {
        Some(weakness) if production => Err(values.refuse(&catalogue::SECRET_KEY, weakness)),
        Some(weakness) => {
            values.warn(&catalogue::SECRET_KEY, format_args!("would be refused in production: {weakness}"));
            Ok(key)
        }
        None => Ok(key),
    }
}

/// What speaks against the key: RFC 7518 3.2 asks for as many bytes as the hash has.
fn weakness(key: &str, least: usize) -> Option<String> {
    if placeholder::is_placeholder(key) {
        return Some("the value is a known placeholder".to_owned());
    }
    (key.len() < least).then(|| format!("the value has {} bytes, and production needs {least} or more", key.len()))
}

/// Written as hexadecimal digits, 32 random bytes are as long as the longest hash, that of HS512.
fn random_key() -> Result<SecretString, RandomnessError> {
    let [first, second] = [u128::from_be_bytes(random_bytes()?), u128::from_be_bytes(random_bytes()?)];
    Ok(SecretString::from(format!("{first:032x}{second:032x}")))
}
