//! Requests to applications whose callers are checked.
#![allow(clippy::unwrap_used, reason = "a test fails where its fixture does")]

use actix_http::Request;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::{App, Error, ResponseError, get, web};
use ore_testkit_issuer::TestIssuer;
use ore_verifier::{Permission, Verifier};
use ore_verifier_actix::{Authenticated, Rejection, RequirePermission, authenticate, require};

struct NotesWrite;

impl Permission for NotesWrite {
    const NAME: &'static str = "notes.write";
}

#[get("/name")]
async fn name(Authenticated(caller): Authenticated) -> String {
    caller.sub
}

#[get("/write")]
async fn write(guard: RequirePermission<NotesWrite>) -> String {
    guard.caller.sub
}

#[get("/write-by-hand")]
async fn write_by_hand(Authenticated(caller): Authenticated) -> Result<String, Rejection> {
    caller.require("notes.write")?;
    Ok(caller.sub)
}

#[get("/open")]
async fn open() -> &'static str {
    "open"
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

/// The status, the challenge and the body, whether the handler answers or what stands around it.
async fn call<S>(app: &S, path: &str, tokens: &[&str]) -> (u16, Option<String>, String)
where
    S: Service<Request, Response = ServiceResponse, Error = Error>,
{
    let mut request = TestRequest::with_uri(path);
    for token in tokens {
        request = request.append_header((AUTHORIZATION, format!("Bearer {token}")));
    }
    match app.call(request.to_request()).await {
        Ok(response) => {
            let challenge = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
            let status = response.status().as_u16();
            (status, challenge, String::from_utf8(read_body(response).await.to_vec()).unwrap())
        }
        Err(error) => {
            let response = error.error_response();
            let challenge = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
            (response.status().as_u16(), challenge, String::new())
        }
    }
}

macro_rules! app {
    ($verifier:expr) => {
        init_service(App::new().app_data(web::Data::new($verifier)).service(name).service(write).service(write_by_hand))
            .await
    };
}

fn refused(status: u16, challenge: &str) -> (u16, Option<String>, String) {
    (status, Some(challenge.to_owned()), String::new())
}

fn answered(text: &str) -> (u16, Option<String>, String) {
    (200, None, text.to_owned())
}

#[actix_web::test]
async fn the_caller_reaches_the_handler() {
    let issuer = TestIssuer::new();
    let app = app!(verifier_with_keys(&issuer));
    let token = issuer.user(7).permissions(["notes.write"]).token();
    for path in ["/name", "/write", "/write-by-hand"] {
        assert_eq!(call(&app, path, &[&token]).await, answered("user7@example.com"), "{path}");
    }
}

#[actix_web::test]
async fn requests_are_refused_as_rfc_6750_says() {
    let issuer = TestIssuer::new();
    let app = app!(verifier_with_keys(&issuer));
    let (plain, expired) = (issuer.user(7).token(), issuer.user(7).expired());
    assert_eq!(call(&app, "/name", &[]).await, refused(401, "Bearer"));
    let doubled = call(&app, "/name", &[&plain, &plain]).await;
    assert_eq!(doubled, refused(400, r#"Bearer error="invalid_request""#));
    let insufficient = refused(403, r#"Bearer error="insufficient_scope", scope="notes.write""#);
    for path in ["/write", "/write-by-hand"] {
        assert_eq!(call(&app, path, &[&expired]).await, refused(401, r#"Bearer error="invalid_token""#), "{path}");
        assert_eq!(call(&app, path, &[&plain]).await, insufficient, "{path}");
    }
}

#[actix_web::test]
async fn a_middleware_guards_handlers_that_ask_for_nobody() {
    let issuer = TestIssuer::new();
    let data = web::Data::new(verifier_with_keys(&issuer));
    let (plain, writer) = (issuer.user(7).token(), issuer.user(7).permissions(["notes.write"]).token());
    let app = App::new().app_data(data.clone()).service(open).wrap(from_fn(authenticate));
    let app = init_service(app).await;
    assert_eq!(call(&app, "/open", &[]).await, refused(401, "Bearer"));
    assert_eq!(call(&app, "/open", &[&plain]).await, answered("open"));
    let app = App::new().app_data(data).service(open).wrap(from_fn(require::<NotesWrite, _>));
    let app = init_service(app).await;
    let insufficient = refused(403, r#"Bearer error="insufficient_scope", scope="notes.write""#);
    assert_eq!(call(&app, "/open", &[&plain]).await, insufficient);
    assert_eq!(call(&app, "/open", &[&writer]).await, answered("open"));
}

#[actix_web::test]
async fn a_service_without_keys_is_unavailable_and_accuses_nobody() {
    let issuer = TestIssuer::new();
    let app = app!(verifier(&issuer));
    assert_eq!(call(&app, "/name", &[&issuer.user(7).token()]).await, (503, None, String::new()));
    let rejection = Rejection::from(ore_verifier::Reason::KeysUnavailable);
    assert_eq!(rejection.error_response().headers().get(RETRY_AFTER).unwrap(), "5");
}

#[actix_web::test]
async fn an_application_without_a_verifier_lets_nobody_pass() {
    let issuer = TestIssuer::new();
    let app = init_service(App::new().service(name)).await;
    assert_eq!(call(&app, "/name", &[&issuer.user(7).token()]).await.0, 500);
}
