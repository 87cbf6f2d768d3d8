use std::time::Duration;

use ore_verifier::{Reason, Refusal, bearer_token};

use crate::fixture::Fixture;

#[test]
fn the_token_of_a_request_is_that_of_its_one_header() {
    let token = |values: &[&'static str]| bearer_token(values.iter().map(|value| value.as_bytes()));
    assert_eq!(token(&["Bearer a.b.c"]), Ok("a.b.c"));
    assert_eq!(token(&["bEARER  a.b.c"]), Ok("a.b.c"));
    assert_eq!(token(&[]), Err(Refusal::MissingToken));
    assert_eq!(token(&["Basic YTpi"]), Err(Refusal::MissingToken));
    assert_eq!(token(&["Bearera.b.c"]), Err(Refusal::MissingToken));
    for malformed in [&["Bearer"][..], &["Bearer "], &["Bearer a.b.c", "Bearer a.b.c"]] {
        assert_eq!(token(malformed), Err(Refusal::InvalidRequest), "{malformed:?}");
    }
    assert_eq!(bearer_token([&b"Bearer \xff"[..]]), Err(Refusal::InvalidRequest));
}

#[test]
fn answers_are_those_of_rfc_6750() {
    let fixture = Fixture::new();
    let caller = fixture.check(&fixture.issuer.user(7).token()).unwrap();
    let missing = caller.require("notes.write").unwrap_err();
    let quoted = caller.require("a\"\\\r\nb").unwrap_err();
    let old = caller.require_recent(Duration::from_mins(10), fixture.issuer.now() + Duration::from_hours(1));
    let cases = [
        (Refusal::MissingToken, 401, Some("Bearer")),
        (Refusal::InvalidRequest, 400, Some(r#"Bearer error="invalid_request""#)),
        (Reason::Expired.into(), 401, Some(r#"Bearer error="invalid_token""#)),
        (Reason::SessionRevoked.into(), 401, Some(r#"Bearer error="invalid_token""#)),
        (Reason::KeysStale.into(), 503, None),
        (missing.into(), 403, Some(r#"Bearer error="insufficient_scope", scope="notes.write""#)),
        (quoted.into(), 403, Some(r#"Bearer error="insufficient_scope", scope="ab""#)),
        (old.unwrap_err().into(), 401, Some(r#"Bearer error="insufficient_user_authentication", max_age=600"#)),
    ];
    for (refusal, status, challenge) in cases {
        assert_eq!((refusal.status(), refusal.challenge().as_deref()), (status, challenge), "{refusal}");
        assert_eq!(refusal.retry_after().is_some(), status == 503, "{refusal}");
    }
}
