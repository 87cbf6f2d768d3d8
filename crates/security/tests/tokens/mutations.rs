//! Changed tokens: none may be accepted.

use fastrand::Rng;
use ore_security::token::{Algorithm, NoExtraClaims, PrivateKey, TokenIssuer, TokenVerifier};

use crate::support::{issuer_settings, now, subject, valid_token, verifier, verifier_settings};

/// Of each of the four kinds of signatures: a million together.
const MUTATED_TOKENS: u32 = 250_000;

/// Mostly characters that base64url knows, so that most mutations get past the decoder.
fn byte(numbers: &mut Rng) -> u8 {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    if numbers.u8(..8) == 0 { numbers.u8(..128) } else { ALPHABET[numbers.usize(..ALPHABET.len())] }
}

/// Replaces, removes, inserts, swaps or repeats.
fn mutate(bytes: &mut Vec<u8>, numbers: &mut Rng) {
    let position = numbers.usize(..bytes.len());
    match numbers.u8(..8) {
        0..4 => bytes[position] = byte(numbers),
        4 => drop(bytes.remove(position)),
        5 => bytes.insert(position, byte(numbers)),
        6 => {
            let other = numbers.usize(..bytes.len());
            bytes.swap(position, other);
        }
        _ => {
            let repeated = bytes[position..].to_vec();
            bytes.extend_from_slice(&repeated);
        }
    }
}

#[test]
fn no_token_with_one_other_byte_is_accepted() {
    let (token, verifier) = (valid_token(), verifier());
    for position in 0..token.len() {
        for byte in 0..128 {
            let mut bytes = token.clone().into_bytes();
            if bytes[position] == byte {
                continue;
            }
            bytes[position] = byte;
            let mutated = String::from_utf8(bytes).unwrap();
            assert!(verifier.verify::<NoExtraClaims>(&mutated, now()).is_err(), "{mutated}");
        }
    }
}

#[test]
fn no_token_without_one_of_its_bytes_is_accepted() {
    let (token, verifier) = (valid_token(), verifier());
    for position in 0..token.len() {
        let mut mutated = token.clone();
        mutated.remove(position);
        assert!(verifier.verify::<NoExtraClaims>(&mutated, now()).is_err(), "{mutated}");
    }
}

fn refuses_mutations_of(token: &str, verifier: &TokenVerifier) {
    // The same in every run.
    let mut numbers = Rng::with_seed(2026);
    let mut tried = 0;
    while tried < MUTATED_TOKENS {
        let mut bytes = token.to_owned().into_bytes();
        for _ in 0..=numbers.u8(..3) {
            mutate(&mut bytes, &mut numbers);
        }
        let mutated = String::from_utf8(bytes).unwrap();
        if mutated != token {
            assert!(verifier.verify::<NoExtraClaims>(&mutated, now()).is_err(), "{mutated}");
            tried += 1;
        }
    }
    assert!(verifier.verify::<NoExtraClaims>(token, now()).is_ok());
}

fn refuses_mutations_of_a_pair(algorithm: Algorithm) {
    let key = PrivateKey::generate(algorithm).unwrap();
    let issuer = TokenIssuer::new(issuer_settings(), key.signing_key());
    let token = issuer.create_access_token(subject(), None, now()).unwrap();
    let verifier = TokenVerifier::new(verifier_settings(), [key.public().verification_key()]).unwrap();
    refuses_mutations_of(token.expose(), &verifier);
}

#[test]
fn no_mutated_token_of_hmac_is_accepted() {
    refuses_mutations_of(&valid_token(), &verifier());
}

#[test]
fn no_mutated_token_of_ed25519_is_accepted() {
    refuses_mutations_of_a_pair(Algorithm::EdDsa);
}

#[test]
fn no_mutated_token_of_p_256_is_accepted() {
    refuses_mutations_of_a_pair(Algorithm::Es256);
}

#[test]
fn no_mutated_token_of_rsa_is_accepted() {
    refuses_mutations_of_a_pair(Algorithm::Rs256);
}
