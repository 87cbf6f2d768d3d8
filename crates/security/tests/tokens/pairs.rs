//! Pairs of keys: the private half signs, the public half verifies, and neither is taken for anything else.

use ore_security::token::{
    AccessClaims, Algorithm, Jwk, KeyError, PrivateKey, PublicKey, SecretKey, SigningKey, TokenError, TokenIssuer,
    TokenVerifier, VerificationKey,
};
use pkcs8::{LineEnding, SecretDocument};
use serde_json::{Value, json};

use crate::support::{encode, issuer_settings, key, now, sign_segments, subject, valid_claims, verifier_settings};

const PAIRED: [Algorithm; 3] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

fn token_of(key: &PrivateKey) -> String {
    let issuer = TokenIssuer::new(issuer_settings(), key.signing_key());
    issuer.create_access_token(subject(), None, now()).unwrap().into_string()
}

fn verify(token: &str, keys: &[VerificationKey]) -> Result<AccessClaims, TokenError> {
    TokenVerifier::new(verifier_settings(), keys.to_vec()).unwrap().verify(token, now())
}

fn jwk(value: Value) -> Result<PublicKey, KeyError> {
    PublicKey::from_jwk(&serde_json::from_value::<Jwk>(value).unwrap())
}

#[test]
fn the_public_half_that_others_read_verifies_what_the_private_half_signed() {
    for algorithm in PAIRED {
        let key = PrivateKey::generate(algorithm).unwrap();
        let value = serde_json::to_value(key.public().to_jwk()).unwrap();
        assert_eq!((&value["alg"], &value["use"]), (&json!(algorithm.name()), &json!("sig")));
        let read = jwk(value).unwrap();
        assert_eq!((read.kid(), read.algorithm()), (key.public().kid(), algorithm));
        assert_eq!(verify(&token_of(&key), &[read.verification_key()]).unwrap().uid, Some(7));
    }
}

#[test]
fn what_is_kept_of_a_key_gives_the_same_key() {
    for algorithm in PAIRED {
        let key = PrivateKey::generate(algorithm).unwrap();
        let read = PrivateKey::from_der(algorithm, &key.to_der()).unwrap();
        assert_eq!(read.public().kid(), key.public().kid());
        assert!(verify(&token_of(&read), &[key.public().verification_key()]).is_ok());
        assert!(PrivateKey::from_der(algorithm, &key.to_der()[1..]).is_err());
    }
}

#[test]
fn a_key_is_chosen_by_its_name() {
    let keys: Vec<_> = [Algorithm::EdDsa; 2].map(|it| PrivateKey::generate(it).unwrap()).into();
    let known: Vec<_> = keys.iter().map(|key| key.public().verification_key()).collect();
    for key in &keys {
        assert!(verify(&token_of(key), &known).is_ok());
    }
    assert_eq!(verify(&token_of(&keys[0]), &known[1..]), Err(TokenError::UnknownKey));
    let signature = token_of(&keys[0]).rsplit_once('.').unwrap().1.to_owned();
    let (signed, _) = token_of(&keys[1]).rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(verify(&format!("{signed}.{signature}"), &known), Err(TokenError::InvalidSignature));
}

#[test]
fn a_public_key_is_no_secret_of_hmac() {
    let key = PrivateKey::generate(Algorithm::EdDsa).unwrap();
    let public = serde_json::to_string(&key.public().to_jwk()).unwrap();
    let claims = encode(valid_claims().to_string());
    for header in [
        r#"{"typ":"at+jwt","alg":"HS256"}"#.to_owned(),
        format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{}"}}"#, key.public().kid()),
    ] {
        let forged = sign_segments(&encode(header), &claims, public.as_bytes());
        assert_eq!(verify(&forged, &[key.public().verification_key()]), Err(TokenError::WrongAlgorithm));
    }
}

