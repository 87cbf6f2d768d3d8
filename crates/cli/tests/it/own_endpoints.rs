//! What code that adds endpoints can rely on: panics, the two open errors, errors of the framework.

use std::num::NonZeroUsize;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, ServiceConfig};
use actix_web::{Error, HttpResponse, error, test, web};
use futures_util::stream;
use ore_api::routes::Groups;
use ore_domain::Readiness;
use ore_errors::{ApiError, BusinessError, HttpError, Problem};
use ore_extract::{Authorized, Body, CurrentUser, Key};
use ore_schemas::LoginRequest;
use ore_server::app::{Parts, app};
use ore_server::backend::Backend;
use ore_settings::{Overrides, Settings, Sources};
use ore_web::endpoint::Endpoint;
use ore_web::list::{List, Listing, ReadFilter};
use ore_web::reply::Reply;
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, TestDir};

const CAUSE: &str = "canary-cause-4711";

async fn panics() -> HttpResponse {
    panic!("{CAUSE}")
}

async fn panics_later() -> HttpResponse {
    actix_web::rt::task::yield_now().await;
    panic!("{CAUSE}")
}

async fn business() -> Result<HttpResponse, ApiError> {
    Err(BusinessError::new("余额不足").into())
}

async fn business_with_code() -> Result<HttpResponse, ApiError> {
    Err(BusinessError::new("余额不足").with_code("TOO_POOR").into())
}

async fn http() -> Result<HttpResponse, ApiError> {
    Err(HttpError::new(StatusCode::CONFLICT, "somebody was faster").into())
}

async fn http_with_code() -> Result<HttpResponse, ApiError> {
    Err(HttpError::new(StatusCode::IM_A_TEAPOT, "short and stout").with_code("TEAPOT").into())
}

async fn caused() -> Result<HttpResponse, ApiError> {
    Err(ApiError::caused(Problem::InternalError, CAUSE))
}

async fn framework_fault() -> Result<HttpResponse, Error> {
    Err(error::ErrorInternalServerError(CAUSE))
}

async fn framework_refusal() -> Result<HttpResponse, Error> {
    Err(error::ErrorForbidden(CAUSE))
}

async fn bare_status() -> HttpResponse {
    HttpResponse::BadGateway().finish()
}

/// In the form that RFC 6749, 5.2, gives it.
async fn own_form() -> HttpResponse {
    HttpResponse::BadRequest().json(json!({"error": "invalid_grant"}))
}

struct Things;

impl List for Things {
    type Sort = ();
    type Filters = ();

    const NAME: &'static str = "things";
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: ((), bool) = ((), true);
    const FILTERS: &'static [(&'static str, ReadFilter<()>)] = &[];
}

