//! Texts that are not exactly one compact token.

use std::time::{Duration, UNIX_EPOCH};

use ore_security::token::{MAXIMUM_TOKEN_BYTES, NoExtraClaims, TokenError};

use crate::support::{
    HEADER, KEY, at, claims_with, encode, forge, sign_segments, valid_claims, valid_token, verifier, verify,
};

#[test]
fn other_numbers_of_segments_are_refused() {
    let token = valid_token();
    let segments: Vec<&str> = token.split('.').collect();
    let (header, claims, signature) = (segments[0], segments[1], segments[2]);
    for text in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        header.to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!(".{claims}.{signature}"),
        format!("{header}..{signature}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{token}.AA"),
        format!("{header}.{claims}..{signature}"),
        format!("{token}.AA.AA"),
    ] {
        assert_eq!(verify(&text), Err(TokenError::Malformed), "{text}");
    }
}

#[test]
fn spaces_line_ends_and_trailing_bytes_anywhere_are_refused() {
    let token = valid_token();
    for inserted in [" ", "\t", "\n", "\r\n", "\0", "=", "==", "A", "AAAA", "?", "+", "/", "%", "\u{e9}", "\u{200b}"] {
        for position in 0..=token.len() {
            let mut text = token.clone();
            text.insert_str(position, inserted);
            assert!(verify(&text).is_err(), "{inserted:?} at {position}");
        }
    }
}

#[test]
fn a_scheme_or_quotes_around_a_token_are_refused() {
    let token = valid_token();
    for text in
        [format!("Bearer {token}"), format!("\"{token}\""), format!("{token},{token}"), format!("{token}{token}")]
    {
        assert!(verify(&text).is_err());
    }
}

#[test]
fn encodings_that_decode_to_the_same_bytes_are_refused_under_a_right_signature() {
    let (header, claims) = (encode(HEADER), encode(valid_claims().to_string()));
    assert!(verify(&sign_segments(&header, &claims, KEY)).is_ok());
    for text in [
        sign_segments(&format!("{header}="), &claims, KEY),
        sign_segments(&format!(" {header}"), &claims, KEY),
        sign_segments(&header, &format!("{claims}="), KEY),
        sign_segments(&header, &format!("{claims}\n"), KEY),
        sign_segments(&header, &format!("    {claims}"), KEY),
    ] {
        assert_eq!(verify(&text), Err(TokenError::Malformed), "{text}");
    }
}

#[test]
fn bits_beyond_the_last_byte_are_refused() {
    // 32 bytes of signature leave two unused bits in the last of 43 characters.
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let token = valid_token();
    let (rest, last) = token.split_at(token.len() - 1);
    let index = ALPHABET.find(last).unwrap();
    for other in (index + 1)..=(index + 3) {
        assert_eq!(verify(&format!("{rest}{}", &ALPHABET[other..=other])), Err(TokenError::Malformed));
    }
}

#[test]
fn truncated_and_extended_signatures_are_refused() {
    let token = valid_token();
    let signature_start = token.rfind('.').unwrap() + 1;
    for end in signature_start..token.len() {
        assert!(verify(&token[..end]).is_err());
    }
    assert_eq!(verify(&format!("{}{}", &token[..signature_start], encode([0; 32]))), Err(TokenError::InvalidSignature));
    assert_eq!(verify(&format!("{}{}", &token[..signature_start], encode([0; 16]))), Err(TokenError::InvalidSignature));
}

#[test]
fn a_token_over_4096_bytes_is_refused_although_it_is_rightly_signed() {
    let padded = |length: usize| forge(HEADER, &claims_with("padding", serde_json::json!("x".repeat(length))));
    let longest = (2000..3500).map(padded).rfind(|token| token.len() <= MAXIMUM_TOKEN_BYTES).unwrap();
    assert!(longest.len() > MAXIMUM_TOKEN_BYTES - 4);
    assert!(verify(&longest).is_ok());
    let too_long = (2000..3500).map(padded).find(|token| token.len() > MAXIMUM_TOKEN_BYTES).unwrap();
    assert_eq!(verify(&too_long), Err(TokenError::TooLong));
}

#[test]
fn five_megabytes_are_refused_by_their_length_alone() {
    let huge = forge(HEADER, &claims_with("padding", serde_json::json!("x".repeat(5_000_000))));
    assert_eq!(verify(&huge), Err(TokenError::TooLong));
    assert_eq!(verify(&".".repeat(5_000_000)), Err(TokenError::TooLong));
}

#[test]
fn a_time_before_1970_or_after_9999_is_refused_without_a_panic() {
    let token = valid_token();
    for time in [UNIX_EPOCH - Duration::from_secs(1), at(253_402_300_800)] {
        assert_eq!(verifier().verify::<NoExtraClaims>(&token, time), Err(TokenError::TimeOutOfRange));
    }
}
