//! How access tokens are signed and what they say.

use std::time::Duration;

use ore_security::random::{RandomnessError, random_bytes};
use ore_security::token::Algorithm;
use secrecy::{ExposeSecret, SecretString};

use super::values::{Invalid, Values};
use super::{catalogue, key_strength, parse, placeholder};

/// Longer than a day, anyone who has stolen a token has it for too long.
const LONG_LIFETIME_MINUTES: u64 = 24 * 60;
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
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let algorithm = values.read(&catalogue::ALGORITHM, parse::algorithm);
        let secret_key = read_secret_key(values, algorithm.as_ref().ok().copied());
        let lifetime = values.read_number(&catalogue::ACCESS_TOKEN_EXPIRE_MINUTES, "a number of minutes");
        if lifetime.as_ref().is_ok_and(|minutes| *minutes > LONG_LIFETIME_MINUTES) {
            let risk =
                "is more than a day, and a token cannot be taken back: anyone who has stolen one has it for as long";
            values.warn(&catalogue::ACCESS_TOKEN_EXPIRE_MINUTES, risk);
        }
        let legacy_lifetime = values.read_number(&catalogue::LEGACY_TOKEN_EXPIRE_MINUTES, "a number of minutes");
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
fn check_legacy_key(values: &mut Values, key: &SecretString) -> Result<(), Invalid> {
    let spec = &catalogue::LEGACY_SECRET_KEY;
    if placeholder::is_placeholder(key.expose_secret()) {
        let problem = "is a known placeholder: anybody can make tokens that are accepted";
        if values.environment().is_production() {
            return Err(values.refuse_as_unsafe(spec, problem));
        }
        values.warn(spec, problem);
    } else if let Some(weakness) = weakness(key.expose_secret(), PRODUCTION_KEY_BYTES).filter(|_| values.is_set(spec)) {
        let risk = "anyone who guesses the key makes tokens for every account; end BACKEND_ACCEPT_LEGACY_TOKENS soon";
        values.warn(spec, format_args!("is weak: {weakness}; {risk}"));
    }
    Ok(())
}

fn read_secret_key(values: &mut Values, algorithm: Option<Algorithm>) -> Result<SecretString, Invalid> {
    let least = algorithm.map_or(0, Algorithm::minimum_key_bytes).max(PRODUCTION_KEY_BYTES);
    let production = values.environment().is_production();
    let Some(key) = values.read_optional(&catalogue::SECRET_KEY, |text| Ok(SecretString::from(text)))? else {
        if production {
            let problem = format!("is not set, and production needs a key of {least} bytes or more");
            return Err(values.refuse_as_unsafe(&catalogue::SECRET_KEY, problem));
        }
        values.warn(&catalogue::SECRET_KEY, "is not set: a random key was made, and tokens end with this process");
        return random_key().map_err(|error| values.refuse(&catalogue::SECRET_KEY, error.to_string()));
    };
    if let Some(weakness) = weakness(key.expose_secret(), least) {
        values.check_safety(&catalogue::SECRET_KEY, weakness)?;
    }
    Ok(key)
}

/// What speaks against the key: RFC 7518 3.2 asks for as many bytes as the hash has.
fn weakness(key: &str, least: usize) -> Option<String> {
    if placeholder::is_placeholder(key) {
        return Some("the value is a known placeholder".to_owned());
    }
    if key.len() < least {
        return Some(format!("the value has {} bytes, and production needs {least} or more", key.len()));
    }
    let guessed = "the value is easily guessed: it repeats itself, or consists of few characters, words or sequences";
    key_strength::is_easily_guessed(key).then(|| guessed.to_owned())
}

/// Written as hexadecimal digits, 32 random bytes are as long as the longest hash, that of HS512.
fn random_key() -> Result<SecretString, RandomnessError> {
    let [first, second] = [u128::from_be_bytes(random_bytes()?), u128::from_be_bytes(random_bytes()?)];
    Ok(SecretString::from(format!("{first:032x}{second:032x}")))
}
