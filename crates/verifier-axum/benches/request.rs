//! What a request costs whose caller is checked, beside one to the same handler that nobody checks.
#![allow(clippy::unwrap_used, reason = "a measurement fails where its fixture does")]

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use divan::{Bencher, black_box};
use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use ore_testkit_issuer::{Algorithm, TestIssuer};
use ore_verifier::Verifier;
use ore_verifier_axum::Authenticated;
use pollster::block_on;
use tower::ServiceExt;

const PAIRS: [Algorithm; 3] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

fn main() {
    divan::main();
}

/// A router with both handlers, and a token that it accepts.
fn fixture(algorithm: Algorithm) -> (Router, String) {
    let issuer = TestIssuer::with_algorithm(algorithm);
    let clock = issuer.clock().clone();
    let builder = Verifier::builder(TestIssuer::ISSUER).audience(TestIssuer::AUDIENCE).clock(move || clock.now());
    let verifier = builder.build().unwrap();
    verifier.replace_keys(issuer.jwks().as_bytes(), issuer.now()).unwrap();
    let checked = |Authenticated(caller): Authenticated| async move { caller.sub };
    let unchecked = || async { "user7@example.com".to_owned() };
    let router = Router::new().route("/checked", get(checked)).route("/unchecked", get(unchecked)).with_state(verifier);
    (router, issuer.user(7).permissions(["notes.read", "notes.write"]).token())
}

fn ask(bencher: Bencher<'_, '_>, algorithm: Algorithm, path: &str) {
    let (router, token) = fixture(algorithm);
    let request = || Request::get(path).header(AUTHORIZATION, format!("Bearer {token}")).body(Body::empty()).unwrap();
    bencher.with_inputs(|| (router.clone(), request())).bench_values(|(router, request)| {
        let response = block_on(router.oneshot(request)).unwrap();
        assert_eq!(black_box(response).status(), StatusCode::OK);
    });
}

#[divan::bench(args = PAIRS)]
fn checked(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    ask(bencher, algorithm, "/checked");
}

#[divan::bench]
fn unchecked(bencher: Bencher<'_, '_>) {
    ask(bencher, Algorithm::EdDsa, "/unchecked");
}
