//! How access tokens are signed, what they say, and how long sessions last.

use std::path::PathBuf;
use std::time::Duration;

use ore_security::random::{RandomnessError, random_bytes};
use ore_security::token::{Algorithm, KeyWeakness};
use secrecy::{ExposeSecret, SecretString};

use super::declaration::DefaultValue::{NotSet, Text, Unset};
use super::declaration::SettingSpec;
use super::form::{BOOLEAN, FILE, Form, KEY, LINE, choice, days, days_or_never, minutes, number, whole_seconds};
use super::server::{PUBLIC_URL, ServerSettings};
use super::table::settings;
use super::values::Values;

/// A year; a token that lives longer is a password.
const YEAR_MINUTES: u64 = 365 * 24 * 60;
/// Longer than a day, anyone who has stolen a token has it for too long.
const LONG_LIFETIME: Duration = Duration::from_hours(24);
/// The least length of a key in production, for every algorithm.
const PRODUCTION_KEY_BYTES: usize = 32;
const SIGNATURE: Form<Algorithm> = choice("a signature algorithm");

settings! {
    /// How access tokens are signed and what they say.
    pub struct TokenSettings in "Access tokens" {
        /// Key that signs access tokens with HMAC; production needs 32 random bytes or more.
        SECRET_KEY(
            KEY, Unset("random in each process, none in production"), "$(openssl rand -hex 32)"
        ) => secret_key: SecretString;
        /// Keys of HMAC whose access tokens are accepted too, separated by commas: add the next key here on every
        /// replica, then swap the two.
        PREVIOUS_SECRET_KEYS(KEY, Text(""), "$(cat old-secret-key)") => previous_secret_keys: Vec<SecretString>;
        /// Signature of access tokens: HS256, HS384 or HS512 with a secret key as long as the hash (RFC 7518 3.2), or
        /// EdDSA, ES256 or RS256 with pairs of keys, which others check without being able to sign.
        ALGORITHM(SIGNATURE, Text("HS256"), "EdDSA") => algorithm: Algorithm;
        /// Algorithm before BACKEND_ALGORITHM was changed, whose access tokens are accepted until they end.
        PREVIOUS_ALGORITHM(SIGNATURE, NotSet, "HS256") => previous_algorithm: Option<Algorithm>;
        /// Files in PEM with the pairs of keys, separated by commas: the first signs, the others verify; without any
        /// the keys are kept in the database, sealed.
        SIGNING_KEY_FILES(FILE, Text(""), "/etc/ore/signing.pem") => signing_key_files: Vec<PathBuf>;
        /// Days after which a pair of keys in the database is followed by another; 0 leaves that to an operator.
        KEY_ROTATION_DAYS(days_or_never(3650), Text("0"), "90") => key_rotation: Option<Duration>;
        /// Minutes for which an access token is valid.
        ACCESS_TOKEN_EXPIRE_MINUTES(minutes(YEAR_MINUTES), Text("30"), "15") => access_token_lifetime: Duration;
        /// The iss claim that tokens carry and must carry; with pairs of keys, unless it is set, BACKEND_PUBLIC_URL.
        ISSUER(LINE, Text("ore-backend"), "https://api.example.com") => issuer: String;
        /// Issuer before BACKEND_ISSUER was changed, whose access tokens are accepted until they end.
        PREVIOUS_ISSUER(LINE, NotSet, "ore-backend") => previous_issuer: Option<String>;
        /// The aud claim that tokens carry and must carry.
        AUDIENCE(LINE, Text("ore"), "myapp") => audience: String;
        /// Other services, separated by commas, for which clients may exchange access tokens of theirs.
        EXCHANGE_AUDIENCES(
            LINE, Text(""), "billing.example.com,search.example.com"
        ) => exchange_audiences: Vec<String>;
        /// Also accept the Python service's tokens while clients move over.
        ACCEPT_LEGACY_TOKENS(BOOLEAN, Text("false"), "true") => accept_legacy: bool;
        /// How long before its end a token of the Python service was made: what that service has for
        /// BACKEND_ACCESS_TOKEN_EXPIRE_MINUTES.
        LEGACY_TOKEN_EXPIRE_MINUTES(minutes(YEAR_MINUTES), Text("30"), "30") => legacy_token_lifetime: Duration;
        /// Key of the Python service's tokens, of any length.
        LEGACY_SECRET_KEY(
            KEY, Unset("the value of BACKEND_SECRET_KEY"), "$(cat old-secret-key)"
        ) => legacy_secret_key: SecretString;
    }
}

settings! {
    /// How long sessions last, and how many a user has.
    pub struct SessionSettings in "Access tokens" {
        /// Seconds for which a refresh token that was exchanged gives the same successor again, for calls made side by
        /// side.
        REFRESH_GRACE_SECONDS(whole_seconds(0, 60), Text("10"), "10") => refresh_grace: Duration;
        /// Days after which a session that is not used ends.
        SESSION_IDLE_DAYS(days(365), Text("14"), "30") => idle: Duration;
        /// Days after which a session ends, however much it is used.
        SESSION_ABSOLUTE_DAYS(days(365), Text("30"), "90") => absolute: Duration;
        /// Most sessions of one user; a further one ends the one that was used least recently.
        SESSION_LIMIT(number::<u32>(1, 1000, "a number of sessions"), Text("50"), "10") => limit: u32;
        /// Seconds since the user authenticated within which a session may do what cannot be undone.
        REAUTH_SECONDS(whole_seconds(1, 86_400), Text("600"), "300") => reauth: Duration;
    }
}

