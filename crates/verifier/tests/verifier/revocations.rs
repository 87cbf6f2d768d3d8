use std::time::Duration;

use ore_testkit_issuer::TestIssuer;
use ore_verifier::{FeedError, MAXIMUM_FEED_BYTES, MAXIMUM_SESSIONS, Reason, StaleRevocations};
use serde_json::{Value, json};

use crate::fixture::{Fixture, MAX_STALE, builder};

fn feed(revoked: &Value, users: &Value) -> String {
    let data = json!({ "revoked": revoked, "users": users, "next": "x", "reset": false, "poll_after_seconds": 5 });
    json!({ "success": true, "data": data }).to_string()
}

#[test]
fn a_session_that_has_ended_is_refused_and_others_go_on() {
    let fixture = Fixture::with_revocations(StaleRevocations::Refuse);
    let (user, other) = (fixture.issuer.user(7), fixture.issuer.user(7));
    let token = user.token();
    assert!(fixture.check(&token).is_ok());
    let revoked = user.revoked();
    assert_eq!(fixture.poll().received, 1);
    assert_eq!(fixture.refusal(&token), Some(Reason::SessionRevoked));
    assert_eq!(fixture.refusal(&revoked), Some(Reason::SessionRevoked));
    assert!(fixture.check(&other.token()).is_ok());
    assert_eq!(fixture.poll().received, 0);
    assert_eq!(fixture.refusal(&token), Some(Reason::SessionRevoked));
}

#[test]
fn a_user_is_refused_with_tokens_from_before_and_accepted_with_new_ones() {
    let fixture = Fixture::with_revocations(StaleRevocations::Refuse);
    let (old, other) = (fixture.issuer.user(7).token(), fixture.issuer.user(8).token());
    fixture.issuer.advance(Duration::from_secs(1));
    let of_the_same_second = fixture.issuer.user(7).token();
    fixture.issuer.revoke_user(7);
    let new = fixture.issuer.user(7).token();
    fixture.poll();
    assert_eq!(fixture.refusal(&old), Some(Reason::UserRevoked));
    assert_eq!(fixture.refusal(&of_the_same_second), Some(Reason::SessionRevoked));
    assert!(fixture.check(&new).is_ok() && fixture.check(&other).is_ok());
}

#[test]
fn an_earlier_revocation_does_not_replace_a_later_one() {
    let fixture = Fixture::with_revocations(StaleRevocations::Refuse);
    let token = fixture.issuer.user(7).session("s").token();
    let now = fixture.issuer.clock().unix_seconds();
    let apply = |feed: String| fixture.verifier.apply_revocations(feed.as_bytes(), fixture.issuer.now()).unwrap();
    apply(feed(&json!([]), &json!([{ "uid": 7, "not_before": now + 1 }, { "uid": 7, "not_before": now - 9 }])));
    apply(feed(&json!([]), &json!([{ "uid": 7, "not_before": now - 5 }])));
    assert_eq!(fixture.refusal(&token), Some(Reason::UserRevoked));
    let session = |exp| feed(&json!([{ "sid": "t", "exp": exp }]), &json!([]));
    apply(session(now + 900));
    apply(session(now + 60));
    fixture.issuer.advance(Duration::from_mins(1));
    fixture.poll();
    assert_eq!(fixture.refusal(&fixture.issuer.user(8).session("t").token()), Some(Reason::SessionRevoked));
}

#[test]
fn revocations_are_forgotten_when_no_token_can_have_them() {
    let hour = Duration::from_hours(1);
    let builder = builder().revocations(StaleRevocations::Accept).longest_token_life(hour);
    let fixture = Fixture::with(TestIssuer::new(), builder);
    let now = fixture.issuer.clock().unix_seconds();
    let apply = |feed: &str| fixture.verifier.apply_revocations(feed.as_bytes(), fixture.issuer.now());
    let of_session = |id: usize| json!({ "sid": id.to_string(), "exp": now + 60 });
    let ids: Vec<usize> = (0..MAXIMUM_SESSIONS).collect();
    for ids in ids.chunks(100_000) {
        let sessions: Vec<Value> = ids.iter().map(|id| of_session(*id)).collect();
        apply(&feed(&json!(sessions), &json!([{ "uid": 7, "not_before": now }]))).unwrap();
    }
    let one_more = feed(&json!([of_session(MAXIMUM_SESSIONS)]), &json!([{ "uid": 8, "not_before": now + 7200 }]));
    assert_eq!(apply(&one_more).err(), Some(FeedError::TooMany));
    fixture.issuer.advance(Duration::from_mins(1));
    apply(&one_more).unwrap();
    fixture.fetch_keys();
    assert!(fixture.check(&fixture.issuer.user(7).session("1").token()).is_ok());
    assert_eq!(fixture.refusal(&fixture.issuer.user(8).token()), Some(Reason::UserRevoked));
}

