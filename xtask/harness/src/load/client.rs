//! A client that does what it is told: one connection, no second try, nothing hidden.

use std::fmt::{self, Display, Formatter};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use http_body_util::{BodyExt, Full};
use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::http::response::Parts;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::eventually;

/// The password of every account.
pub const PASSWORD: &str = "correct horse battery bench";

/// Longer than any answer may take; anyone who waits longer was forgotten.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// A request as the programs make them.
#[derive(Debug, Clone)]
pub struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Request {
    /// A GET without credentials.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), headers: Vec::new(), body: None }
    }

    /// A POST of JSON.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", body: Some(body), ..Self::get(path) }.with_header("Content-Type", "application/json")
    }

    /// A registration.
    pub fn register(email: &str) -> Self {
        Self::post("/api/v1/auth/register", json!({"email": email, "password": PASSWORD}))
    }

    /// A log-in with the password of every account.
    pub fn login(email: &str) -> Self {
        Self::post("/api/v1/auth/login", json!({"email": email, "password": PASSWORD}))
    }

    /// A request for the user of the token.
    pub fn me(token: &str) -> Self {
        Self::get("/api/v1/auth/me").with_token(token)
    }

    /// The exchange of a refresh token for the next tokens.
    pub fn refresh(token: &str) -> Self {
        Self::post("/api/v1/auth/refresh", json!({"refresh_token": token}))
    }

    /// The end of the session of a token.
    pub fn log_out(token: &str) -> Self {
        Self { method: "POST", ..Self::get("/api/v1/auth/logout").with_token(token) }
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
            _ => login(json!({"email": format!("nobody-{number}@chaos.example"), "password": "not the password"})),
        }
    }

    /// The same with a header more.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with an access token.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        self.with_header("Authorization", format!("Bearer {token}"))
    }

    fn to_http(&self, server: SocketAddr, keeps: bool) -> Result<hyper::Request<Full<Bytes>>> {
        let request = hyper::Request::builder().method(self.method).uri(&self.path).header("Host", server.to_string());
        let request = if keeps { request } else { request.header("Connection", "close") };
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        request.body(Full::new(Bytes::from(body))).context("not a request")
    }
}

impl Display for Request {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.method, self.path, self.body.as_ref().unwrap_or(&Value::Null))
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
    /// As they came.
    pub headers: HeaderMap,
    /// From before the connection was made, where one had to be, to the end of the body.
    pub took: Duration,
}

impl Display for Answer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.status, self.body)
    }
}

/// What a client has of its session.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

impl Answer {
    /// The tokens of a registration, a log-in or an exchange.
    pub fn tokens(&self) -> Option<Tokens> {
        let token = |name| self.body["data"][name].as_str().map(str::to_owned);
        Some(Tokens { access: token("access_token")?, refresh: token("refresh_token")? })
    }
}

/// Registers an account.
pub async fn register(server: SocketAddr, email: &str) -> Result<Tokens> {
    tokens(server, &Request::register(email)).await
}

/// Logs an account in.
pub async fn log_in(server: SocketAddr, email: &str) -> Result<Tokens> {
    tokens(server, &Request::login(email)).await
}

async fn tokens(server: SocketAddr, request: &Request) -> Result<Tokens> {
    let answer = Client::without_keeping(server).send(request).await?;
    answer.tokens().with_context(|| format!("{request} was answered {answer}"))
}

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

    /// Sends a request, once. What goes wrong is `not connected`, `cut`, or `no answer`, with its causes.
    pub async fn send(&mut self, request: &Request) -> Result<Answer> {
        let started = Instant::now();
        let result = timeout(ANSWER_TIMEOUT, self.exchange(request)).await;
        if !self.keeps || !matches!(result, Ok(Ok(_))) {
            self.connection = None;
        }
        let (Parts { status, headers, .. }, bytes) =
            result.with_context(|| format!("no answer within {ANSWER_TIMEOUT:?}"))??;
        let took = started.elapsed();
        // Only the bodies that are JSON are looked at.
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Answer { status: status.as_u16(), body, length: bytes.len(), headers, took })
    }

    /// Sends a request again and again until its answer has this status, and returns how long that took.
    pub async fn expect_soon(&mut self, limit: Duration, status: u16, request: &Request) -> Result<Duration> {
        let what = format!("{} answers {request} with {status}", self.server);
        eventually(limit, &what, async || self.send(request).await.is_ok_and(|it| it.status == status)).await
    }

    async fn exchange(&mut self, request: &Request) -> Result<(Parts, Bytes)> {
        let mut connection = self.open().await.context("not connected")?;
        let request = request.to_http(self.server, self.keeps)?;
        let (head, body) = connection.send_request(request).await.context("cut")?.into_parts();
        let says_close = head.headers.get("Connection").is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"close"));
        let body = body.collect().await.context("cut in the body")?;
        self.connection = (self.keeps && !says_close).then_some(connection);
        Ok((head, body.to_bytes()))
    }

    /// The kept connection unless the server has closed it, else a new one.
    async fn open(&mut self) -> Result<SendRequest<Full<Bytes>>> {
        if let Some(mut connection) = self.connection.take()
            && connection.ready().await.is_ok()
        {
            return Ok(connection);
        }
        let stream = TcpStream::connect(self.server).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}