impl TokenSettings {
    /// The algorithms of tokens that are accepted.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        [Some(self.algorithm), self.previous_algorithm].into_iter().flatten()
    }

    /// Whether pairs of keys come from the database.
    pub fn has_stored_keys(&self) -> bool {
        self.signing_key_files.is_empty() && !self.algorithms().all(Algorithm::is_symmetric)
    }

    /// Puts in what is not set and follows from something else, and checks the whole.
    pub(super) fn complete(&mut self, server: &ServerSettings, values: &mut Values) {
        let least = self.algorithm.minimum_key_bytes().max(PRODUCTION_KEY_BYTES);
        if self.secret_key.expose_secret().is_empty() {
            self.make_secret_key(least, values);
        } else {
            check_strength(values, &SECRET_KEY, [&self.secret_key], least);
        }
        if self.access_token_lifetime > LONG_LIFETIME {
            let risk =
                "is more than a day, and a token cannot be taken back: anyone who has stolen one has it for as long";
            values.warn(&ACCESS_TOKEN_EXPIRE_MINUTES, risk);
        }
        if !self.algorithm.is_symmetric() {
            self.complete_issuer(server, values);
        }
        // Anybody who guesses one of them makes tokens, as with the key of now.
        check_strength(values, &PREVIOUS_SECRET_KEYS, &self.previous_secret_keys, PRODUCTION_KEY_BYTES);
        // Our own API takes no token that somebody got in exchange.
        if self.exchange_audiences.contains(&self.audience) {
            let problem = "names BACKEND_AUDIENCE, which is this service";
            values.refuse_beside(&[&AUDIENCE], &EXCHANGE_AUDIENCES, problem);
        }
        if self.legacy_secret_key.expose_secret().is_empty() {
            self.legacy_secret_key = self.secret_key.clone();
        }
        if self.accept_legacy && (values.is_set(&LEGACY_SECRET_KEY) || !values.is_faulty(&SECRET_KEY)) {
            self.check_legacy_key(values);
        }
    }

    /// Without a key, pairs of keys sign, or tokens that end with the process.
    fn make_secret_key(&mut self, least: usize, values: &mut Values) {
        let needs_key = self.algorithm.is_symmetric() && !values.is_faulty(&ALGORITHM);
        if needs_key && values.is_production() {
            let problem = format!("is not set, and production needs a key of {least} bytes or more");
            values.refuse_as_unsafe(&SECRET_KEY, problem);
        } else if needs_key {
            values.warn(&SECRET_KEY, "is not set: a random key was made, and tokens end with this process");
        }
        match random_key() {
            Ok(key) => self.secret_key = key,
            Err(error) => values.refuse(&SECRET_KEY, error.to_string()),
        }
    }

    /// Services that check tokens with public keys find the keys at the issuer (RFC 8414, section 3).
    fn complete_issuer(&mut self, server: &ServerSettings, values: &mut Values) {
        if let Some(url) = server.public_url.as_ref().filter(|_| !values.is_set(&ISSUER)) {
            url.as_str().trim_end_matches('/').clone_into(&mut self.issuer);
        }
        let is_known = values.is_set(&ISSUER) || !values.is_faulty(&PUBLIC_URL);
        if is_known && !self.issuer.starts_with("https://") {
            let problem =
                "the value is no https URL, at which others find the public keys; set it, or BACKEND_PUBLIC_URL";
            values.check_safety(&ISSUER, problem);
        }
    }

    /// Of any length, since the Python service set none; but a key that is printed in its documents is nobody's secret.
    fn check_legacy_key(&self, values: &mut Values) {
        let spec = &LEGACY_SECRET_KEY;
        match KeyWeakness::of(self.legacy_secret_key.expose_secret(), PRODUCTION_KEY_BYTES) {
            Some(KeyWeakness::Placeholder) => {
                let problem = "is a known placeholder: anybody can make tokens that are accepted";
                if values.is_production() { values.refuse_as_unsafe(spec, problem) } else { values.warn(spec, problem) }
            }
            Some(weakness) if values.is_set(spec) => {
                let risk =
                    "anyone who guesses the key makes tokens for every account; end BACKEND_ACCEPT_LEGACY_TOKENS soon";
                values.warn(spec, format_args!("is weak: the value {weakness}; {risk}"));
            }
            _ => {}
        }
    }
}

/// In production, refuses the first of the keys that is weak.
fn check_strength<'a>(
    values: &mut Values,
    spec: &'static SettingSpec,
    keys: impl IntoIterator<Item = &'a SecretString>,
    least: usize,
) {
    let mut weaknesses = keys.into_iter().filter_map(|key| KeyWeakness::of(key.expose_secret(), least));
    if let Some(weakness) = weaknesses.next() {
        values.check_safety(spec, format_args!("the value {weakness}"));
    }
}

/// Written as hexadecimal digits, 32 random bytes are as long as the longest hash, that of HS512.
fn random_key() -> Result<SecretString, RandomnessError> {
    let [first, second] = [u128::from_be_bytes(random_bytes()?), u128::from_be_bytes(random_bytes()?)];
    Ok(SecretString::from(format!("{first:032x}{second:032x}")))
}
