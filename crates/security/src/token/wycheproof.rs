//! The HMAC vectors of Project Wycheproof.
//!
//! Their tokens are not access tokens (no `typ`, a `kid`, a payload that is not JSON), so they are put to the layer
//! below the verifier: segments, base64url and signature. That the verifier refuses them all is shown as well.

use std::time::{Duration, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, from_str};

use super::{
    Algorithm, MAXIMUM_LEEWAY, NoExtraClaims, SecretKey, TokenError, TokenVerifier, VerificationKey, VerifierSettings,
    compact::CompactToken,
};

const SIGNATURES: &str = include_str!("../../tests/data/wycheproof/json_web_signature_hmac.json");
const KEYS: &str = include_str!("../../tests/data/wycheproof/json_web_key_hmac.json");

/// Called valid although `?` stands in a segment: for decoders that skip it. RFC 7515, section 2, allows none.
const VALID_ONLY_FOR_LENIENT_DECODERS: [u32; 2] = [372, 373];
/// Called invalid for padding that the published vectors have lost: they are the valid vector 357, byte for byte.
const SAME_AS_A_VALID_VECTOR: [u32; 2] = [367, 370];

#[derive(Deserialize)]
struct Vectors {
    #[serde(rename = "testGroups")]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    private: Value,
    tests: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    #[serde(rename = "tcId")]
    id: u32,
    jws: Value,
    result: String,
}

impl Group {
    fn key(&self) -> &Value {
        self.private.pointer("/keys/0").unwrap_or(&self.private)
    }

    fn algorithm(&self) -> Algorithm {
        self.key()["alg"].as_str().unwrap().parse().unwrap()
    }

    fn secret(&self) -> Result<SecretKey, TokenError> {
        SecretKey::new(URL_SAFE_NO_PAD.decode(self.key()["k"].as_str().unwrap()).unwrap())
    }
}

impl Vector {
    /// The token; one vector is an object of the JSON serialisation, which is put as its text.
    fn token(&self) -> String {
        self.jws.as_str().map_or_else(|| self.jws.to_string(), str::to_owned)
    }
}

fn check_signature(token: &str, key: &VerificationKey) -> Result<(), TokenError> {
    let token = CompactToken::parse(token)?;
    token.header()?;
    key.verify(&token)?;
    token.claims_json().map(|_| ())
}

fn access_token_verifier(group: &Group, secret: &SecretKey) -> TokenVerifier {
    let settings =
        VerifierSettings { issuer: "issuer".to_owned(), audience: "audience".to_owned(), leeway: MAXIMUM_LEEWAY };
    TokenVerifier::new(settings, [VerificationKey::of_secret(group.algorithm(), secret)]).unwrap()
}

#[test]
fn signatures_are_accepted_and_refused_as_the_vectors_say() {
    let vectors: Vectors = from_str(SIGNATURES).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for group in &vectors.groups {
        let key = VerificationKey::of_secret(group.algorithm(), &group.secret().unwrap());
        for vector in &group.tests {
            let expected = (vector.result == "valid" && !VALID_ONLY_FOR_LENIENT_DECODERS.contains(&vector.id))
                || SAME_AS_A_VALID_VECTOR.contains(&vector.id);
            assert_eq!(check_signature(&vector.token(), &key).is_ok(), expected, "vector {}", vector.id);
            if expected { accepted += 1 } else { refused += 1 }
        }
    }
    assert_eq!((accepted, refused), (10, 30));
}

#[test]
fn vectors_that_lost_what_made_them_invalid_equal_a_valid_one() {
    let vectors: Vectors = from_str(SIGNATURES).unwrap();
    let token = |id| vectors.groups.iter().flat_map(|group| &group.tests).find(|test| test.id == id).unwrap().token();
    for id in SAME_AS_A_VALID_VECTOR {
        assert_eq!(token(id), token(357));
    }
}

#[test]
fn keys_are_empty_short_or_long_enough_as_the_vectors_say() {
    let vectors: Vectors = from_str(KEYS).unwrap();
    let (mut accepted, mut short, mut empty) = (0, 0, 0);
    for group in &vectors.groups {
        let Ok(secret) = group.secret() else {
            assert!(group.tests.iter().all(|vector| vector.result == "invalid"));
            empty += 1;
            continue;
        };
        for vector in &group.tests {
            let key = VerificationKey::of_secret(group.algorithm(), &secret);
            assert_eq!(check_signature(&vector.token(), &key), Ok(()), "vector {}", vector.id);
            let is_long_enough = secret.len() >= group.algorithm().minimum_key_bytes();
            assert_eq!(is_long_enough, vector.result == "valid", "vector {}", vector.id);
            if is_long_enough { accepted += 1 } else { short += 1 }
        }
    }
    assert_eq!((accepted, short, empty), (3, 3, 3));
}

#[test]
fn no_vector_is_an_access_token() {
    let now = UNIX_EPOCH + Duration::from_secs(1_795_348_801);
    for source in [SIGNATURES, KEYS] {
        let vectors: Vectors = from_str(source).unwrap();
        for group in &vectors.groups {
            let Ok(secret) = group.secret() else { continue };
            let verifier = access_token_verifier(group, &secret);
            for vector in &group.tests {
                assert!(verifier.verify::<NoExtraClaims>(&vector.token(), now).is_err(), "vector {}", vector.id);
            }
        }
    }
}
