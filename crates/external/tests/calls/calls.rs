use std::collections::HashMap;

use ore_external::{ExternalOptions, HttpExternalApi, StartError};
use ore_services::{ExternalApi, ExternalApiError, ExternalCall};
use ore_telemetry::metrics::Outcome;
use serde_json::{Value, json};

use crate::support::{KEY, RecordedCalls, Reply, Server, TRACE, client, nobody, ok, options, status};

#[actix_web::test]
async fn a_call_carries_its_body_the_key_and_the_id_of_the_request_and_brings_json_back() {
    let server = Server::answering([ok(r#"{"answer": 42}"#)]);
    let (api, recorder) = client(options(&server.base));
    let call = ExternalCall::post("/endpoint", json!({"question": "?"}));
    let call = call.with_query("deep", "yes").with_idempotency_key("key-1").with_request_id("request-1");
    assert_eq!(api.call(call).await.unwrap(), json!({"answer": 42}));

    let [seen] = &server.seen()[..] else { panic!("{:?}", server.seen()) };
    assert_eq!(seen.line, "POST /v2/endpoint?deep=yes");
    assert_eq!(seen.body, r#"{"question":"?"}"#);
    for (name, value) in [
        ("authorization", format!("Bearer {KEY}").as_str()),
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("idempotency-key", "key-1"),
        ("x-request-id", "request-1"),
        ("traceparent", TRACE),
    ] {
        assert_eq!(seen.header(name), Some(value), "{name}");
    }
    assert_eq!(recorder.outcomes(), [Outcome::Success]);
}

#[actix_web::test]
async fn without_a_key_and_an_id_none_is_sent_and_an_empty_answer_is_null() {
    let server = Server::answering([status(204)]);
    let (api, _) = client(ExternalOptions::new(server.base.clone()));
    for call in [ExternalCall::get("/a"), ExternalCall::delete("/a"), ExternalCall::put("/a", json!([]))] {
        assert_eq!(api.call(call).await.unwrap(), Value::Null);
    }
    let seen = server.seen();
    assert_eq!(seen.iter().map(|seen| &*seen.line).collect::<Vec<_>>(), ["GET /v2/a", "DELETE /v2/a", "PUT /v2/a"]);
    for name in ["authorization", "idempotency-key", "x-request-id"] {
        assert!(seen.iter().all(|seen| seen.header(name).is_none()), "{name}");
    }
}

#[actix_web::test]
async fn a_redirect_takes_neither_key_nor_body_to_another_host() {
    let other = Server::answering([ok("{}")]);
    let server = Server::answering([Reply::Redirect(format!("{}/elsewhere", other.base))]);
    let (api, recorder) = client(options(&server.base));
    for call in [ExternalCall::get("/a"), ExternalCall::post("/a", json!({"secret": 1}))] {
        assert!(matches!(api.call(call).await, Err(ExternalApiError::Refused(307))));
    }
    assert_eq!((other.seen().len(), server.seen().len()), (0, 2));
    assert_eq!(recorder.outcomes(), [Outcome::Refused; 2]);
}

#[actix_web::test]
async fn nothing_that_is_told_of_a_failure_holds_the_key_or_the_query() {
    let server = Server::answering([status(400)]);
    for base in [server.base.clone(), nobody()] {
        let (api, _) = client(options(&base));
        let error = api.call(ExternalCall::get("/a").with_query("token", "canary-query")).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains("canary"), "{text}");
    }
    assert!(!format!("{:?}", options(&server.base)).contains(KEY));
}

#[actix_web::test]
async fn a_key_that_no_header_can_hold_is_refused_at_the_start() {
    let options = ExternalOptions { key: Some("a\nb".into()), ..ExternalOptions::new(nobody()) };
    let started = HttpExternalApi::start(options, Box::new(RecordedCalls::default()), |_| HashMap::new());
    assert!(matches!(started.err(), Some(StartError::Key)));
}
