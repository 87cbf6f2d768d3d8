//! Keys, issuer and verifiers of tokens as the settings want them.

use std::fs;
use std::time::Duration;

use ore_security::token::{
    Algorithm, IssuerSettings, JwkSet, KeyError, LegacyTokenVerifier, PrivateKey, SecretKey, SigningKey, TokenError,
    TokenIssuer, TokenVerifier, VerificationKey, VerifierSettings,
};
use ore_services::{KeysInUse, LegacyTokens, OpenedKeys, SigningKeyPolicy};
use ore_settings::TokenSettings;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

/// The client that our own tokens name (RFC 9068, 2.2): one that calls this API directly.
const FIRST_PARTY_CLIENT_ID: &str = "ore-first-party";
/// How far the clocks of replicas may be apart.
pub(crate) const LEEWAY: Duration = Duration::from_secs(30);

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum TokenKeyError {
    /// The secret cannot sign.
    #[error("BACKEND_SECRET_KEY cannot sign tokens: {0}")]
    Token(#[from] TokenError),
    /// A file holds no pair of keys that can be used.
    #[error("BACKEND_SIGNING_KEY_FILES: {path}: {fault}")]
    File {
        /// The file.
        path: String,
        /// The fault of the key.
        fault: String,
    },
    /// The first file signs.
    #[error("BACKEND_SIGNING_KEY_FILES: {path}: the key is one of {found}, and BACKEND_ALGORITHM is {wanted}")]
    OtherAlgorithm {
        /// The file.
        path: String,
        /// The algorithm of the key.
        found: Algorithm,
        /// The algorithm of the settings.
        wanted: Algorithm,
    },
}

/// How long pairs of keys sign, and are kept afterwards.
pub(crate) fn signing_key_policy(settings: &TokenSettings, longest_token: Duration) -> SigningKeyPolicy {
    SigningKeyPolicy { algorithm: settings.algorithm, kept: longest_token + LEEWAY, rotation: settings.key_rotation }
}

/// The pairs of keys in the files of the settings; the first signs.
///
/// # Errors
/// As [`TokenKeyError`] says.
pub fn keys_of_files(settings: &TokenSettings) -> Result<OpenedKeys, TokenKeyError> {
    let mut keys = OpenedKeys { signing: None, published: Vec::new() };
    for (index, file) in settings.signing_key_files.iter().enumerate() {
        let path = file.display().to_string();
        let fault = |fault: String| TokenKeyError::File { path: path.clone(), fault };
        let pem = Zeroizing::new(fs::read_to_string(file).map_err(|error| fault(error.to_string()))?);
        let key = PrivateKey::from_pem(&pem).map_err(|error| fault(of_file(error)))?;
        if index == 0 && !settings.algorithm.is_symmetric() {
            let (found, wanted) = (key.public().algorithm(), settings.algorithm);
            if found != wanted {
                return Err(TokenKeyError::OtherAlgorithm { path, found, wanted });
            }
            keys.signing = Some(key.clone());
        }
        keys.published.push(key);
    }
    Ok(keys)
}

fn of_file(error: KeyError) -> String {
    format!("{error}; a private key of Ed25519, P-256 or RSA in PEM (PKCS #8) is wanted")
}

/// The keys that sign and check tokens, from the settings and the key pairs; `None` if no key can sign.
pub(crate) fn keys_in_use(settings: &TokenSettings, pairs: &OpenedKeys) -> Result<Option<KeysInUse>, TokenError> {
    let Some(signing) = signing_key(settings, pairs)? else { return Ok(None) };
    let issuer = IssuerSettings {
        issuer: settings.issuer.clone(),
        audience: settings.audience.clone(),
        client_id: FIRST_PARTY_CLIENT_ID.to_owned(),
    };
    let current = |audience: &str| verifier(settings, pairs, (settings.algorithm, &settings.issuer), audience);
    let mut verifiers = vec![current(&settings.audience)?];
    let exchanged = settings.exchange_audiences.iter().map(|audience| current(audience)).collect::<Result<_, _>>()?;
    if settings.previous_algorithm.is_some() || settings.previous_issuer.is_some() {
        let algorithm = settings.previous_algorithm.unwrap_or(settings.algorithm);
        let issuer = settings.previous_issuer.as_ref().unwrap_or(&settings.issuer);
        verifiers.push(verifier(settings, pairs, (algorithm, issuer), &settings.audience)?);
    }
    let published: JwkSet = pairs.published.iter().map(|pair| pair.public().to_jwk()).collect();
    Ok(Some(KeysInUse { issuer: TokenIssuer::new(issuer, signing), verifiers, exchanged, published }))
}

fn signing_key(settings: &TokenSettings, pairs: &OpenedKeys) -> Result<Option<SigningKey>, TokenError> {
    if settings.algorithm.is_symmetric() {
        return Ok(Some(SigningKey::hmac(settings.algorithm, &secret_key(&settings.secret_key)?)?));
    }
    Ok(pairs.signing.as_ref().map(PrivateKey::signing_key))
}

fn verifier(
    settings: &TokenSettings,
    pairs: &OpenedKeys,
    (algorithm, issuer): (Algorithm, &str),
    audience: &str,
) -> Result<TokenVerifier, TokenError> {
    let keys = if algorithm.is_symmetric() {
        let secrets = [&settings.secret_key].into_iter().chain(&settings.previous_secret_keys);
        let key = |secret: &SecretString| Ok(VerificationKey::hmac(algorithm, &secret_key(secret)?)?);
        secrets.map(key).collect::<Result<Vec<_>, TokenError>>()?
    } else {
        let ours = pairs.published.iter().filter(|pair| pair.public().algorithm() == algorithm);
        ours.map(|pair| pair.public().verification_key()).collect()
    };
    let expected = VerifierSettings { issuer: issuer.to_owned(), audience: audience.to_owned(), leeway: LEEWAY };
    TokenVerifier::new(expected, keys)
}

pub(crate) fn legacy_tokens(settings: &TokenSettings) -> Result<Option<LegacyTokens>, TokenError> {
    if !settings.accept_legacy {
        return Ok(None);
    }
    let verifier = LegacyTokenVerifier::new(&secret_key(&settings.legacy_secret_key)?);
    Ok(Some(LegacyTokens { verifier, lifetime: settings.legacy_token_lifetime }))
}

fn secret_key(secret: &SecretString) -> Result<SecretKey, TokenError> {
    SecretKey::new(secret.expose_secret().as_bytes())
}