#[test]
fn a_token_that_outlives_revocations_is_refused() {
    let hour = Duration::from_hours(1);
    let builder = builder().revocations(StaleRevocations::Accept).longest_token_life(hour);
    let fixture = Fixture::with(TestIssuer::new(), builder);
    assert!(fixture.check(&fixture.issuer.user(7).lifetime(hour).token()).is_ok());
    let longer = fixture.issuer.user(7).lifetime(hour + Duration::from_secs(1)).token();
    assert_eq!(fixture.refusal(&longer), Some(Reason::LifetimeTooLong));
}

#[test]
fn when_the_feed_is_away_the_service_goes_on_or_stops_as_it_said() {
    for (when_stale, expected) in
        [(StaleRevocations::Accept, None), (StaleRevocations::Refuse, Some(Reason::RevocationsStale))]
    {
        let unread = Fixture::with(TestIssuer::new(), builder().revocations(when_stale));
        assert_eq!(unread.refusal(&unread.issuer.user(7).token()), expected);
        unread.verifier.confirm_revocations(unread.issuer.now());
        assert_eq!(unread.refusal(&unread.issuer.user(7).token()), expected);

        let fixture = Fixture::with_revocations(when_stale);
        fixture.issuer.advance(MAX_STALE);
        assert!(fixture.check(&fixture.issuer.user(7).token()).is_ok());
        fixture.issuer.advance(Duration::from_secs(1));
        fixture.fetch_keys();
        assert_eq!(fixture.refusal(&fixture.issuer.user(7).token()), expected);
        fixture.verifier.confirm_revocations(fixture.issuer.now());
        assert!(fixture.check(&fixture.issuer.user(7).token()).is_ok());
    }
}

#[test]
fn nothing_that_was_revoked_comes_back_when_the_feed_starts_anew() {
    let fixture = Fixture::with_revocations(StaleRevocations::Refuse);
    let token = fixture.issuer.user(7).revoked();
    fixture.poll();
    let data = json!({ "revoked": [], "users": [], "next": 0, "reset": true });
    let anew = json!({ "success": true, "data": data }).to_string();
    fixture.verifier.apply_revocations(anew.as_bytes(), fixture.issuer.now()).unwrap();
    assert_eq!(fixture.verifier.revocations_cursor().as_deref(), Some("0"));
    assert_eq!(fixture.refusal(&token), Some(Reason::SessionRevoked));
}

#[test]
fn what_is_no_feed_changes_nothing() {
    let fixture = Fixture::with_revocations(StaleRevocations::Refuse);
    let token = fixture.issuer.user(7).session("s").token();
    let refused = |json: &str| fixture.verifier.apply_revocations(json.as_bytes(), fixture.issuer.now()).err();
    let session = json!({ "sid": "s", "exp": u64::MAX });
    let failed = feed(&json!([session]), &json!([])).replace("true", "false");
    let half = feed(&json!([session, { "sid": 9, "exp": 1 }]), &json!([]));
    for json in ["", "{}", r#"{"success":true,"data":null}"#, &failed, &half] {
        assert_eq!(refused(json), Some(FeedError::Malformed), "{json}");
    }
    let long = format!("{}{}", feed(&json!([session]), &json!([])), " ".repeat(MAXIMUM_FEED_BYTES));
    assert_eq!(refused(&long), Some(FeedError::TooLong));
    assert!(fixture.check(&token).is_ok());
}

#[test]
fn a_verifier_that_was_built_without_revocations_takes_none() {
    let fixture = Fixture::new();
    let refused = fixture.verifier.apply_revocations(fixture.issuer.revocations().as_bytes(), fixture.issuer.now());
    assert_eq!(refused.err(), Some(FeedError::NotExpected));
}
