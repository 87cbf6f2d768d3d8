use std::sync::OnceLock;
use std::time::Duration;

use reqwest::Method;
use reqwest::blocking::{Client as HttpClient, RequestBuilder};
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use super::{Answer, until};

pub(crate) const EMAIL: &str = "ada@example.org";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Talks to one server.
#[derive(Clone)]
pub(crate) struct Client {
    http: HttpClient,
    base: String,
}

impl Client {
    pub(crate) fn new(port: u16) -> Self {
        static HTTP: OnceLock<HttpClient> = OnceLock::new();
        Self { http: HTTP.get_or_init(http_client).clone(), base: format!("http://127.0.0.1:{port}") }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        send(self.request("GET", path))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request("POST", path).json(body))
    }

    /// Posts text that says it is JSON.
    pub(crate) fn post_text(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        send(self.request("POST", path).header("Content-Type", "application/json").body(body.into()))
    }

    pub(crate) fn register(&self, email: &str, password: &str) -> Answer {
        self.post("/api/v1/auth/register", &json!({ "email": email, "password": password }))
    }

    pub(crate) fn login(&self, email: &str, password: &str) -> Answer {
        self.post("/api/v1/auth/login", &json!({ "email": email, "password": password }))
    }

    /// Asks who a token speaks for.
    pub(crate) fn me(&self, token: &str) -> Answer {
        send(self.request("GET", "/api/v1/auth/me").header("Authorization", format!("Bearer {token}")))
    }

    /// The refusal of a token whose user another process has just disabled. A request that begins a second later or
    /// more must be refused.
    pub(crate) fn me_refused_soon(&self, token: &str) -> Answer {
        until(Duration::from_secs(1), || self.me(token), |answer| answer.status != 200)
    }

    pub(crate) fn metrics(&self) -> String {
        self.get("/metrics").text()
    }
}

/// Sends a request that may have been made with headers of its own.
pub(crate) fn send(request: RequestBuilder) -> Answer {
    Answer::read(request.send().unwrap())
}

/// Keeps no connection open, so a server that ends waits for none. Trusts no certificate, so the machine needs none.
fn http_client() -> HttpClient {
    let builder =
        HttpClient::builder().no_proxy().tls_certs_only([]).redirect(Policy::none()).pool_max_idle_per_host(0);
    builder.timeout(Duration::from_secs(30)).build().unwrap()
}
