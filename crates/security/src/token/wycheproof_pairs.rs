//! The vectors of Project Wycheproof for keys that come in pairs, and for keys that are told as JSON Web Keys.
//!
//! As those for HMAC they are put to the layer below the verifier: the key, the algorithm of the header, the signature.

use serde::Deserialize;
use serde_json::{Value, from_slice, from_str};

use super::{Jwk, KeyError, PublicKey, TokenError, compact::CompactToken};

const SIGNATURES: &str = include_str!("../../tests/data/wycheproof/json_web_signature_pairs.json");
const KEYS: &str = include_str!("../../tests/data/wycheproof/json_web_key_pairs.json");

/// Called valid without claims: a signature may cover nothing, and a JSON Web Token says something (RFC 7519, section 7.2).
const VALID_WITHOUT_CLAIMS: u32 = 259;

#[derive(Deserialize)]
struct Vectors {
    #[serde(rename = "testGroups")]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    public: Value,
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
    fn key(&self) -> Result<PublicKey, KeyError> {
        let key = self.public.pointer("/keys/0").unwrap_or(&self.public).clone();
        PublicKey::from_jwk(&serde_json::from_value::<Jwk>(key).unwrap())
    }
}

fn check(token: &str, key: &PublicKey) -> Result<(), TokenError> {
    let token = CompactToken::parse(token)?;
    let header: Value = from_slice(&token.header()?).map_err(|_| TokenError::UnacceptableHeader)?;
    if header["alg"] != key.algorithm().name() {
        return Err(TokenError::WrongAlgorithm);
    }
    key.verification_key().verify(&token)?;
    token.claims_json().map(drop)
}

#[test]
fn signatures_of_pairs_are_accepted_and_refused_as_the_vectors_say() {
    let vectors: Vectors = from_str(SIGNATURES).unwrap();
    let (mut accepted, mut refused, mut unsupported) = (0, 0, 0);
    for group in &vectors.groups {
        let key = match group.key() {
            Ok(key) => key,
            // PSS, other curves and longer hashes, of which we have none.
            Err(KeyError::WrongKind) => {
                unsupported += group.tests.len();
                continue;
            }
            Err(error) => {
                assert_eq!(error, KeyError::WrongUse);
                assert!(group.tests.iter().all(|vector| vector.result == "invalid"));
                refused += group.tests.len();
                continue;
            }
        };
        for vector in &group.tests {
            let text = vector.jws.as_str().map_or_else(|| vector.jws.to_string(), str::to_owned);
            let expected = vector.result == "valid" && vector.id != VALID_WITHOUT_CLAIMS;
            assert_eq!(check(&text, &key).is_ok(), expected, "vector {}", vector.id);
            if expected { accepted += 1 } else { refused += 1 }
        }
    }
    assert_eq!((accepted, refused, unsupported), (9, 267, 85));
}

#[test]
fn keys_are_taken_and_refused_as_the_vectors_say() {
    let vectors: Vectors = from_str(KEYS).unwrap();
    let mut accepted = Vec::new();
    for group in &vectors.groups {
        for vector in &group.tests {
            let checked = group.key().map(|key| check(vector.jws.as_str().unwrap(), &key));
            let is_accepted = matches!(checked, Ok(Ok(())));
            assert_eq!(is_accepted, vector.result == "valid", "vector {}: {checked:?}", vector.id);
            accepted.extend(is_accepted.then_some(vector.id));
        }
    }
    assert_eq!((accepted, vectors.groups.len()), (vec![5], 11));
}
