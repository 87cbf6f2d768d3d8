use std::time::Duration;

use ore_external::ExternalOptions;
use ore_services::{ExternalApi, ExternalApiError, ExternalCall};
use ore_telemetry::metrics::Outcome;
use serde_json::{Value, json};

use crate::support::{Reply, Server, client, ok, options, status};

fn post() -> ExternalCall {
    ExternalCall::post("/a", Value::Null)
}

fn cause(error: &ExternalApiError) -> String {
    let text = error.to_string();
    text.strip_prefix("the external service is unavailable: ").unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[actix_web::test]
async fn a_service_that_failed_five_times_is_not_asked_for_a_while() {
    let server = Server::answering([status(500)]);
    let hour = Duration::from_hours(1);
    let (api, recorder) = client(ExternalOptions { breaker_pause: hour, ..options(&server.base) });
    for _ in 0..5 {
        api.call(post()).await.unwrap_err();
    }
    assert_eq!(recorder.breaker(), [true]);
    let error = api.call(ExternalCall::get("/a")).await.unwrap_err();
    assert_eq!(cause(&error), "it failed too often and is not asked for a while");
    assert_eq!((server.seen().len(), recorder.outcomes().last()), (5, Some(&Outcome::NotMade)));
}

#[actix_web::test]
async fn after_the_pause_one_success_lets_all_calls_through() {
    let failures = [(); 5].map(|()| status(500));
    let server = Server::answering(failures.into_iter().chain([ok("1")]));
    let (api, recorder) = client(ExternalOptions { breaker_pause: Duration::ZERO, ..options(&server.base) });
    for _ in 0..5 {
        api.call(post()).await.unwrap_err();
    }
    assert_eq!(api.call(post()).await.unwrap(), json!(1));
    assert_eq!(recorder.breaker(), [true, false]);
}

#[actix_web::test]
async fn a_service_that_limits_or_refuses_is_not_taken_for_one_that_is_away() {
    let limited = Reply::Answer(429, &[("Retry-After", "3600")], String::new());
    let replies = [(); 5].map(|()| limited.clone()).into_iter().chain([(); 5].map(|()| status(403)));
    let server = Server::answering(replies);
    let (api, recorder) = client(options(&server.base));
    for _ in 0..10 {
        api.call(post()).await.unwrap_err();
    }
    assert_eq!((server.seen().len(), recorder.breaker()), (10, vec![]));
}

#[actix_web::test]
async fn a_call_that_cannot_be_written_is_not_held_against_the_service() {
    let server = Server::answering([ok("1")]);
    let (api, recorder) = client(options(&server.base));
    for _ in 0..10 {
        let error = api.call(post().with_idempotency_key("a\nb")).await.unwrap_err();
        assert!(matches!(error, ExternalApiError::InvalidCall(_)), "{error}");
    }
    assert_eq!(api.call(ExternalCall::get("/a")).await.unwrap(), json!(1));
    assert_eq!((server.seen().len(), recorder.breaker()), (1, vec![]));
    assert_eq!(recorder.outcomes().first(), Some(&Outcome::NotMade));
}

#[actix_web::test]
async fn a_call_too_many_is_refused_at_once_while_others_are_under_way() {
    let server = Server::answering([Reply::Silence]);
    let timeout = Duration::from_secs(1);
    let (api, recorder) = client(ExternalOptions { max_calls: 1, timeout, ..options(&server.base) });
    let first = api.call(ExternalCall::get("/a"));
    let error = api.call(ExternalCall::get("/a")).await.unwrap_err();
    assert_eq!(cause(&error), "as many calls are under way as may be");
    assert_eq!(cause(&first.await.unwrap_err()), "no answer within 1000 ms");
    assert_eq!(recorder.outcomes(), [Outcome::NotMade, Outcome::Failed]);
}

#[actix_web::test]
async fn a_call_goes_on_although_nobody_waits_for_it() {
    let server = Server::answering([ok("1")]);
    let (api, recorder) = client(ExternalOptions { max_calls: 1, ..options(&server.base) });
    drop(api.call(post()));
    while recorder.outcomes().is_empty() {
        actix_web::rt::task::yield_now().await;
    }
    assert_eq!((server.seen().len(), recorder.outcomes()), (1, vec![Outcome::Success]));
}

#[actix_web::test]
async fn after_closing_no_call_is_made_and_calls_under_way_end_by_themselves() {
    let server = Server::answering([Reply::Silence]);
    let timeout = Duration::from_secs(1);
    let (api, recorder) = client(ExternalOptions { timeout, ..options(&server.base) });
    let first = api.call(ExternalCall::get("/a"));
    while server.seen().is_empty() {
        actix_web::rt::task::yield_now().await;
    }
    api.close();
    let error = api.call(ExternalCall::get("/a")).await.unwrap_err();
    assert_eq!(cause(&error), "the process is ending");
    assert_eq!(cause(&first.await.unwrap_err()), "no answer within 1000 ms");
    assert_eq!((server.seen().len(), recorder.outcomes()), (1, vec![Outcome::NotMade, Outcome::Failed]));
}
