//! Tokens that another program has made are verified by whichever cryptography is built in, and no changed one is.
#![allow(clippy::unwrap_used, reason = "a test fails where its fixture does")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ore_security::token::{
    AccessClaims, Algorithm, Jwk, MAXIMUM_LEEWAY, PublicKey, SecretKey, TokenError, TokenVerifier, VerificationKey,
    VerifierSettings,
};

/// When the tokens were made, in seconds since 1970.
const NOW: u64 = 1_800_000_000;
const SECRET: &[u8; 64] = b"a key of the tests of 64 bytes..a key of the tests of 64 bytes..";

/// The algorithm, the public key if there is one, and a token of joserfc.
const TOKENS: [(Algorithm, Option<&str>, &str); 6] = [
    (
        Algorithm::EdDsa,
        Some(r#"{"crv":"Ed25519","kty":"OKP","x":"aoWpSwqTFlN4JV1-QCUXyHJivLaGKkYbq4OdFpqaUdo"}"#),
        concat!(
            "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6IlpkaHJWUE55WHNOd3c4bm0zRk9wRkducDRyZEgyc0F1",
            "WTV0cThUOThEakkifQ.eyJzdWIiOiJ1c2VyQGV4YW1wbGUuY29tIiwidWlkIjo3LCJzaWQiOiJhIHNlc3Npb24iLCJqd",
            "GkiOiJhIHRva2VuIiwiaWF0IjoxODAwMDAwMDAwLCJleHAiOjE4MDAwMDA5MDAsImlzcyI6Im9yZS1iYWNrZW5kIiwiY",
            "XVkIjoib3JlIiwiY2xpZW50X2lkIjoib3JlLXdlYiJ9.tQklp1U6k3HWwrvFbTFyYIze4zk5Q2tFgrYKVl9DevB-udx7",
            "NOsoUJoHLtpcpgn2TPmm8G35WGEfygVVCeK8CQ",
        ),
    ),
    (
        Algorithm::Es256,
        Some(concat!(
            r#"{"crv":"P-256","kty":"EC","x":"YOEnUVmv23TGOzex8Vw526ffZNHErI5dnGo4OAWMrQM","y":"OxS2zYpbtcW"#,
            r#"LQAEOot2RFU-RDo9F7F2Md7jHXLLAJbk"}"#,
        )),
        concat!(
            "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiIsImtpZCI6IjA0Q2M0OWpBak5iRHg5ZkgybnhQLUhzSl82OEs5N0Vs",
            "M1FCVjBUcVp6VVkifQ.eyJzdWIiOiJ1c2VyQGV4YW1wbGUuY29tIiwidWlkIjo3LCJzaWQiOiJhIHNlc3Npb24iLCJqd",
            "GkiOiJhIHRva2VuIiwiaWF0IjoxODAwMDAwMDAwLCJleHAiOjE4MDAwMDA5MDAsImlzcyI6Im9yZS1iYWNrZW5kIiwiY",
            "XVkIjoib3JlIiwiY2xpZW50X2lkIjoib3JlLXdlYiJ9.coISJMB9xfCncJWJbpxGnvUWVLK1PXUukiJfhdKL1uRB4RY_",
            "RzXRwCN-l6IIG34CWEV2QVKarGKDBsnWCelkoQ",
        ),
    ),
    (
        Algorithm::Rs256,
        Some(concat!(
            r#"{"e":"AQAB","kty":"RSA","n":"kfv14GdCFd4HkCnhDpRn8GmhuspPAnFv7uR44Jz8P2s1XTpVtnk5TwMzTrDd3Vu"#,
            r#"LC6Xj0JEfO13XIxDChhqTXtHbkawq78u4sBx8i_g1lApw4WWXM_74EWB5llW7-p0CP-IfI8YwmmJY6iT3rsihMP2muMl"#,
            r#"zIINj-Lyv_kTwJQYiBIYyai80KBQo52OqN-9h8GllSPGUa_zDpI1qXcVSNfGISXLnDExcsjeZIY3k6E6uqRgJKkUURHD"#,
            r#"XyLGU3IhWeNRfBc78m3udYKuoAdYwbuZEXo-UqarKBa0hgmQgQuvLx0Qq-InNH91xei9dnE6yzQwnzbFgjSRFuaJpE2Q"#,
            r#"11w"}"#,
        )),
        concat!(
            "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJSUzI1NiIsImtpZCI6IkYyanBGbGhJbWxvUno2QVZNLXlUQi1OMm1LTWo3eXo2",
            "V1dCcVBvN0YxV0UifQ.eyJzdWIiOiJ1c2VyQGV4YW1wbGUuY29tIiwidWlkIjo3LCJzaWQiOiJhIHNlc3Npb24iLCJqd",
            "GkiOiJhIHRva2VuIiwiaWF0IjoxODAwMDAwMDAwLCJleHAiOjE4MDAwMDA5MDAsImlzcyI6Im9yZS1iYWNrZW5kIiwiY",
            "XVkIjoib3JlIiwiY2xpZW50X2lkIjoib3JlLXdlYiJ9.hcIwKxAQ0ny3Ivw6MbJDdyaQg9uvo_wNMUFJxdtNz_N9yzFk",
            "mqVKxtqrajxdhgZXXs9fjyJBhV7X68POW5rmj9Nrt0-VOPAPNNi7WTPy_JNAmT8zprgJaISy7uwVFVNZOG2FGxMhzY0n",
            "0FA9KFe2QHt-z7Pnu11Mv56ZJNZ81jb44JmrAYAaKhL-QcoJWHJEYDFsF1Nbigi0_Wdd_te8D_7tsYe8imWMLjKLJ5UE",
            "gyodoMwwAKFbHLvjigdboRgyJK6XMwjpM29GnhUb_Qs_fcq18nQiBwnLOwBKS9AxRxzf8_LxembGvApTF_xQCZO6KsP2",
            "6YGWpUHTkzQ8UcoSvw",
        ),
    ),
    (
        Algorithm::Hs256,
        None,
        concat!(
            "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyQGV4YW1wbGUuY29tIiwidWlkIjo3LCJzaWQ",
            "iOiJhIHNlc3Npb24iLCJqdGkiOiJhIHRva2VuIiwiaWF0IjoxODAwMDAwMDAwLCJleHAiOjE4MDAwMDA5MDAsImlzcyI",
            "6Im9yZS1iYWNrZW5kIiwiYXVkIjoib3JlIiwiY2xpZW50X2lkIjoib3JlLXdlYiJ9.CMzNfzk1fi0cr8xnzea1TSMrU6",
            "BJquJ0bPAQ51kbgqk",
        ),
    ),
    (
        Algorithm::Hs384,
        None,
        concat!(
            "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzM4NCJ9.eyJzdWIiOiJ1c2VyQGV4YW1wbGUuY29tIiwidWlkIjo3LCJzaWQ",
            "iOiJhIHNlc3Npb24iLCJqdGkiOiJhIHRva2VuIiwiaWF0IjoxODAwMDAwMDAwLCJleHAiOjE4MDAwMDA5MDAsImlzcyI",
            "6Im9yZS1iYWNrZW5kIiwiYXVkIjoib3JlIiwiY2xpZW50X2lkIjoib3JlLXdlYiJ9.63Zk34Q6KNHRWCeYL5p4ATWlob",
            "1bhI21WrtqsiVoEQeaRCpKv1no6NIDAKknYV6E",
        ),
    ),
    (
        Algorithm::Hs512,
        None,
        concat!(
            "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJ1c2VyQGV4YW1wbGUuY29tIiwidWlkIjo3LCJzaWQ",
            "iOiJhIHNlc3Npb24iLCJqdGkiOiJhIHRva2VuIiwiaWF0IjoxODAwMDAwMDAwLCJleHAiOjE4MDAwMDA5MDAsImlzcyI",
            "6Im9yZS1iYWNrZW5kIiwiYXVkIjoib3JlIiwiY2xpZW50X2lkIjoib3JlLXdlYiJ9.wsVEd42p3r1owLzz4L-xy48nPy",
            "V9tKRdmYZeOWIS6E6R3Poy5CC2i0cP7-2mB4-WzCNhLiztgKWX-5SVdS0c7g",
        ),
    ),
];

fn verifier(algorithm: Algorithm, public: Option<&str>) -> TokenVerifier {
    let key = match public {
        Some(jwk) => PublicKey::from_jwk(&serde_json::from_str::<Jwk>(jwk).unwrap()).unwrap().verification_key(),
        None => VerificationKey::hmac(algorithm, &SecretKey::new(*SECRET).unwrap()).unwrap(),
    };
    let (issuer, audience) = ("ore-backend".to_owned(), "ore".to_owned());
    TokenVerifier::new(VerifierSettings { issuer, audience, leeway: MAXIMUM_LEEWAY }, [key]).unwrap()
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

#[test]
fn a_token_of_each_algorithm_is_verified() {
    for (algorithm, public, token) in TOKENS {
        let claims: AccessClaims = verifier(algorithm, public).verify(token, now()).unwrap();
        assert_eq!((claims.uid, claims.sid.as_str()), (Some(7), "a session"), "{algorithm}");
    }
}

#[test]
fn a_signature_of_another_token_is_refused() {
    for (algorithm, public, token) in TOKENS {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let first = if signature.starts_with('A') { "B" } else { "A" };
        let changed = format!("{signed}.{first}{}", &signature[1..]);
        let refused: Result<AccessClaims, _> = verifier(algorithm, public).verify(&changed, now());
        assert_eq!(refused.err(), Some(TokenError::InvalidSignature), "{algorithm}");
    }
}
