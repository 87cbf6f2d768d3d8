//! Tokens made by python-jose 3.5.0, which the peer service uses.

use ore_security::token::{LegacyClaims, LegacyTokenVerifier, SecretKey, TokenError};

use crate::support::{at, encode, key, now, sign_segments, valid_token, verify};

const SECRET: &[u8] = b"the secret key of the peer service";
/// 2026-11-22T12:00:00Z, the `exp` of all of them.
const EXPIRY: u64 = 1_795_348_800;

const VALID: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyQGV4YW1wbGUuY29tIiwiZXhwIjoxNzk1MzQ4ODAwfQ.R-xqPLg3rxg5YGFoLp1K2dr4MKz5GSG9-mbdbwG0yh0";
const VALID_CHINESE: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJcdTc1MjhcdTYyMzdAXHU0ZjhiXHU1YjUwLmNuIiwiZXhwIjoxNzk1MzQ4ODAwfQ.x7GpeflQvoCtq9g3uhOudvaFTpKZJxRgezLDZOuegOk";
const HS512: &str = "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyQGV4YW1wbGUuY29tIiwiZXhwIjoxNzk1MzQ4ODAwfQ.z1KXJCsJ0Y6prGljBIh40jnSnHfY3JuXG-Jto5pzup_ibw4j68ZBZcpuc1r6B0evaMCO64pT9D0FIAgKLecLNg";
/// With a claim `scope` of `password-reset`.
const OTHER_PURPOSE: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyQGV4YW1wbGUuY29tIiwiZXhwIjoxNzk1MzQ4ODAwLCJzY29wZSI6InBhc3N3b3JkLXJlc2V0In0.BC9uhttbEhTlLxrmoOupaZlYLpyMZ1Q2fVltjD17mCs";
const WITHOUT_EXPIRY: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyQGV4YW1wbGUuY29tIn0.rCz2nntCSfKLWySjiwSlRxOiZS0oAcwOGmJ9TZQOmN4";

fn verify_legacy(token: &str) -> Result<LegacyClaims, TokenError> {
    LegacyTokenVerifier::new(&SecretKey::new(SECRET).unwrap()).verify(token, at(EXPIRY - 60))
}

fn forge(header: &str, claims: &str) -> String {
    sign_segments(&encode(header), &encode(claims), SECRET)
}

#[test]
fn a_token_of_the_peer_service_is_accepted() {
    let expected = LegacyClaims { sub: "user@example.com".to_owned(), exp: EXPIRY };
    assert_eq!(verify_legacy(VALID), Ok(expected));
    assert_eq!(verify_legacy(VALID_CHINESE).map(|claims| claims.sub), Ok("用户@例子.cn".to_owned()));
}

#[test]
fn it_is_refused_from_its_end_on_and_under_another_key() {
    let verifier = LegacyTokenVerifier::new(&SecretKey::new(SECRET).unwrap());
    assert!(verifier.verify(VALID, at(EXPIRY - 1)).is_ok());
    assert_eq!(verifier.verify(VALID, at(EXPIRY)), Err(TokenError::Expired));
    let other = LegacyTokenVerifier::new(&SecretKey::new(*b"another").unwrap());
    assert_eq!(other.verify(VALID, at(EXPIRY - 60)), Err(TokenError::InvalidSignature));
}

#[test]
fn a_secret_of_any_length_serves() {
    let secret = b"x";
    let token = sign_segments(
        &encode(r#"{"alg":"HS256","typ":"JWT"}"#),
        &encode(format!(r#"{{"sub":"a@b.example","exp":{EXPIRY}}}"#)),
        secret,
    );
    let verifier = LegacyTokenVerifier::new(&SecretKey::new(*secret).unwrap());
    assert!(verifier.verify(&token, at(EXPIRY - 60)).is_ok());
}

#[test]
fn another_algorithm_another_purpose_and_a_missing_end_are_refused() {
    assert_eq!(verify_legacy(HS512), Err(TokenError::WrongAlgorithm));
    assert_eq!(verify_legacy(OTHER_PURPOSE), Err(TokenError::MalformedClaims));
    assert_eq!(verify_legacy(WITHOUT_EXPIRY), Err(TokenError::MalformedClaims));
}

#[test]
fn headers_other_than_that_of_python_jose_are_refused() {
    let claims = format!(r#"{{"sub":"user@example.com","exp":{EXPIRY}}}"#);
    assert!(verify_legacy(&forge(r#"{"alg":"HS256","typ":"JWT"}"#, &claims)).is_ok());
    for header in [
        r#"{"alg":"HS256"}"#,
        r#"{"typ":"JWT"}"#,
        r#"{"alg":"none","typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"alg":"HS256","typ":"jwt"}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"1"}"#,
        r#"{"alg":"HS256","typ":"JWT","crit":["b64"],"b64":false}"#,
        r#"{"alg":"HS256","typ":"JWT","typ":"JWT"}"#,
    ] {
        assert!(verify_legacy(&forge(header, &claims)).is_err(), "{header}");
    }
}

#[test]
fn claims_other_than_those_of_the_peer_service_are_refused() {
    for claims in [
        format!(r#"{{"sub":"u","exp":"{EXPIRY}"}}"#),
        format!(r#"{{"sub":"u","exp":{EXPIRY}.0}}"#),
        r#"{"sub":"u","exp":1e30}"#.to_owned(),
        r#"{"sub":"u","exp":-1}"#.to_owned(),
        r#"{"sub":"u","exp":18446744073709551615}"#.to_owned(),
        format!(r#"{{"sub":7,"exp":{EXPIRY}}}"#),
        format!(r#"{{"sub":null,"exp":{EXPIRY}}}"#),
        format!(r#"{{"exp":{EXPIRY}}}"#),
        format!(r#"{{"sub":"u","sub":"v","exp":{EXPIRY}}}"#),
        format!(r#"{{"sub":"u","exp":{EXPIRY},"iat":1}}"#),
        format!(r#"["u",{EXPIRY}]"#),
    ] {
        let outcome = verify_legacy(&forge(r#"{"alg":"HS256","typ":"JWT"}"#, &claims));
        assert_eq!(outcome, Err(TokenError::MalformedClaims), "{claims}");
    }
}

#[test]
fn the_two_kinds_of_tokens_are_not_mixed_up_even_under_one_key() {
    assert_eq!(LegacyTokenVerifier::new(&key()).verify(&valid_token(), now()), Err(TokenError::WrongType));
    let legacy = sign_segments(
        &encode(r#"{"alg":"HS256","typ":"JWT"}"#),
        &encode(crate::support::valid_claims().to_string()),
        crate::support::KEY,
    );
    assert_eq!(verify(&legacy), Err(TokenError::WrongType));
}

#[test]
fn size_and_form_are_as_strict_as_for_access_tokens() {
    for text in [format!("{VALID}."), format!("{VALID}="), format!(" {VALID}"), format!("{VALID}.AA"), String::new()] {
        assert_eq!(verify_legacy(&text), Err(TokenError::Malformed), "{text}");
    }
    let long = forge(r#"{"alg":"HS256","typ":"JWT"}"#, &format!(r#"{{"sub":"{}","exp":{EXPIRY}}}"#, "x".repeat(5000)));
    assert_eq!(verify_legacy(&long), Err(TokenError::TooLong));
}
