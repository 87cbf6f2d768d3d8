use ore_testkit_issuer::TestIssuer;
use ore_verifier::refresh::RefreshOptions;
use ore_verifier::{Reason, Verifier};

use crate::fixture::builder;

/// What [`TestToken::from_another_issuer`](ore_testkit_issuer::TestToken::from_another_issuer) says in `iss`.
const OTHER: &str = "https://accounts.elsewhere.test";

#[tokio::test]
async fn a_new_key_is_asked_of_the_issuer_that_the_token_names_while_the_other_is_away() {
    let (issuer, other) = (TestIssuer::new(), TestIssuer::new());
    let (server, of_other) = (issuer.serve().await, other.serve().await);
    let own = builder(&issuer).build().unwrap();
    let clock = other.clock().clone();
    let others = Verifier::builder(OTHER).audience(TestIssuer::AUDIENCE).clock(move || clock.now()).build().unwrap();
    let refreshes = [(&own, &server), (&others, &of_other)]
        .map(|(verifier, server)| verifier.start_refresh(RefreshOptions::new(server.url())).unwrap());
    for refresh in &refreshes {
        refresh.ready().await;
    }
    let verifier = own.with_issuers([others]).unwrap();
    drop(server);
    other.rotate_key();
    assert!(verifier.check_fresh(&other.user(7).from_another_issuer()).await.is_ok());
    assert_eq!(of_other.requests().keys, 2);
    assert!(verifier.check_fresh(&issuer.user(7).token()).await.is_ok());
    let unknown = issuer.user(7).signed_with_an_unknown_key();
    assert_eq!(verifier.check_fresh(&unknown).await.err(), Some(Reason::UnknownKey));
    assert_eq!(of_other.requests().keys, 2);
}
