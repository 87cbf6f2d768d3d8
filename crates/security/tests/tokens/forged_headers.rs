//! Headers an attacker would like to be followed, under a signature that is right for the key.

use base64::{Engine, engine::general_purpose::STANDARD};
use ore_security::token::{Algorithm, SecretKey, TokenError};

use crate::support::{KEY, encode, forge, now, sign_segments, valid_claims, valid_token, verifier_with, verify};

fn refusal(header: &str) -> TokenError {
    verify(&forge(header, &valid_claims().to_string())).unwrap_err()
}

#[test]
fn algorithm_none_in_any_case_is_refused_signed_or_not() {
    let claims = encode(valid_claims().to_string());
    for name in ["none", "None", "NONE", "nOnE", "NonE"] {
        let header = format!(r#"{{"typ":"at+jwt","alg":"{name}"}}"#);
        assert_eq!(refusal(&header), TokenError::WrongAlgorithm);
        assert_eq!(verify(&format!("{}.{claims}.", encode(&header))), Err(TokenError::Malformed));
        assert_eq!(verify(&format!("{}.{claims}.AA", encode(&header))), Err(TokenError::WrongAlgorithm));
    }
}

#[test]
fn every_algorithm_but_the_pinned_one_is_refused() {
    for name in ["HS384", "HS512", "RS256", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519", "hs256", "dir"] {
        assert_eq!(refusal(&format!(r#"{{"typ":"at+jwt","alg":"{name}"}}"#)), TokenError::WrongAlgorithm, "{name}");
    }
}

#[test]
fn the_header_does_not_choose_among_hmac_algorithms() {
    let verifier = verifier_with(Algorithm::Hs512, &SecretKey::new(*KEY).unwrap());
    let claims = valid_claims().to_string();
    let outcome = verifier.verify::<ore_security::token::NoExtraClaims>(&valid_token(), now());
    assert_eq!(outcome, Err(TokenError::WrongAlgorithm));
    let mislabelled = forge(r#"{"typ":"at+jwt","alg":"HS512"}"#, &claims);
    let outcome = verifier.verify::<ore_security::token::NoExtraClaims>(&mislabelled, now());
    assert_eq!(outcome, Err(TokenError::InvalidSignature));
}

#[test]
fn key_identifiers_are_refused_whatever_they_point_at() {
    for identifier in [
        "key-1",
        "",
        "../../../../dev/null",
        "/proc/sys/kernel/randomize_va_space",
        "' UNION SELECT 'secret' -- ",
        "1; DROP TABLE users",
        "| sleep 5",
        "https://attacker.example/key",
    ] {
        let header = format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{identifier}"}}"#);
        assert_eq!(refusal(&header), TokenError::UnacceptableHeader, "{identifier}");
    }
}

#[test]
fn a_token_signed_with_what_a_key_identifier_points_at_is_refused() {
    let header = encode(r#"{"typ":"at+jwt","alg":"HS256","kid":"/dev/null"}"#);
    let claims = encode(valid_claims().to_string());
    for key in [&b""[..], b"\0", b"secret"] {
        assert!(verify(&sign_segments(&header, &claims, key)).is_err());
    }
}

#[test]
fn keys_and_certificates_in_the_header_are_refused() {
    let key = encode(KEY);
    let certificate = STANDARD.encode(KEY);
    for parameter in [
        format!(r#""jwk":{{"kty":"oct","k":"{key}"}}"#),
        r#""jku":"https://attacker.example/jwks.json""#.to_owned(),
        r#""x5u":"https://attacker.example/certificate.pem""#.to_owned(),
        format!(r#""x5c":["{certificate}"]"#),
        r#""x5t":"AAAA""#.to_owned(),
        r#""x5t#S256":"AAAA""#.to_owned(),
    ] {
        let header = format!(r#"{{"typ":"at+jwt","alg":"HS256",{parameter}}}"#);
        assert_eq!(refusal(&header), TokenError::UnacceptableHeader, "{parameter}");
    }
}

#[test]
fn extension_parameters_are_refused() {
    for parameters in [
        r#""crit":["exp"]"#,
        r#""crit":[]"#,
        r#""b64":false"#,
        r#""b64":false,"crit":["b64"]"#,
        r#""b64":true,"crit":["b64"]"#,
        r#""cty":"JWT""#,
        r#""zip":"DEF""#,
        r#""enc":"A256GCM""#,
        r#""iss":"ore-backend""#,
        r#""":"""#,
        r#""ALG":"none""#,
    ] {
        let header = format!(r#"{{"typ":"at+jwt","alg":"HS256",{parameters}}}"#);
        assert_eq!(refusal(&header), TokenError::UnacceptableHeader, "{parameters}");
    }
}

#[test]
fn doubled_parameters_are_refused_also_when_one_is_escaped() {
    for header in [
        r#"{"alg":"HS256","typ":"at+jwt","alg":"HS256"}"#,
        r#"{"alg":"none","typ":"at+jwt","alg":"HS256"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","typ":"at+jwt"}"#,
        r#"{"\u0061lg":"HS256","typ":"at+jwt","alg":"HS256"}"#,
    ] {
        assert_eq!(refusal(header), TokenError::UnacceptableHeader, "{header}");
    }
}

#[test]
fn tokens_of_another_purpose_are_refused_by_their_type() {
    for typ in ["JWT", "refresh+jwt", "reset+jwt", "logout+jwt", "dpop+jwt", "id+jwt", "application/jwt", ""] {
        let header = format!(r#"{{"typ":"{typ}","alg":"HS256"}}"#);
        assert_eq!(refusal(&header), TokenError::WrongType, "{typ}");
    }
    assert_eq!(refusal(r#"{"alg":"HS256"}"#), TokenError::UnacceptableHeader);
}

#[test]
fn a_token_of_another_key_is_refused() {
    let claims = encode(valid_claims().to_string());
    let header = encode(r#"{"typ":"at+jwt","alg":"HS256"}"#);
    let (shorter, longer) = (&KEY[..31], [&KEY[..], b"."].concat());
    for key in [&b""[..], b"secret", b"your-secret-key-here", shorter, &longer] {
        assert_eq!(verify(&sign_segments(&header, &claims, key)), Err(TokenError::InvalidSignature));
    }
}

#[test]
fn an_empty_secret_is_no_key() {
    assert_eq!(SecretKey::new([]).unwrap_err(), TokenError::EmptySecretKey);
}
