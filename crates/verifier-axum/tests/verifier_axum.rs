//! Requests to routers whose callers are checked.
#![allow(clippy::unwrap_used, reason = "a test fails where its fixture does")]

use axum::body::Body;
use axum::routing::get;
use axum::{Extension, Router};
use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode};
use ore_testkit_issuer::TestIssuer;
use ore_verifier::{Caller, Permission, Verifier};
use ore_verifier_axum::{Authenticated, Rejection, RequirePermission, VerifierLayer, require};
use pollster::block_on;
use tower::ServiceExt;

struct NotesWrite;

impl Permission for NotesWrite {
    const NAME: &'static str = "notes.write";
}

async fn name(Authenticated(caller): Authenticated) -> String {
    caller.sub
}

async fn write(guard: RequirePermission<NotesWrite>) -> String {
    guard.caller.sub
}

async fn write_by_hand(Authenticated(caller): Authenticated) -> Result<String, Rejection> {
    caller.require("notes.write")?;
    Ok(caller.sub)
}

async fn name_if_any(caller: Option<Authenticated>) -> String {
    caller.map_or_else(|| "nobody".to_owned(), |Authenticated(caller)| caller.sub)
}

async fn name_behind_layer(Extension(caller): Extension<Caller>) -> String {
    caller.sub
}

fn verifier(issuer: &TestIssuer) -> Verifier {
    let clock = issuer.clock().clone();
    let builder = Verifier::builder(TestIssuer::ISSUER).audience(TestIssuer::AUDIENCE).clock(move || clock.now());
    builder.build().unwrap()
}

fn verifier_with_keys(issuer: &TestIssuer) -> Verifier {
    let verifier = verifier(issuer);
    verifier.replace_keys(issuer.jwks().as_bytes(), issuer.now()).unwrap();
    verifier
}

fn router(verifier: Verifier) -> Router {
    Router::new()
        .route("/name", get(name))
        .route("/write", get(write))
        .route("/write-by-hand", get(write_by_hand))
        .route("/name-if-any", get(name_if_any))
        .with_state(verifier)
}

fn layered(verifier: Verifier) -> Router {
    let writing = Router::new().route("/write", get(name_behind_layer)).layer(require("notes.write"));
    Router::new().route("/name", get(name_behind_layer)).merge(writing).layer(VerifierLayer::new(verifier))
}

fn call(router: &Router, path: &str, tokens: &[&str]) -> Response<Body> {
    let mut request = Request::builder().uri(path);
    for token in tokens {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    block_on(router.clone().oneshot(request.body(Body::empty()).unwrap())).unwrap()
}

/// The status and the challenge.
fn answer(response: &Response<Body>) -> (u16, Option<&str>) {
    let challenge = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap());
    (response.status().as_u16(), challenge)
}

fn text(response: Response<Body>) -> String {
    let bytes = block_on(axum::body::to_bytes(response.into_body(), 1024)).unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_caller_reaches_the_handler() {
    let issuer = TestIssuer::new();
    let token = issuer.user(7).permissions(["notes.write"]).token();
    let verifier = verifier_with_keys(&issuer);
    for (router, path) in [
        (router(verifier.clone()), "/name"),
        (router(verifier.clone()), "/write"),
        (router(verifier.clone()), "/write-by-hand"),
        (router(verifier.clone()), "/name-if-any"),
        (layered(verifier.clone()), "/name"),
        (layered(verifier.clone()), "/write"),
    ] {
        let response = call(&router, path, &[&token]);
        assert_eq!(answer(&response), (200, None), "{path}");
        assert_eq!(text(response), "user7@example.com", "{path}");
    }
}

#[test]
fn requests_are_refused_as_rfc_6750_says() {
    let issuer = TestIssuer::new();
    let verifier = verifier_with_keys(&issuer);
    let (plain, expired) = (issuer.user(7).token(), issuer.user(7).expired());
    let invalid = (401, Some(r#"Bearer error="invalid_token""#));
    let insufficient = (403, Some(r#"Bearer error="insufficient_scope", scope="notes.write""#));
    for router in [router(verifier.clone()), layered(verifier)] {
        assert_eq!(answer(&call(&router, "/name", &[])), (401, Some("Bearer")));
        let doubled = call(&router, "/name", &[&plain, &plain]);
        assert_eq!(answer(&doubled), (400, Some(r#"Bearer error="invalid_request""#)));
        assert_eq!(answer(&call(&router, "/name", &[&expired])), invalid);
        assert_eq!(answer(&call(&router, "/write", &[&expired])), invalid);
        assert_eq!(answer(&call(&router, "/write", &[])), (401, Some("Bearer")));
        assert_eq!(answer(&call(&router, "/write", &[&plain])), insufficient);
        assert_eq!(text(call(&router, "/write", &[&plain])), "");
    }
}

#[test]
fn a_permission_may_be_asked_for_in_the_handler() {
    let issuer = TestIssuer::new();
    let response = call(&router(verifier_with_keys(&issuer)), "/write-by-hand", &[&issuer.user(7).token()]);
    assert_eq!(answer(&response), (403, Some(r#"Bearer error="insufficient_scope", scope="notes.write""#)));
}

#[test]
fn where_a_token_is_optional_a_bad_one_is_refused() {
    let issuer = TestIssuer::new();
    let router = router(verifier_with_keys(&issuer));
    assert_eq!(text(call(&router, "/name-if-any", &[])), "nobody");
    let tampered = call(&router, "/name-if-any", &[&issuer.user(7).tampered()]);
    assert_eq!(tampered.status(), StatusCode::UNAUTHORIZED);
}

#[test]
fn a_service_without_keys_is_unavailable_and_accuses_nobody() {
    let issuer = TestIssuer::new();
    let response = call(&router(verifier(&issuer)), "/name", &[&issuer.user(7).token()]);
    assert_eq!(answer(&response), (503, None));
    assert_eq!(response.headers()[RETRY_AFTER], "5");
}

#[test]
fn a_guard_without_the_layer_before_it_lets_nobody_pass() {
    let issuer = TestIssuer::new();
    let unlayered = Router::new().route("/write", get(|| async { "written" })).layer(require("notes.write"));
    let token = issuer.user(7).permissions(["notes.write"]).token();
    assert_eq!(call(&unlayered, "/write", &[&token]).status(), StatusCode::UNAUTHORIZED);
}
