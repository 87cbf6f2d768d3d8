use std::collections::HashMap;
use std::time::Duration;

use ore_services::{ExternalCall, ExternalMethod};
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Client, Method, Request, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use url::Url;

use crate::fault::Fault;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The call as a request, with these headers too.
///
/// # Errors
/// [`Fault::Malformed`], which is the caller's and says nothing of the other service.
pub(crate) fn prepare(
    client: &Client,
    base: &Url,
    call: &ExternalCall,
    headers: HashMap<String, String>,
) -> Result<Request, Fault> {
    let request = request(client, base, call);
    let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    request.build().map_err(Fault::Malformed)
}

/// One request and its answer, with a maximum length of the answer.
pub(crate) async fn exchange(client: &Client, request: Request, max_answer_bytes: usize) -> Result<Value, Fault> {
    let response = client.execute(request).await.map_err(Fault::of)?;
    let status = response.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Fault::Failing { status, retry_after: retry_after(response.headers()) });
    }
    // A redirect too: anyone who follows one may take the key and the body to another host.
    if !status.is_success() {
        return Err(Fault::Refused(status));
    }
    let body = body(response, max_answer_bytes).await?;
    if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&body).map_err(Fault::NotJson) }
}

fn request(client: &Client, base: &Url, call: &ExternalCall) -> RequestBuilder {
    let request = client.request(method(call.method), url(base, call)).header(ACCEPT, "application/json");
    let optional = [(IDEMPOTENCY_KEY, &call.idempotency_key), (REQUEST_ID, &call.request_id)];
    let request = optional.into_iter().fold(request, |request, (name, value)| match value {
        Some(value) => request.header(name, value),
        None => request,
    });
    match &call.body {
        Some(body) => request.json(body),
        None => request,
    }
}

const fn method(method: ExternalMethod) -> Method {
    match method {
        ExternalMethod::Get => Method::GET,
        ExternalMethod::Post => Method::POST,
        ExternalMethod::Put => Method::PUT,
        ExternalMethod::Delete => Method::DELETE,
    }
}

/// Below the base whatever the path holds: segment by segment, escaped, and without `..`.
fn url(base: &Url, call: &ExternalCall) -> Url {
    let mut url = base.clone();
    // An http URL has a path, which is all that this asks for.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(call.path.trim_start_matches('/').split('/'));
    }
    if !call.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&call.query);
    }
    url
}

/// Seconds; the form with a date (RFC 9110, 10.2.3) would need both clocks to agree.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// Read as it comes, so that no more is ever held than is allowed.
async fn body(mut response: Response, max_bytes: usize) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Fault::of)? {
        if body.len() + chunk.len() > max_bytes {
            return Err(Fault::TooLarge(max_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url_of(base: &str, call: &ExternalCall) -> String {
        url(&Url::parse(base).unwrap(), call).to_string()
    }

    #[test]
    fn a_path_is_appended_to_the_base_with_its_query() {
        for base in ["https://api.example.com/v2", "https://api.example.com/v2/"] {
            let call = ExternalCall::get("/users/7").with_query("q", "a&b c");
            assert_eq!(url_of(base, &call), "https://api.example.com/v2/users/7?q=a%26b+c");
        }
        assert_eq!(url_of("https://api.example.com", &ExternalCall::get("a/")), "https://api.example.com/a/");
    }

    #[test]
    fn no_path_leads_to_another_host_or_out_of_the_base() {
        for (path, url) in [
            ("//evil.example/a", "https://api.example.com/v2/evil.example/a"),
            ("/../../a", "https://api.example.com/v2/a"),
            ("/a?b#c", "https://api.example.com/v2/a%3Fb%23c"),
            ("/%2e%2e/a", "https://api.example.com/v2/%252e%252e/a"),
            ("@evil.example", "https://api.example.com/v2/@evil.example"),
            ("\\\\evil.example", "https://api.example.com/v2/%5C%5Cevil.example"),
        ] {
            assert_eq!(url_of("https://api.example.com/v2", &ExternalCall::get(path)), url, "{path}");
        }
    }
}
