//! A client that does what it is told: one connection, no second try, nothing hidden.

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::http::response::Parts;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than any answer may take; anyone who waits longer was forgotten.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// A request as the programs make them.
#[derive(Debug, Clone)]
pub struct Request {
    method: &'static str,
    path: String,
    token: Option<String>,
    body: Option<Value>,
    client: Option<IpAddr>,
    headers: Vec<(&'static str, &'static str)>,
}

impl Request {
    /// A GET without credentials.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), token: None, body: None, client: None, headers: Vec::new() }
    }

    /// The end of the session of a token.
    pub fn log_out(token: &str) -> Self {
        Self { method: "POST", ..Self::get("/api/v1/auth/logout").with_token(token) }
    }

    /// A POST of JSON.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", body: Some(body), ..Self::get(path) }
    }

    /// The exchange of a refresh token for the next tokens.
    pub fn refresh(token: &str) -> Self {
        Self::post("/api/v1/auth/refresh", json!({"refresh_token": token}))
    }

    /// The same with a header more.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A request for the user of the token.
    pub fn me(token: &str) -> Self {
        Self::get("/api/v1/auth/me").with_token(token)
    }

    /// The same with an access token.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// A registration.
    pub fn register(email: &str, password: &str) -> Self {
        Self::credentials("/api/v1/auth/register", email, password)
    }

    /// A log-in.
    pub fn login(email: &str, password: &str) -> Self {
        Self::credentials("/api/v1/auth/login", email, password)
    }

    /// One that is to be refused: `number` chooses why.
    pub fn bad(number: usize) -> Self {
        let login = |body| Self::post("/api/v1/auth/login", body);
        match number % 7 {
            0 => Self::get("/nothing"),
            1 => Self::get("/api/v1/auth/me"),
            2 => Self::me("not.a.token"),
            3 => Self::get("/api/v1/auth/login"),
            4 => login(json!({})),
            5 => login(json!({"email": "not an address", "password": []})),
            // Each at an account of its own, which a single failure does not delay.
            _ => Self::login(&format!("nobody-{number}@chaos.example"), "not the password"),
        }
    }

    fn credentials(path: &str, email: &str, password: &str) -> Self {
        Self::post(path, json!({"email": email, "password": password}))
    }

    /// The same, sent for this client as a proxy sends it.
    #[must_use]
    pub fn for_client(self, client: IpAddr) -> Self {
        Self { client: Some(client), ..self }
    }

    fn to_http(&self, server: SocketAddr) -> Result<hyper::Request<Full<Bytes>>, Failure> {
        let mut request =
            hyper::Request::builder().method(self.method).uri(self.path.as_str()).header("Host", server.to_string());
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if let Some(client) = &self.client {
            request = request.header("X-Forwarded-For", client.to_string());
        }
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        if self.body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        request.body(Full::new(Bytes::from(body))).map_err(|error| Failure::new("not a request", &error))
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The number of the status.
    pub status: u16,
    /// `Null` when it is no JSON.
    pub body: Value,
    /// The length of the body in bytes.
    pub length: usize,
    /// Names in lower case and values, as they came; none of those that are no text.
    pub headers: Vec<(String, String)>,
    /// From before the connection was made, where one had to be, to the end of the body.
    pub took: Duration,
}

impl Answer {
    /// The access token of a registration or log-in.
    pub fn token(&self) -> Option<&str> {
        self.body["data"]["access_token"].as_str()
    }

    /// The refresh token of a registration, a log-in or an exchange.
    pub fn refresh_token(&self) -> Option<&str> {
        self.body["data"]["refresh_token"].as_str()
    }
}

/// Why there is no answer.
#[derive(Debug, Clone)]
pub struct Failure(String);

impl Failure {
    fn new(what: &str, error: &dyn Display) -> Self {
        Self(format!("{what}: {error}"))
    }
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// One connection, opened when it is needed.
pub struct Client {
    server: SocketAddr,
    connection: Option<SendRequest<Full<Bytes>>>,
    /// Whether the connection is used again.
    keeps: bool,
}

impl Client {
    /// A client that keeps its connection for as long as the server does.
    pub fn new(server: SocketAddr) -> Self {
        Self { server, connection: None, keeps: true }
    }

    /// A client that makes a connection for each request.
    pub fn without_keeping(server: SocketAddr) -> Self {
        Self { keeps: false, ..Self::new(server) }
    }

    /// Sends a request, once.
    pub async fn send(&mut self, request: &Request) -> Result<Answer, Failure> {
        let started = Instant::now();
        let result = timeout(ANSWER_TIMEOUT, self.exchange(request)).await;
        if !self.keeps || !matches!(result, Ok(Ok(_))) {
            self.connection = None;
        }
        let (head, bytes) = result.map_err(|_| Failure(format!("no answer within {ANSWER_TIMEOUT:?}")))??;
        let took = started.elapsed();
        // Only the bodies that are JSON are looked at.
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        let headers =
            head.headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())));
        Ok(Answer { status: head.status.as_u16(), body, length: bytes.len(), headers: headers.collect(), took })
    }

    async fn exchange(&mut self, request: &Request) -> Result<(Parts, Bytes), Failure> {
        let mut connection = self.open().await?;
        let mut http = request.to_http(self.server)?;
        if !self.keeps {
            http.headers_mut().insert("Connection", hyper::header::HeaderValue::from_static("close"));
        }
        let response = connection.send_request(http).await.map_err(|error| Failure::new("cut", &Causes(&error)))?;
        let (head, body) = response.into_parts();
        let says_close = head.headers.get("Connection").is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"close"));
        let body = body.collect().await.map_err(|error| Failure::new("cut in the body", &Causes(&error)))?;
        self.connection = (self.keeps && !says_close).then_some(connection);
        Ok((head, body.to_bytes()))
    }

    /// The kept connection unless the server has closed it, else a new one.
    async fn open(&mut self) -> Result<SendRequest<Full<Bytes>>, Failure> {
        if let Some(mut connection) = self.connection.take()
            && connection.ready().await.is_ok()
        {
            return Ok(connection);
        }
        let stream = TcpStream::connect(self.server).await.map_err(|error| Failure::new("not connected", &error))?;
        stream.set_nodelay(true).map_err(|error| Failure::new("not connected", &error))?;
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| Failure::new("not connected", &error))?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

/// An error with what caused it, which hyper leaves out.
struct Causes<'a>(&'a dyn std::error::Error);

impl Display for Causes<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        self.0.source().map_or(Ok(()), |cause| write!(formatter, ": {cause}"))
    }
}
