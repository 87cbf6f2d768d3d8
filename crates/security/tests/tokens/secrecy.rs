use std::fmt::Display;

use ore_security::token::{AccessToken, LegacyTokenVerifier, SecretKey, TokenIssuer, TokenVerifier};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use crate::support::{HEADER, forge, issuer, key, valid_claims, valid_token, verifier, verify};

assert_not_impl_any!(AccessToken: Display, AsRef<str>, std::ops::Deref, PartialEq, serde::Serialize);
assert_not_impl_any!(SecretKey: Display, AsRef<[u8]>, std::ops::Deref, PartialEq, serde::Serialize);
assert_impl_all!(TokenIssuer: Send, Sync, Clone);
assert_impl_all!(TokenVerifier: Send, Sync, Clone);
assert_impl_all!(LegacyTokenVerifier: Send, Sync, Clone);

#[test]
fn debug_output_of_a_token_and_of_a_key_holds_nothing_of_them() {
    let token = issuer().create_access_token(crate::support::subject(), None, crate::support::now()).unwrap();
    assert_eq!(format!("{token:?}"), "AccessToken(..)");
    assert_eq!(format!("{token:#?}"), "AccessToken(..)");
    assert_eq!(format!("{:?}", key()), "SecretKey(..)");
}

#[test]
fn debug_output_of_issuers_and_verifiers_is_their_settings() {
    let legacy = LegacyTokenVerifier::new(&key());
    let outputs = [format!("{:?}", issuer()), format!("{:?}", verifier()), format!("{legacy:?}")];
    let settings = r#"{ issuer: "ore-backend", audience: "ore", "#;
    assert!(outputs[0].contains(settings) && outputs[1].contains(settings), "{outputs:?}");
    assert_eq!(outputs[2], "LegacyTokenVerifier { .. }");
    for output in outputs {
        assert!(!output.contains("a key of") && !output.contains("[97, 32"), "{output}");
    }
}

#[test]
fn errors_hold_no_part_of_the_token() {
    let mut claims = valid_claims();
    claims["exp"] = serde_json::json!("canary-claim");
    let tampered = format!("{}canary", valid_token());
    let unknown_parameter = r#"{"typ":"at+jwt","alg":"HS256","canary":"canary"}"#;
    for token in [
        "canary.canary.canary".to_owned(),
        tampered,
        forge(HEADER, &claims.to_string()),
        forge(unknown_parameter, &valid_claims().to_string()),
        forge(r#"{"typ":"canary","alg":"HS256"}"#, &valid_claims().to_string()),
    ] {
        let error = verify(&token).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
}
