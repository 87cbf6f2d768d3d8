//! Claims that are wrong, under a right signature.

use ore_security::token::{
    AccessClaims, Algorithm, NoExtraClaims, TokenError, TokenVerifier, VerificationKey, VerifierSettings,
};
use serde_json::{Value, json};

use crate::support::{HEADER, NOW, at, claims_with, forge, key, valid_claims, verifier, verifier_settings, verify};

fn outcome(claims: &str) -> Result<AccessClaims, TokenError> {
    verify(&forge(HEADER, claims))
}

fn outcome_with(name: &str, value: Value) -> Result<AccessClaims, TokenError> {
    outcome(&claims_with(name, value))
}

#[test]
fn every_claim_is_required_but_the_user_of_a_client_that_acts_for_itself() {
    for name in ["sub", "sid", "jti", "iat", "exp", "iss", "aud", "client_id"] {
        let mut claims = valid_claims();
        claims.as_object_mut().unwrap().remove(name).unwrap();
        assert_eq!(outcome(&claims.to_string()), Err(TokenError::MalformedClaims), "{name}");
        assert_eq!(outcome_with(name, Value::Null), Err(TokenError::MalformedClaims), "{name}");
    }
    let mut claims = valid_claims();
    claims.as_object_mut().unwrap().remove("uid").unwrap();
    assert_eq!(outcome(&claims.to_string()).unwrap().uid, None);
    assert_eq!(outcome_with("uid", Value::Null), Err(TokenError::MalformedClaims));
}

#[test]
fn a_token_is_expired_from_the_second_of_its_end_on() {
    let token = forge(HEADER, &valid_claims().to_string());
    assert!(verifier().verify::<NoExtraClaims>(&token, at(NOW + 899)).is_ok());
    for seconds in [900, 901, 925, 86_400, 200_000_000_000] {
        let outcome = verifier().verify::<NoExtraClaims>(&token, at(NOW + seconds));
        assert_eq!(outcome, Err(TokenError::Expired), "{seconds}");
    }
    let claims = valid_claims().to_string().replace(&format!("\"iat\":{NOW}"), &format!("\"iat\":{}", NOW - 9));
    let expires_now = claims.replace(&format!("\"exp\":{}", NOW + 900), &format!("\"exp\":{NOW}"));
    assert_eq!(outcome(&expires_now), Err(TokenError::Expired));
}

#[test]
fn times_that_are_no_integers_in_range_are_refused() {
    for name in ["exp", "iat", "nbf"] {
        for literal in [
            "\"1800000900\"",
            "1800000900.0",
            "1800000900.5",
            "18000009e2",
            "1.8e9",
            "1e30",
            "-1",
            "-0",
            "-1800000900",
            "18446744073709551615",
            "18446744073709551616",
            "9223372036854775807",
            "253402300800",
            "null",
            "true",
            "[1800000900]",
            "{}",
            "NaN",
            "Infinity",
            "0x6b49d584",
            "01800000900",
            "+1800000900",
        ] {
            let claims = claims_with(name, json!("@")).replace("\"@\"", literal);
            assert_eq!(outcome(&claims), Err(TokenError::MalformedClaims), "{name} {literal}");
        }
    }
}

#[test]
fn an_end_at_or_before_the_beginning_is_refused() {
    for end in [0, NOW - 1, NOW] {
        assert_eq!(outcome_with("exp", json!(end)), Err(TokenError::MalformedClaims));
    }
}

#[test]
fn a_token_issued_in_the_future_is_refused_beyond_the_leeway() {
    let issued_at = |iat: u64| {
        let claims = json!({
            "sub": "user@example.com", "uid": 7, "sid": "s", "jti": "j", "iat": iat, "exp": iat + 900,
            "iss": "ore-backend", "aud": "ore", "client_id": "ore-web",
        });
        outcome(&claims.to_string()).map(|claims| claims.iat)
    };
    assert_eq!(issued_at(NOW + 30), Ok(NOW + 30));
    for ahead in [31, 600, 31_536_000] {
        assert_eq!(issued_at(NOW + ahead), Err(TokenError::IssuedInTheFuture), "{ahead}");
    }
}

#[test]
fn a_token_that_is_not_valid_yet_is_refused_beyond_the_leeway() {
    for passed in [0, NOW - 1000, NOW, NOW + 30] {
        assert!(outcome_with("nbf", json!(passed)).is_ok(), "{passed}");
    }
    for future in [NOW + 31, NOW + 600, NOW + 31_536_000] {
        assert_eq!(outcome_with("nbf", json!(future)), Err(TokenError::NotYetValid), "{future}");
    }
}

#[test]
fn clocks_of_replicas_may_differ_by_25_seconds_but_not_by_10_minutes() {
    let token = forge(HEADER, &valid_claims().to_string());
    for clock in [NOW - 25, NOW + 25] {
        assert!(verifier().verify::<NoExtraClaims>(&token, at(clock)).is_ok());
    }
    assert_eq!(verifier().verify::<NoExtraClaims>(&token, at(NOW - 600)), Err(TokenError::IssuedInTheFuture));
}

