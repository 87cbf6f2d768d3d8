//! Checks a token of each algorithm, and makes every client, with whatever features Cargo has unified: a crate that looks its
//! cryptography up panics where there are two providers or none.
#![allow(clippy::unwrap_used, reason = "a test fails where its fixture does")]

use ore_testkit_issuer::{API_KEY, Algorithm, TestIssuer};
use ore_verifier::refresh::RefreshOptions;
use ore_verifier::{Reason, StaleRevocations, Verifier, VerifierBuilder};

const ALL: [Algorithm; 6] =
    [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512, Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

fn builder(issuer: &TestIssuer) -> VerifierBuilder {
    let clock = issuer.clock().clone();
    Verifier::builder(TestIssuer::ISSUER).audience(TestIssuer::AUDIENCE).clock(move || clock.now())
}

#[test]
fn a_token_of_each_algorithm_is_accepted_and_a_forged_one_refused() {
    for algorithm in ALL {
        let issuer = TestIssuer::with_algorithm(algorithm);
        let secret = issuer.secret();
        let verifier = match secret {
            Some(secret) => builder(&issuer).secret(algorithm, secret),
            None => builder(&issuer),
        };
        let verifier = verifier.build().unwrap();
        verifier.replace_keys(issuer.jwks().as_bytes(), issuer.now()).unwrap();
        let user = issuer.user(7);
        assert_eq!(verifier.check(&user.token(), issuer.now()).unwrap().uid, Some(7), "{algorithm}");
        let forged = verifier.check(&user.signed_with_a_wrong_key(), issuer.now());
        assert_eq!(forged.err(), Some(Reason::InvalidSignature), "{algorithm}");
    }
}

#[tokio::test]
async fn keys_and_revocations_are_read() {
    let issuer = TestIssuer::new();
    let server = issuer.serve().await;
    let verifier = builder(&issuer).revocations(StaleRevocations::Refuse).build().unwrap();
    let refresh = verifier.start_refresh(RefreshOptions::new(server.url()).api_key(API_KEY)).unwrap();
    refresh.ready().await;
    assert!(verifier.check(&issuer.user(7).token(), issuer.now()).is_ok());
}

#[test]
fn a_client_is_made() {
    assert!(ore_client::Client::builder("http://localhost:1").build().is_ok());
    assert!(ore_client::blocking::Client::builder("http://localhost:1").build_blocking().is_ok());
}
