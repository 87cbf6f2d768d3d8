use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, watch};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::TestIssuer;

/// The API key that the revocation feed asks for.
pub const API_KEY: &str = "ore_ak_test";

/// The numbers of requests to the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requests {
    /// Requests for the key set.
    pub keys: usize,
    /// Requests for the key set that were answered with 304.
    pub keys_not_modified: usize,
    /// Requests for the revocation feed.
    pub revocations: usize,
}

/// An issuer that listens on a loopback address until it is dropped.
pub struct TestServer {
    url: String,
    shared: Shared,
    task: AbortHandle,
}

#[derive(Clone)]
struct Shared {
    issuer: TestIssuer,
    requests: watch::Sender<Requests>,
    hold: Arc<RwLock<()>>,
}

impl TestIssuer {
    /// Serves the key set and the revocation feed on a loopback address, on the current tokio runtime.
    pub async fn serve(&self) -> TestServer {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("the socket listens"));
        let shared = Shared { issuer: self.clone(), requests: watch::Sender::default(), hold: Arc::default() };
        let router = Router::new()
            .route("/.well-known/jwks.json", get(keys))
            .route("/api/v1/auth/revocations", get(revocations))
            .with_state(shared.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("the server runs") });
        TestServer { url, shared, task: task.abort_handle() }
    }
}

impl TestServer {
    /// The base URL of the paths.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The numbers of requests so far.
    pub fn requests(&self) -> Requests {
        *self.shared.requests.borrow()
    }

    /// Waits until the numbers of requests satisfy the condition.
    pub async fn until(&self, are_enough: impl Fn(Requests) -> bool) {
        let mut requests = self.shared.requests.subscribe();
        requests.wait_for(|requests| are_enough(*requests)).await.expect("the server runs");
    }

    /// Holds all answers until the guard is dropped. Requests are counted before.
    pub async fn hold(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.shared.hold).write_owned().await
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keys(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    shared.requests.send_modify(|requests| requests.keys += 1);
    let _released = shared.hold.read().await;
    let set = shared.issuer.jwks();
    let mut hasher = DefaultHasher::new();
    set.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let common = [(ETAG, tag.clone()), (CACHE_CONTROL, "public, max-age=300".to_owned())];
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known == tag.as_str()) {
        shared.requests.send_modify(|requests| requests.keys_not_modified += 1);
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(CONTENT_TYPE, "application/json")], set).into_response()
}

async fn revocations(
    State(shared): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    shared.requests.send_modify(|requests| requests.revocations += 1);
    let _released = shared.hold.read().await;
    if headers.get(AUTHORIZATION).is_none_or(|value| *value != format!("Bearer {API_KEY}")) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let wait = headers.get("prefer").and_then(|value| value.to_str().ok()?.strip_prefix("wait=")?.parse().ok());
    let body = match query.get("since") {
        Some(since) => {
            let mut count = shared.issuer.count_revocations();
            let news = count.wait_for(|count| count.to_string() != *since);
            // The state after the wait, whether or not there is news.
            let _ = timeout(Duration::from_secs(wait.unwrap_or(0)), news).await;
            shared.issuer.revocations_since(since)
        }
        None => shared.issuer.revocations(),
    };
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
