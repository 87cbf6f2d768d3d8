//! How access tokens are signed and what they say.

use std::path::PathBuf;
use std::time::Duration;

use ore_security::random::{RandomnessError, random_bytes};
use ore_security::token::Algorithm;
use secrecy::{ExposeSecret, SecretString};

use super::server::ServerSettings;
use super::values::{Invalid, Values};
use super::{catalogue, key_strength, parse, placeholder};

/// Longer than a day, anyone who has stolen a token has it for too long.
const LONG_LIFETIME_MINUTES: u64 = 24 * 60;
/// The least length of a key in production, for every algorithm.
const PRODUCTION_KEY_BYTES: usize = 32;

/// How access tokens are signed and what they say.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// Key of HMAC that signs and verifies; random where pairs of keys sign and none is set.
    pub secret_key: SecretString,
    /// Keys of HMAC that verify too.
    pub previous_secret_keys: Vec<SecretString>,
    /// Signature algorithm.
    pub algorithm: Algorithm,
    /// What tokens were signed with, and by whom, before that was changed.
    pub previous: PreviousTokens,
    /// Files with pairs of keys, which are kept in the database where there are none.
    pub signing_key_files: Vec<PathBuf>,
    /// How long a pair of keys signs; `None` until an operator activates another.
    pub key_rotation: Option<Duration>,
    /// How long a token is valid.
    pub access_token_lifetime: Duration,
    /// The `iss` claim.
    pub issuer: String,
    /// The `aud` claim.
    pub audience: String,
    /// The `aud` claims of the tokens that clients get in exchange for ours.
    pub exchange_audiences: Vec<String>,
    /// Whether the Python service's tokens are accepted.
    pub accept_legacy: bool,
    /// How long the Python service's tokens are valid from when they are made.
    pub legacy_token_lifetime: Duration,
    /// Key of the Python service's tokens.
    pub legacy_secret_key: SecretString,
}

/// What was said of access tokens before a change; what has not changed is not named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreviousTokens {
    /// Their signature algorithm.
    pub algorithm: Option<Algorithm>,
    /// Their `iss` claim.
    pub issuer: Option<String>,
}

impl TokenSettings {
    /// The algorithms of tokens that are accepted.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        [Some(self.algorithm), self.previous.algorithm].into_iter().flatten()
    }

    /// Whether pairs of keys come from the database.
    pub fn has_stored_keys(&self) -> bool {
        self.signing_key_files.is_empty() && !self.algorithms().all(Algorithm::is_symmetric)
    }

    pub(super) fn read(values: &mut Values, server: Option<&ServerSettings>) -> Result<Self, Invalid> {
        let algorithm = values.read(&catalogue::ALGORITHM, parse::algorithm);
        let secret_key = read_secret_key(values, algorithm.as_ref().ok().copied());
        let lifetime = values.read_number(&catalogue::ACCESS_TOKEN_EXPIRE_MINUTES, "a number of minutes");
        if lifetime.as_ref().is_ok_and(|minutes| *minutes > LONG_LIFETIME_MINUTES) {
            let risk =
                "is more than a day, and a token cannot be taken back: anyone who has stolen one has it for as long";
            values.warn(&catalogue::ACCESS_TOKEN_EXPIRE_MINUTES, risk);
        }
        let legacy_lifetime = values.read_number(&catalogue::LEGACY_TOKEN_EXPIRE_MINUTES, "a number of minutes");
        let issuer = read_issuer(values, algorithm.as_ref().ok().copied(), server);
        let previous_secret_keys = read_previous_secret_keys(values);
        let previous_algorithm = values.read_optional(&catalogue::PREVIOUS_ALGORITHM, parse::algorithm);
        let previous_issuer = values.read_optional(&catalogue::PREVIOUS_ISSUER, parse::line);
        let signing_key_files =
            values.read(&catalogue::SIGNING_KEY_FILES, |text| parse::list(text, |text| Ok(PathBuf::from(text))));
        let rotation = values.read_number(&catalogue::KEY_ROTATION_DAYS, "a number of days");
        let audience = values.read(&catalogue::AUDIENCE, parse::line);
        let exchange_audiences = read_exchange_audiences(values, audience.as_deref().ok());
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
            previous_secret_keys: previous_secret_keys?,
            algorithm: algorithm?,
            previous: PreviousTokens { algorithm: previous_algorithm?, issuer: previous_issuer? },
            signing_key_files: signing_key_files?,
            key_rotation: Some(rotation?).filter(|days| *days > 0).map(|days: u64| Duration::from_hours(24 * days)),
            access_token_lifetime: Duration::from_mins(lifetime?),
            issuer: issuer?,
            audience: audience?,
            exchange_audiences: exchange_audiences?,
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

/// Anybody who guesses one of them makes tokens, as with the key of now.
fn read_previous_secret_keys(values: &mut Values) -> Result<Vec<SecretString>, Invalid> {
    let spec = &catalogue::PREVIOUS_SECRET_KEYS;
    let keys = values.read(spec, |text| parse::list(text, |text| Ok(SecretString::from(text))))?;
    let weak = keys.iter().find_map(|key| weakness(key.expose_secret(), PRODUCTION_KEY_BYTES));
    weak.map_or(Ok(()), |weakness| values.check_safety(spec, weakness))?;
    Ok(keys)
}

/// Services that check tokens with public keys find the keys at the issuer (RFC 8414, section 3).
fn read_issuer(
    values: &mut Values,
    algorithm: Option<Algorithm>,
    server: Option<&ServerSettings>,
) -> Result<String, Invalid> {
    let issuer = values.read(&catalogue::ISSUER, parse::line)?;
    if algorithm.is_none_or(Algorithm::is_symmetric) {
        return Ok(issuer);
    }
    let public_url =
        server.and_then(|server| server.public_url.as_ref()).filter(|_| !values.is_set(&catalogue::ISSUER));
    let issuer = public_url.map_or(issuer, |url| url.as_str().trim_end_matches('/').to_owned());
    if !issuer.starts_with("https://") {
        let problem = "the value is no https URL, at which others find the public keys; set it, or BACKEND_PUBLIC_URL";
        values.check_safety(&catalogue::ISSUER, problem)?;
    }
    Ok(issuer)
}

/// Our own API takes no token that somebody got in exchange.
fn read_exchange_audiences(values: &mut Values, own: Option<&str>) -> Result<Vec<String>, Invalid> {
    let audiences = values.read(&catalogue::EXCHANGE_AUDIENCES, |text| parse::list(text, parse::line))?;
    if own.is_some_and(|own| audiences.iter().any(|audience| audience == own)) {
        return Err(values.refuse(&catalogue::EXCHANGE_AUDIENCES, "names BACKEND_AUDIENCE, which is this service"));
    }
    Ok(audiences)
}

fn read_secret_key(values: &mut Values, algorithm: Option<Algorithm>) -> Result<SecretString, Invalid> {
    let least = algorithm.map_or(0, Algorithm::minimum_key_bytes).max(PRODUCTION_KEY_BYTES);
    let production = values.environment().is_production();
    let Some(key) = values.read_optional(&catalogue::SECRET_KEY, |text| Ok(SecretString::from(text)))? else {
        if algorithm.is_some_and(|algorithm| !algorithm.is_symmetric()) {
            return random_key().map_err(|error| values.refuse(&catalogue::SECRET_KEY, error.to_string()));
        }
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

/// The weakness of the key: RFC 7518 3.2 asks for as many bytes as the hash has.
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
