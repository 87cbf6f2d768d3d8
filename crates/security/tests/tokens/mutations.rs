//! Changed tokens: none may be accepted.

use ore_security::token::{Algorithm, NoExtraClaims, PrivateKey, TokenIssuer, TokenVerifier};

use crate::support::{issuer_settings, now, subject, valid_token, verifier, verifier_settings};

const MUTATED_TOKENS: u32 = 1_000_000;

/// `SplitMix64`: numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    /// Mostly characters that base64url knows, so that most mutations get past the decoder.
    fn byte(&mut self) -> u8 {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
        if self.below(8) == 0 { u8::try_from(self.below(128)).unwrap() } else { ALPHABET[self.below(ALPHABET.len())] }
    }
}

/// Replaces, removes, inserts, swaps or repeats.
fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let position = numbers.below(bytes.len());
    match numbers.below(8) {
        0..4 => bytes[position] = numbers.byte(),
        4 => drop(bytes.remove(position)),
        5 => bytes.insert(position, numbers.byte()),
        6 => {
            let other = numbers.below(bytes.len());
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
    let mut numbers = Numbers(2026);
    let mut tried = 0;
    while tried < MUTATED_TOKENS {
        let mut bytes = token.to_owned().into_bytes();
        for _ in 0..=numbers.below(3) {
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
fn none_of_a_million_mutated_tokens_of_hmac_is_accepted() {
    refuses_mutations_of(&valid_token(), &verifier());
}

#[test]
fn none_of_a_million_mutated_tokens_of_ed25519_is_accepted() {
    refuses_mutations_of_a_pair(Algorithm::EdDsa);
}

#[test]
fn none_of_a_million_mutated_tokens_of_p_256_is_accepted() {
    refuses_mutations_of_a_pair(Algorithm::Es256);
}

#[test]
fn none_of_a_million_mutated_tokens_of_rsa_is_accepted() {
    refuses_mutations_of_a_pair(Algorithm::Rs256);
}
