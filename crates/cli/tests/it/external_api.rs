//! What an endpoint that calls the external service can rely on, as docs/extending.md shows it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use actix_web::web::{Data, Json, ServiceConfig};
use actix_web::{HttpResponse, test as http};
use ore_domain::Readiness;
use ore_errors::ApiError;
use ore_extract::External;
use ore_server::app::{Parts, app};
use ore_server::backend::Backend;
use ore_services::{ExternalApi, ExternalApiError, ExternalCall};
use ore_settings::{Overrides, Settings, Sources};
use ore_testkit::FakeExternalApi;
use ore_web::endpoint::Endpoint;
use serde_json::{Value, json};

use crate::support::{ServerProcess, TestDir};

const KEY: &str = "canary-external-key";

/// Hands a question on to the external service.
async fn ask(external: External, Json(question): Json<Value>) -> Result<HttpResponse, ApiError> {
    let answer = external.call(ExternalCall::post("/endpoint", question)).await?;
    Ok(HttpResponse::Ok().json(answer))
}

fn own_routes(config: &mut ServiceConfig) {
    config.service(Endpoint::at("/ask").post(ask).finish());
}

fn backend(external_api: &[(&str, &str)]) -> (Backend, Settings) {
    let environment = [("BACKEND_DATABASE_URL", "sqlite://"), ("BACKEND_HASH_SLOTS", "1")];
    let environment = [&environment, external_api].concat();
    // An empty directory, where no `.env` lies.
    let test_dir = TestDir::new();
    let settings = Settings::load(&Sources::new(environment, test_dir.path(), Overrides::default())).unwrap();
    (Backend::start(&settings).unwrap(), settings)
}

fn parts(external_api: &[(&str, &str)]) -> Parts {
    let (backend, settings) = backend(external_api);
    backend.parts(&settings, Readiness::new()).unwrap()
}

fn parts_with(fake: &Arc<FakeExternalApi>) -> Parts {
    let external_api = Data::from(Arc::clone(fake) as Arc<dyn ExternalApi>);
    Parts { external_api: Some(external_api), ..parts(&[]) }
}

/// Status and body of the answer to one question, which has the id `request-1`.
async fn answer(parts: Parts) -> (u16, Value) {
    let service = http::init_service(app(parts, own_routes)).await;
    let request = http::TestRequest::post().uri("/ask").insert_header(("x-request-id", "request-1"));
    let response = http::call_service(&service, request.set_json(json!({"question": 1})).to_request()).await;
    (response.status().as_u16(), http::read_body_json(response).await)
}

/// A service on a free port that takes one request: its URL, and the head and body that came.
fn partner() -> (String, JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let taking = thread::spawn(move || {
        let mut reader = BufReader::new(listener.accept().unwrap().0);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{\"answer\":2}";
        reader.get_mut().write_all(answer.as_bytes()).unwrap();
        (head, String::from_utf8(body).unwrap())
    });
    (url, taking)
}

#[actix_web::test]
async fn an_endpoint_asks_the_service_of_the_settings_with_its_key_and_the_id_of_the_request() {
    let (url, taking) = partner();
    let parts = parts(&[("BACKEND_EXTERNAL_API_URL", &url), ("BACKEND_EXTERNAL_API_KEY", KEY)]);
    let metrics = parts.metrics.clone();
    assert_eq!(answer(parts).await, (200, json!({"answer": 2})));

    let (head, body) = taking.join().unwrap();
    assert!(head.starts_with("POST /v1/endpoint HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("authorization: Bearer {KEY}\r\n")), "{head}");
    assert!(head.contains("x-request-id: request-1\r\n"), "{head}");
    assert_eq!(body, r#"{"question":1}"#);

    let metrics = metrics.to_text().unwrap();
    for line in [
        r#"external_api_calls_total{outcome="success"} 1"#,
        r#"external_api_calls_total{outcome="failed"} 0"#,
        "external_api_call_duration_seconds_count 1",
        "external_api_breaker_open 0",
    ] {
        assert!(metrics.lines().any(|other| other == line), "{line}\n{metrics}");
    }
}

#[actix_web::test]
async fn without_an_external_service_its_endpoints_are_unavailable() {
    let (status, body) = answer(parts(&[])).await;
    assert_eq!((status, &body["error_code"]), (503, &json!("SERVICE_UNAVAILABLE")));
}

#[actix_web::test]
async fn what_went_wrong_at_the_external_service_is_told_to_no_client() {
    for (error, expected) in [
        (ExternalApiError::Unavailable("canary".into()), (503, "SERVICE_UNAVAILABLE")),
        (ExternalApiError::Refused(401), (500, "INTERNAL_SERVER_ERROR")),
        (ExternalApiError::InvalidAnswer("canary".into()), (500, "INTERNAL_SERVER_ERROR")),
    ] {
        let fake = Arc::new(FakeExternalApi::answering([Err(error)]));
        let (status, body) = answer(parts_with(&fake)).await;
        assert_eq!((status, body["error_code"].as_str().unwrap()), expected);
        assert!(!body.to_string().contains("canary"), "{body}");
        let call = ExternalCall::post("/endpoint", json!({"question": 1})).with_request_id("request-1");
        assert_eq!(fake.calls(), [call]);
    }
}

#[actix_web::test]
async fn a_backend_that_closes_makes_no_more_calls() {
    let (url, _) = partner();
    let (backend, _) = backend(&[("BACKEND_EXTERNAL_API_URL", &url)]);
    backend.close();
    let error = backend.external_api.as_ref().unwrap().call(ExternalCall::get("/a")).await.unwrap_err();
    assert_eq!(error.to_string(), "the external service is unavailable: the process is ending");
}

#[test]
fn a_server_starts_and_ends_whether_or_not_the_external_service_is_there() {
    let url = ("BACKEND_EXTERNAL_API_URL", "http://127.0.0.1:1");
    let server = ServerProcess::with(&[url, ("BACKEND_EXTERNAL_API_KEY", KEY)]);
    assert_eq!(server.get("/readiness").status, 200);
    assert!(server.metrics().contains("external_api_breaker_open 0\n"));
    assert!(!server.stop().text().contains(KEY));
}