#[test]
fn the_leeway_is_a_setting_of_at_most_30_seconds() {
    let with_leeway = |seconds| {
        let leeway = std::time::Duration::from_secs(seconds);
        TokenVerifier::new(
            VerifierSettings { leeway, ..verifier_settings() },
            [VerificationKey::hmac(Algorithm::Hs256, &key()).unwrap()],
        )
    };
    assert_eq!(with_leeway(31).unwrap_err(), TokenError::LeewayTooLong);
    let strict = with_leeway(0).unwrap();
    let token = forge(HEADER, &valid_claims().to_string());
    assert!(strict.verify::<NoExtraClaims>(&token, at(NOW)).is_ok());
    assert_eq!(strict.verify::<NoExtraClaims>(&token, at(NOW - 1)), Err(TokenError::IssuedInTheFuture));
}

#[test]
fn another_issuer_is_refused() {
    for issuer in ["", "ore", "ORE-backend", "ore-backend ", "https://ore-backend"] {
        assert_eq!(outcome_with("iss", json!(issuer)), Err(TokenError::WrongIssuer), "{issuer}");
    }
    assert_eq!(outcome_with("iss", json!(["ore-backend"])), Err(TokenError::MalformedClaims));
}

#[test]
fn another_audience_is_refused_and_ours_may_stand_in_a_list() {
    for audience in [json!(""), json!("Ore"), json!("ore "), json!("ore-reset"), json!([]), json!(["other", "ore2"])] {
        assert_eq!(outcome_with("aud", audience.clone()), Err(TokenError::WrongAudience), "{audience}");
    }
    for audience in [json!(7), json!({"ore": true}), json!(["ore", 7]), json!([["ore"]])] {
        assert_eq!(outcome_with("aud", audience.clone()), Err(TokenError::MalformedClaims), "{audience}");
    }
    for audience in [json!(["ore"]), json!(["other", "ore"])] {
        assert_eq!(outcome_with("aud", audience).unwrap().aud, "ore");
    }
}

#[test]
fn an_identity_of_another_type_is_refused() {
    for uid in ["\"7\"", "7.0", "1e0", "9223372036854775808", "true", "[7]"] {
        let claims = claims_with("uid", json!("@")).replace("\"@\"", uid);
        assert_eq!(outcome(&claims), Err(TokenError::MalformedClaims), "{uid}");
    }
    for name in ["sub", "sid", "jti", "client_id"] {
        assert_eq!(outcome_with(name, json!(7)), Err(TokenError::MalformedClaims), "{name}");
    }
}

#[test]
fn doubled_claims_are_refused_in_either_order_also_when_one_is_escaped_or_unknown() {
    let valid = valid_claims().to_string();
    let inside = valid.trim_start_matches('{').trim_end_matches('}');
    for (name, value) in valid_claims().as_object().unwrap() {
        assert_eq!(outcome(&format!("{{\"{name}\":{value},{inside}}}")), Err(TokenError::MalformedClaims), "{name}");
        assert_eq!(outcome(&format!("{{{inside},\"{name}\":{value}}}")), Err(TokenError::MalformedClaims), "{name}");
    }
    for doubled in
        [r#""\u0075id":1"#, r#""nbf":1,"nbf":1"#, r#""role":"user","role":"admin""#, r#""role":1,"r\u006fle":1"#]
    {
        assert_eq!(outcome(&format!("{{{inside},{doubled}}}")), Err(TokenError::MalformedClaims), "{doubled}");
    }
}

#[test]
fn claims_that_are_no_single_json_object_are_refused() {
    let valid = valid_claims().to_string();
    for claims in [
        String::new(),
        "null".to_owned(),
        "\"sub\"".to_owned(),
        format!("[{valid}]"),
        r#"["user@example.com",7,"s","j",1800000000,1800000900,null,"ore-backend","ore","ore-web"]"#.to_owned(),
        format!("{valid}{valid}"),
        format!("{valid}x"),
        format!(" {valid}"),
        valid.replace('}', ",}"),
        valid.replace('}', ""),
        format!("{}{valid}", '\u{feff}'),
    ] {
        let expected = if claims.is_empty() { TokenError::Malformed } else { TokenError::MalformedClaims };
        assert_eq!(outcome(&claims), Err(expected), "{claims}");
    }
}

#[test]
fn claims_nested_deep_are_refused_without_exhausting_the_stack() {
    let nested = format!("{}{}", "[".repeat(1300), "]".repeat(1300));
    let claims = claims_with("deep", json!("@")).replace("\"@\"", &nested);
    assert_eq!(outcome(&claims), Err(TokenError::MalformedClaims));
}

#[test]
fn unknown_claims_are_ignored() {
    assert_eq!(outcome_with("role", json!("admin")).map(|claims| claims.extra), Ok(NoExtraClaims {}));
}
