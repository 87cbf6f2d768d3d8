use ore_testkit_issuer::TestIssuer;
use ore_verifier::refresh::RefreshOptions;
use ore_verifier::{Reason, Source, StaleRevocations};

use crate::fixture::{Fixture, WatchingObserver, builder};

#[tokio::test]
async fn a_session_that_ends_while_the_poll_waits_is_refused() {
    let mut fixture = Fixture::new().await;
    let token = fixture.issuer.user(7).session("s").token();
    assert!(fixture.is_accepted(&token).await);
    fixture.issuer.revoke_session("s");
    fixture.until(|observed| observed.revocations == 1).await;
    assert_eq!(fixture.verifier.check_fresh(&token).await.err(), Some(Reason::SessionRevoked));
    fixture.issuer.revoke_user(8);
    let other = fixture.issuer.user(9).token();
    fixture.until(|observed| observed.revocations == 2).await;
    assert!(fixture.is_accepted(&other).await);
}

#[tokio::test]
async fn an_api_key_that_is_refused_is_told_and_leaves_the_service_closed() {
    let issuer = TestIssuer::new();
    let server = issuer.serve().await;
    let observing = WatchingObserver::default();
    let mut observed = observing.observed();
    let verifier = builder(&issuer).revocations(StaleRevocations::Refuse).observer(observing).build().unwrap();
    let _refresh = verifier.start_refresh(RefreshOptions::new(server.url()).api_key("ore_ak_other")).unwrap();
    let expected = (Source::Revocations, "the issuer has answered with the status 401".to_owned());
    observed.wait_for(|observed| observed.failed.contains(&expected)).await.unwrap();
    observed.wait_for(|observed| observed.refreshed.contains(&Source::Keys)).await.unwrap();
    let outcome = verifier.check_fresh(&issuer.user(7).token()).await;
    assert_eq!(outcome.err(), Some(Reason::RevocationsStale));
}