async fn for_users(_: Authorized<CurrentUser, (Listing<Things>, Body<LoginRequest>)>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn created(Key(key): Key) -> Reply<i64> {
    Reply::created(key, format!("things/{key}"))
}

async fn deleted(Key(key): Key) -> Reply<i64> {
    Reply::new(key)
}

fn own_routes(config: &mut ServiceConfig) {
    Groups { service: true, metrics: false, documentation: false, pages: false }.configure(config);
    config
        .service(Endpoint::at("/panic").get(panics).post(panics_later).finish())
        .service(Endpoint::at("/business").get(business).post(business_with_code).finish())
        .service(Endpoint::at("/http").get(http).post(http_with_code).finish())
        .service(Endpoint::at("/fault").get(caused).post(framework_fault).finish())
        .service(Endpoint::at("/own-form").get(own_form).finish())
        .service(Endpoint::at("/refusal").get(framework_refusal).post(bare_status).finish())
        .service(Endpoint::at("/for-users").post(for_users).finish())
        .service(Endpoint::at("/things/{id}").put(created).delete(deleted).finish())
        .service(
            Endpoint::at("/number/{number}")
                .get(async |number: web::Path<u8>| HttpResponse::Ok().json(*number))
                .finish(),
        )
        .service(
            Endpoint::at("/query").get(async |query: web::Query<Vec<(String, u8)>>| query.len().to_string()).finish(),
        );
}

fn parts() -> Parts {
    let environment = [("BACKEND_DATABASE_URL", "sqlite://"), ("BACKEND_HASH_SLOTS", "1")];
    // An empty directory, where no `.env` lies.
    let test_dir = TestDir::new();
    let settings = Settings::load(&Sources::new(environment, test_dir.path(), Overrides::default())).unwrap();
    assert_eq!(settings.passwords.hash_slots, NonZeroUsize::MIN);
    let (backend, readiness) = (Backend::start(&settings).unwrap(), Readiness::new());
    backend.database.migrate().unwrap();
    readiness.set_store_ready(true);
    backend.parts(&settings, readiness).unwrap()
}

/// Status and body of each request, all to one application.
async fn ask(requests: &[(&str, &str)]) -> Vec<(u16, Value)> {
    let service = test::init_service(app(parts(), own_routes)).await;
    let mut answers = Vec::new();
    for (method, path) in requests {
        let request = test::TestRequest::with_uri(path).method(method.parse().unwrap());
        answers.push(read(test::call_service(&service, request.to_request()).await).await);
    }
    answers
}

async fn read(response: ServiceResponse<impl MessageBody>) -> (u16, Value) {
    let status = response.status().as_u16();
    let id = response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
    let bytes = test::read_body(response).await;
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{bytes:?}"));
    assert!(!body.to_string().contains(CAUSE), "{body}");
    if status >= 400 && body["error"].is_null() {
        assert_eq!((&body["success"], &body["request_id"]), (&json!(false), &json!(id)));
    }
    (status, body)
}

#[actix_web::test]
async fn a_panic_is_a_500_that_tells_nothing_and_the_process_lives() {
    let answers = ask(&[("GET", "/panic"), ("POST", "/panic"), ("GET", "/health")]).await;
    for (status, body) in &answers[..2] {
        assert_eq!((*status, &body["error_code"]), (500, &json!("INTERNAL_SERVER_ERROR")));
        assert_eq!((&body["message"], &body["details"]), (&json!("服务器内部错误"), &Value::Null));
    }
    assert_eq!(answers[2].0, 200);
}

#[actix_web::test]
async fn the_two_open_errors_pass_through_with_their_codes_and_messages() {
    let requests = [("GET", "/business"), ("POST", "/business"), ("GET", "/http"), ("POST", "/http")];
    let expected = [
        (400, "BUSINESS_ERROR", "余额不足"),
        (400, "TOO_POOR", "余额不足"),
        (409, "HTTP_ERROR", "somebody was faster"),
        (418, "TEAPOT", "short and stout"),
    ];
    for ((status, body), (expected_status, code, message)) in ask(&requests).await.into_iter().zip(expected) {
        assert_eq!((status, &body["error_code"]), (expected_status, &json!(code)));
        assert_eq!(body["message"], message);
    }
}

#[actix_web::test]
async fn a_fault_with_a_cause_keeps_it_to_itself() {
    for (status, body) in ask(&[("GET", "/fault"), ("POST", "/fault")]).await {
        assert_eq!((status, &body["error_code"]), (500, &json!("INTERNAL_SERVER_ERROR")));
        assert_eq!(body["message"], "服务器内部错误");
    }
}

#[actix_web::test]
async fn what_the_framework_answers_by_itself_wears_the_envelope() {
    let requests = [("GET", "/refusal"), ("POST", "/refusal"), ("GET", "/number/300"), ("GET", "/query?a=x")];
    let expected = [(403, "FORBIDDEN"), (502, "HTTP_ERROR"), (404, "NOT_FOUND"), (400, "BAD_REQUEST")];
    for ((status, body), (expected_status, code)) in ask(&requests).await.into_iter().zip(expected) {
        assert_eq!((status, &body["error_code"]), (expected_status, &json!(code)));
    }
}

#[actix_web::test]
async fn an_error_whose_form_an_endpoint_chose_is_left_as_it_is() {
    assert_eq!(ask(&[("GET", "/own-form")]).await, [(400, json!({"error": "invalid_grant"}))]);
}

#[actix_web::test]
async fn what_a_stranger_sends_is_not_looked_at() {
    let answers = ask(&[("POST", "/for-users"), ("POST", "/for-users?limit=0")]).await;
    assert_eq!(answers.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [401, 401]);
}

#[actix_web::test]
async fn put_and_delete_are_answered_and_something_new_is_told_apart() {
    let answers = ask(&[("PUT", "/things/7"), ("DELETE", "/things/8"), ("POST", "/things/7")]).await;
    let seen: Vec<_> = answers.iter().map(|(status, body)| (*status, &body["data"], &body["message"])).collect();
    assert_eq!(seen[..2], [(201, &json!(7), &json!("创建成功")), (200, &json!(8), &json!("操作成功"))]);
    assert_eq!(seen[2].0, 405);
}

#[actix_web::test]
async fn what_is_no_key_is_the_key_of_nothing() {
    for key in ["x", "1.5", "9223372036854775808", "%7Bid%7D"] {
        assert_eq!(ask(&[("PUT", &format!("/things/{key}"))]).await[0].0, 404, "{key}");
    }
}

#[actix_web::test]
async fn something_new_is_told_with_its_place() {
    let service = test::init_service(app(parts(), own_routes)).await;
    let request = test::TestRequest::put().uri("/things/7").to_request();
    let response = test::call_service(&service, request).await;
    assert_eq!(response.headers().get("location").unwrap(), "things/7");
}

#[actix_web::test]
async fn a_body_that_comes_after_the_session_has_ended_changes_nothing() {
    let service = Rc::new(test::init_service(app(parts(), own_routes)).await);
    let credentials = json!({"email": EMAIL, "password": PASSWORD});
    let mut opened = Value::Null;
    for path in ["/api/v1/auth/register", "/api/v1/auth/login"] {
        let request = test::TestRequest::post().uri(path).set_json(&credentials).to_request();
        opened = read(test::call_service(&*service, request).await).await.1;
    }
    let token = opened["data"]["access_token"].as_str().unwrap().to_owned();
    let by_user = move |request: test::TestRequest| request.insert_header(("authorization", format!("Bearer {token}")));
    let logout = by_user(test::TestRequest::post().uri("/api/v1/auth/logout")).to_request();
    let body = stream::once({
        let service = Rc::clone(&service);
        async move {
            // A body that is there at once did not come late.
            actix_web::rt::task::yield_now().await;
            assert_eq!(test::call_service(&*service, logout).await.status(), 200);
            Ok(Bytes::from(r#"{"display_name": "Ada"}"#))
        }
    });
    let edit = by_user(test::TestRequest::patch().uri("/api/v1/auth/me"));
    let mut edit = edit.insert_header(("content-type", "application/json")).to_request();
    *edit.payload() = Payload::Stream { payload: Box::pin(body) };
    assert_eq!(test::call_service(&*service, edit).await.status(), 401);
}
