use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_schemas::{FieldError, Violation};
use url::form_urlencoded;
use utoipa::IntoParams;

/// RFC 7240.
const PREFER: HeaderName = HeaderName::from_static("prefer");
/// Nobody waits longer.
const LONGEST_WAIT: u64 = 25;

/// From where on a client wants a feed, and how long it waits for news.
pub struct FeedQuery {
    /// What the answer before has called `next`.
    pub since: Option<String>,
    /// How long to wait if nothing is new.
    pub wait: Duration,
}

/// As the OpenAPI document shows it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the document has it")]
pub struct FeedQueryParameter {
    /// `next` of the answer before; without it the answer has everything that is still in force.
    #[param(required = false, pattern = "^[0-9a-f]{16}-[0-9]{1,18}$")]
    since: String,
}

impl FromRequest for FeedQuery {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(since(request.query_string()).map(|since| Self { since, wait: wait(request) }))
    }
}

fn since(query: &str) -> Result<Option<String>, ApiError> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "since");
    let since = values.next().map(|(_, value)| value.into_owned());
    if values.next().is_some() { Err(refused(Violation::RepeatedParameter)) } else { Ok(since) }
}

/// RFC 7240, 4.3; what is no number of seconds is no preference.
fn wait(request: &HttpRequest) -> Duration {
    let values = request.headers().get_all(PREFER).filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split(',')).map(str::trim);
    let seconds = preferences.find_map(|preference| preference.strip_prefix("wait=")?.trim().parse().ok());
    Duration::from_secs(seconds.unwrap_or(0).min(LONGEST_WAIT))
}

impl FeedQuery {
    /// That `since` is no place in a feed.
    pub fn refused() -> ApiError {
        refused(Violation::SinceInvalid)
    }
}

fn refused(violation: Violation) -> ApiError {
    ApiError::Validation(vec![FieldError { field: "since", violation }])
}

impl DeclaresProblems for FeedQuery {
    fn problems() -> Vec<Problem> {
        vec![Problem::ValidationFailed]
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing("", 0)]
    #[case::plain("wait=7", 7)]
    #[case::among_others("respond-async, wait=7", 7)]
    #[case::too_long("wait=3600", 25)]
    #[case::no_number("wait=soon", 0)]
    fn who_prefers_to_wait_does(#[case] header: &str, #[case] seconds: u64) {
        let request = TestRequest::default().insert_header((PREFER, header)).to_http_request();
        assert_eq!(wait(&request), Duration::from_secs(seconds));
    }

    #[test]
    fn since_is_said_once() {
        assert_eq!(since("since=a&other=b").unwrap().as_deref(), Some("a"));
        assert_eq!(since("other=b").unwrap(), None);
        assert!(since("since=a&since=a").is_err());
    }
}
