use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client as HttpClient, RequestBuilder, Response};
use url::Url;

use crate::Error;
use crate::answer::{Answer, FailedCall};
use crate::call::{Body, Call};

/// The longest `Retry-After` that is waited for. A call with a longer one fails, and its error has the time.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes.
const MAXIMUM_ANSWER_BYTES: usize = 16 * 1024 * 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Sends calls, and repeats those that are safe to repeat.
pub(crate) struct Transport {
    pub(crate) http: HttpClient,
    pub(crate) address: Url,
    pub(crate) language: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) retries: usize,
}

impl Transport {
    /// Sends a call with this `Authorization`.
    pub(crate) async fn send(&self, call: &Call, authorization: Option<&HeaderValue>) -> Result<Answer, FailedCall> {
        let pauses = ExponentialBuilder::default().with_min_delay(FIRST_PAUSE).with_max_delay(LONGEST_PAUSE);
        let pauses = pauses.with_max_times(self.retries).with_jitter();
        let sending = || self.send_once(call, authorization);
        let sending = sending.retry(pauses).when(|failed: &FailedCall| may_retry(call, &failed.error));
        sending.adjust(|failed, pause| pause_before(&failed.error, pause?)).await
    }

    async fn send_once(&self, call: &Call, authorization: Option<&HeaderValue>) -> Result<Answer, FailedCall> {
        let request = self.request(call, authorization)?;
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: read(response).await? }.succeeded()
    }

    fn request(&self, call: &Call, authorization: Option<&HeaderValue>) -> Result<RequestBuilder, Error> {
        let request = self.http.request(call.method.clone(), self.url(call)).timeout(self.timeout);
        let mut request = request.header(ACCEPT_LANGUAGE, self.language.clone());
        for (name, value) in &call.headers {
            let mut value = HeaderValue::from_str(value).map_err(|_| Error::Header(name))?;
            // A cookie is as secret as a token.
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        let request = authorization.into_iter().fold(request, |request, value| request.header(AUTHORIZATION, value));
        Ok(match &call.body {
            Body::Nothing => request,
            Body::Json(json) => request.header(CONTENT_TYPE, "application/json").body(json.clone()),
            Body::Form(form) => request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone()),
        })
    }

    fn url(&self, call: &Call) -> Url {
        let mut url = self.address.clone();
        // An http URL always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&call.path);
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        url
    }
}

/// A call that was never sent may be sent again, and any other only if a repetition changes nothing more.
const fn may_retry(call: &Call, error: &Error) -> bool {
    match error {
        Error::Connection { is_unsent, .. } => *is_unsent || call.is_repeatable,
        // 409 with `Retry-After`: the same call is still running.
        Error::Api { status: 429 | 502 | 503 | 504, .. } | Error::Api { status: 409, retry_after: Some(_), .. } => {
            call.is_repeatable
        }
        _ => false,
    }
}

/// The pause before the next attempt: at least as long as the service asks, and none if that is too long to wait.
fn pause_before(error: &Error, pause: Duration) -> Option<Duration> {
    match error {
        Error::Api { retry_after: Some(after), .. } => (*after <= LONGEST_RETRY_AFTER).then_some(pause.max(*after)),
        _ => Some(pause),
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAXIMUM_ANSWER_BYTES {
            return Err(Error::AnswerTooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