#[test]
fn a_token_without_the_name_of_its_key_is_refused() {
    let key = PrivateKey::generate(Algorithm::Es256).unwrap();
    let token = token_of(&key);
    let rest = token.split_once('.').unwrap().1;
    let nameless = format!("{}.{rest}", encode(r#"{"typ":"at+jwt","alg":"ES256"}"#));
    assert_eq!(verify(&nameless, &[key.public().verification_key()]), Err(TokenError::UnacceptableHeader));
}

#[test]
fn secrets_are_tried_one_after_the_other() {
    let other = SecretKey::new(*b"another key of 32 bytes ........").unwrap();
    let known = [&other, &key()].map(|secret| VerificationKey::hmac(Algorithm::Hs256, secret).unwrap());
    for secret in [&other, &key()] {
        let issuer = TokenIssuer::new(issuer_settings(), SigningKey::hmac(Algorithm::Hs256, secret).unwrap());
        let token = issuer.create_access_token(subject(), None, now()).unwrap();
        assert!(verify(token.expose(), &known).is_ok());
        assert_eq!(verify(token.expose(), &known[..1]).is_ok(), std::ptr::eq(secret, &raw const other));
    }
}

#[test]
fn hmac_has_no_pairs_and_pairs_have_no_secret() {
    assert_eq!(PrivateKey::generate(Algorithm::Hs256).unwrap_err(), KeyError::WrongKind);
    for algorithm in PAIRED {
        assert_eq!(SigningKey::hmac(algorithm, &key()).unwrap_err(), KeyError::WrongKind);
        assert_eq!(VerificationKey::hmac(algorithm, &key()).unwrap_err(), KeyError::WrongKind);
    }
}

/// RFC 8037, appendix A.3, and RFC 7638, section 3.1.
#[test]
fn names_are_the_thumbprints_of_the_standards() {
    let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    assert_eq!(jwk(ed).unwrap().kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let rsa = json!({"kty": "RSA", "e": "AQAB", "alg": "RS256", "n": concat!(
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3",
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA",
        "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-",
        "kEgU8awapJzKnqDKgw")});
    assert_eq!(jwk(rsa).unwrap().kid(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

#[test]
fn what_is_not_a_public_key_for_signatures_is_refused() {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
    let with = |name: &str, value: Value| {
        let mut changed = ed.clone();
        changed[name] = value;
        jwk(changed).unwrap_err()
    };
    assert_eq!(with("d", json!("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")), KeyError::Private);
    assert_eq!(with("use", json!("enc")), KeyError::WrongUse);
    assert_eq!(with("key_ops", json!(["sign"])), KeyError::WrongUse);
    assert_eq!(with("alg", json!("HS256")), KeyError::WrongKind);
    assert_eq!(with("crv", json!("X25519")), KeyError::WrongKind);
    assert_eq!(with("kty", json!("oct")), KeyError::WrongKind);
    for text in ["", "AA", &format!("{x}="), &format!("{x}AA"), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUR!"] {
        assert_eq!(with("x", json!(text)), KeyError::Malformed, "{text}");
    }
}

#[test]
fn rsa_keys_that_are_short_or_have_a_small_exponent_are_refused() {
    let key = PrivateKey::generate(Algorithm::Rs256).unwrap();
    let value = serde_json::to_value(key.public().to_jwk()).unwrap();
    for (name, text) in
        [("e", "Aw"), ("e", "AQAA"), ("n", encode([0xff; 255]).as_str()), ("n", encode([0xff; 513]).as_str())]
    {
        let mut changed = value.clone();
        changed[name] = json!(text);
        assert_eq!(jwk(changed).unwrap_err(), KeyError::UnacceptableRsa, "{name} {text}");
    }
    let mut padded = value.clone();
    padded["e"] = json!("AAEAAQ");
    assert_eq!(jwk(padded).unwrap_err(), KeyError::Malformed);
}

#[test]
fn keys_in_pem_are_known_by_their_kind() {
    for algorithm in PAIRED {
        let key = PrivateKey::generate(algorithm).unwrap();
        let label = if algorithm == Algorithm::Rs256 { "RSA PRIVATE KEY" } else { "PRIVATE KEY" };
        let document = SecretDocument::try_from(key.to_der().as_slice()).unwrap();
        let pem = document.to_pem(label, LineEnding::LF).unwrap();
        assert_eq!(PrivateKey::from_pem(&pem).unwrap().public().kid(), key.public().kid());
    }
    for text in ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert_eq!(PrivateKey::from_pem(text).unwrap_err(), KeyError::Malformed, "{text}");
    }
}

#[test]
fn nothing_of_a_private_key_is_printed() {
    let key = PrivateKey::generate(Algorithm::EdDsa).unwrap();
    let shown = format!("{key:?} {:?}", key.signing_key());
    assert!(shown.contains(key.public().kid()) && !shown.contains("EncodingKey"), "{shown}");
}
