use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use ore_external::ExternalOptions;
use ore_services::{ExternalApi, ExternalApiError, ExternalCall};
use ore_telemetry::metrics::Outcome;
use serde_json::{Value, json};
use url::Url;

use crate::support::{Reply, Server, client, nobody, ok, options, status};

fn post() -> ExternalCall {
    ExternalCall::post("/a", Value::Null)
}

fn is_unavailable<T>(result: &Result<T, ExternalApiError>) -> bool {
    matches!(result, Err(ExternalApiError::Unavailable(_)))
}

#[actix_web::test]
async fn a_service_that_fails_for_a_moment_is_asked_again_by_what_may_be_sent_twice() {
    for call in [ExternalCall::get("/a"), post().with_idempotency_key("key-1")] {
        let server = Server::answering([status(500), status(503), ok("1")]);
        let (api, recorder) = client(options(&server.base));
        assert_eq!(api.call(call).await.unwrap(), json!(1));
        assert_eq!((server.seen().len(), recorder.outcomes()), (3, vec![Outcome::Success]));
    }
}

#[actix_web::test]
async fn what_may_not_be_sent_twice_is_sent_once_to_a_service_that_fails() {
    let server = Server::answering([status(500), ok("1")]);
    let (api, recorder) = client(options(&server.base));
    assert!(is_unavailable(&api.call(post()).await));
    assert_eq!((server.seen().len(), recorder.outcomes()), (1, vec![Outcome::Failed]));
}

#[actix_web::test]
async fn a_service_that_goes_on_failing_is_asked_three_times_for_one_call() {
    let server = Server::answering([status(502)]);
    let (api, _) = client(options(&server.base));
    assert!(is_unavailable(&api.call(ExternalCall::get("/a")).await));
    assert_eq!(server.seen().len(), 3);
}

#[actix_web::test]
async fn a_429_is_sent_again_after_as_long_as_it_asks_for() {
    let limited = Reply::Answer(429, &[("Retry-After", "1")], String::new());
    let server = Server::answering([limited, ok("1")]);
    let (api, _) = client(options(&server.base));
    let started = Instant::now();
    assert_eq!(api.call(ExternalCall::get("/a")).await.unwrap(), json!(1));
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!(server.seen().len(), 2);
}

#[actix_web::test]
async fn nobody_waits_for_a_retry_after_that_lies_beyond_the_deadline() {
    let limited = Reply::Answer(429, &[("Retry-After", "3600")], String::new());
    let server = Server::answering([limited]);
    let (api, recorder) = client(options(&server.base));
    assert!(is_unavailable(&api.call(post()).await));
    assert_eq!((server.seen().len(), recorder.outcomes()), (1, vec![Outcome::Failed]));
}

#[actix_web::test]
async fn a_service_that_does_not_answer_keeps_nobody_longer_than_the_deadline() {
    let server = Server::answering([Reply::Silence]);
    let timeout = Duration::from_millis(300);
    let (api, recorder) = client(ExternalOptions { timeout, ..options(&server.base) });
    let error = api.call(ExternalCall::get("/a")).await.unwrap_err();
    assert_eq!(error.to_string(), "the external service is unavailable: no answer within 300 ms");
    assert_eq!(recorder.outcomes(), [Outcome::Failed]);
}

#[actix_web::test]
async fn a_service_that_is_away_is_unavailable_and_the_call_was_tried_again() {
    let (api, recorder) = client(options(&nobody()));
    // Two calls of three attempts: the breaker opens at the fifth.
    for _ in 0..2 {
        assert!(is_unavailable(&api.call(post()).await));
    }
    assert_eq!((recorder.outcomes().len(), recorder.breaker()), (2, vec![true]));
}

#[actix_web::test]
async fn a_connection_closed_before_the_answer_is_tried_again_only_by_what_may_be_sent_twice() {
    for (call, connections) in [(post(), 1), (ExternalCall::get("/a"), 3)] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let closer = listener.try_clone().unwrap();
        let closing = thread::spawn(move || {
            for _ in 0..connections {
                read_head_and_close(&closer);
            }
        });
        let (api, recorder) = client(options(&base));
        assert!(is_unavailable(&api.call(call).await));
        closing.join().unwrap();
        assert_eq!(recorder.outcomes(), [Outcome::Failed]);
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "there was another attempt");
    }
}

/// The request has come, so that it may have been carried out.
fn read_head_and_close(listener: &TcpListener) {
    use std::io::{BufRead, BufReader};
    let (stream, _) = listener.accept().unwrap();
    let mut lines = BufReader::new(stream).lines();
    while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
}

#[actix_web::test]
async fn an_answer_larger_than_the_bound_or_not_json_is_not_taken() {
    let answer = format!("\"{}\"", "x".repeat(998));
    for (bound, body, is_taken) in [(1000, &*answer, true), (999, &*answer, false), (1000, "<html>", false)] {
        let server = Server::answering([ok(body)]);
        let (api, recorder) = client(ExternalOptions { max_answer_bytes: bound, ..options(&server.base) });
        let result = api.call(ExternalCall::get("/a")).await;
        assert_eq!(result.is_ok(), is_taken, "{result:?}");
        assert!(is_taken || matches!(result, Err(ExternalApiError::InvalidAnswer(_))));
        assert_eq!((server.seen().len(), recorder.outcomes().len()), (1, 1));
    }
}

#[actix_web::test]
async fn a_refusal_is_not_sent_again_and_says_its_status() {
    let server = Server::answering([status(404)]);
    let (api, _) = client(options(&server.base));
    assert!(matches!(api.call(ExternalCall::get("/a")).await, Err(ExternalApiError::Refused(404))));
    assert_eq!(server.seen().len(), 1);
}
