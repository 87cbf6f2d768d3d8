use std::time::Duration;

use ore_verifier::refresh::DEFAULT_FLOOR;
use ore_verifier::{MAXIMUM_KEY_SET_BYTES, Reason, Source};
use serde_json::json;
use tokio::task::JoinSet;

use crate::fixture::{Fixture, MAX_STALE};

#[tokio::test]
async fn a_new_key_is_fetched_at_once_and_by_one_request_for_all_who_wait() {
    let fixture = Fixture::new().await;
    fixture.issuer.rotate_key();
    let held = fixture.server.hold().await;
    let mut waiting = JoinSet::new();
    for uid in 0..20 {
        let (verifier, token) = (fixture.verifier.clone(), fixture.issuer.user(uid).token());
        waiting.spawn(async move { verifier.check_fresh(&token).await.map(|caller| caller.uid) });
    }
    fixture.server.until(|requests| requests.keys == 2).await;
    drop(held);
    let callers = waiting.join_all().await;
    assert!(callers.iter().all(Result::is_ok), "{callers:?}");
    assert_eq!(fixture.server.requests().keys, 2);
}

#[tokio::test]
async fn keys_that_nobody_knows_are_asked_for_no_more_often_than_the_floor() {
    let fixture = Fixture::new().await;
    let forged = fixture.issuer.user(7).signed_with_an_unknown_key();
    for expected in [2, 2] {
        assert_eq!(fixture.verifier.check_fresh(&forged).await.err(), Some(Reason::UnknownKey));
        assert_eq!(fixture.server.requests().keys, expected);
    }
    fixture.issuer.advance(DEFAULT_FLOOR.saturating_sub(Duration::from_secs(1)));
    let _ = fixture.verifier.check_fresh(&forged).await;
    assert_eq!(fixture.server.requests().keys, 2);
    fixture.issuer.advance(Duration::from_secs(1));
    let _ = fixture.verifier.check_fresh(&forged).await;
    assert_eq!(fixture.server.requests().keys, 3);
}

#[tokio::test]
async fn a_token_that_needs_no_new_key_asks_for_none() {
    let fixture = Fixture::new().await;
    for token in [fixture.issuer.user(7).tampered(), fixture.issuer.user(7).expired(), "a.b".to_owned()] {
        assert!(!fixture.is_accepted(&token).await);
    }
    assert_eq!(fixture.server.requests().keys, 1);
}

#[tokio::test]
async fn a_key_set_that_has_not_changed_is_not_sent_again_and_counts_as_read() {
    let fixture = Fixture::new().await;
    fixture.issuer.advance(MAX_STALE + Duration::from_secs(1));
    let token = fixture.issuer.user(7).token();
    assert_eq!(fixture.verifier.check(&token, fixture.issuer.now()).err(), Some(Reason::KeysStale));
    // Keys that are too old are asked for as unknown ones are; the revocations are too old too.
    assert_eq!(fixture.verifier.check_fresh(&token).await.err(), Some(Reason::RevocationsStale));
    assert_eq!(fixture.server.requests().keys_not_modified, 1);
}

#[tokio::test]
async fn a_set_that_is_too_large_is_not_read_and_the_keys_stay() {
    let mut fixture = Fixture::new().await;
    fixture.issuer.add_unusable_key(json!("x".repeat(MAXIMUM_KEY_SET_BYTES)));
    assert!(!fixture.is_accepted(&fixture.issuer.user(7).signed_with_an_unknown_key()).await);
    let expected = (Source::Keys, format!("the answer has more than {MAXIMUM_KEY_SET_BYTES} bytes"));
    fixture.until(|observed| observed.failed.contains(&expected)).await;
    assert!(fixture.is_accepted(&fixture.issuer.user(7).token()).await);
}

#[tokio::test]
async fn while_the_issuer_is_away_tokens_of_known_keys_verify() {
    let Fixture { issuer, server, verifier, refresh: _refresh, mut observed } = Fixture::new().await;
    drop(server);
    issuer.advance(Duration::from_mins(10));
    assert!(verifier.check_fresh(&issuer.user(7).token()).await.is_ok());
    issuer.rotate_key();
    assert_eq!(verifier.check_fresh(&issuer.user(7).token()).await.err(), Some(Reason::UnknownKey));
    observed.wait_for(|observed| observed.failed.iter().any(|(source, _)| *source == Source::Keys)).await.unwrap();
}

#[tokio::test]
async fn without_its_handle_nothing_is_asked_any_more() {
    let fixture = Fixture::new().await;
    let Fixture { issuer, server, verifier, refresh, .. } = fixture;
    drop(refresh);
    let forged = issuer.user(7).signed_with_an_unknown_key();
    assert_eq!(verifier.check_fresh(&forged).await.err(), Some(Reason::UnknownKey));
    assert_eq!(server.requests().keys, 1);
    assert!(verifier.check_fresh(&issuer.user(7).token()).await.is_ok());
}
