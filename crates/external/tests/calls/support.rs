use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use ore_external::{ExternalOptions, HttpExternalApi};
use ore_telemetry::metrics::{CallObserver, Outcome};
use tracing::Span;
use url::Url;

pub(crate) const KEY: &str = "canary-key-4711";

pub(crate) const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// How a server answers one request.
#[derive(Clone)]
pub(crate) enum Reply {
    Answer(u16, &'static [(&'static str, &'static str)], String),
    Redirect(String),
    /// Never.
    Silence,
}

/// One request that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// An HTTP server on a free port that gives its replies in order, the last one ever after.
pub(crate) struct Server {
    pub(crate) base: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

pub(crate) fn ok(body: &str) -> Reply {
    Reply::Answer(200, &[], body.to_owned())
}

pub(crate) fn status(status: u16) -> Reply {
    Reply::Answer(status, &[], String::new())
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

impl Server {
    pub(crate) fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let base = Url::parse(&format!("http://{}/v2", listener.local_addr().unwrap())).unwrap();
        let replies = Arc::new(Mutex::new(replies.into_iter().collect::<VecDeque<_>>()));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let server = Self { base, seen: Arc::clone(&seen) };
        let make_app = move || {
            let (replies, seen) = (Arc::clone(&replies), Arc::clone(&seen));
            let answer = move |request: HttpRequest, body: Bytes| {
                seen.lock().unwrap().push(see(&request, &body));
                reply(next(&mut replies.lock().unwrap()))
            };
            App::new().default_service(web::to(answer))
        };
        let serving = HttpServer::new(make_app).workers(1).disable_signals().listen(listener).unwrap();
        rt::spawn(serving.run());
        server
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn next(replies: &mut VecDeque<Reply>) -> Reply {
    if replies.len() > 1 { replies.pop_front().unwrap() } else { replies[0].clone() }
}

fn see(request: &HttpRequest, body: &Bytes) -> Seen {
    let headers = request.headers().iter();
    Seen {
        line: format!("{} {}", request.method(), request.uri()),
        headers: headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

async fn reply(reply: Reply) -> HttpResponse {
    match reply {
        Reply::Answer(status, headers, body) => {
            let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap());
            for header in headers {
                response.append_header(*header);
            }
            response.body(body)
        }
        Reply::Redirect(location) => HttpResponse::TemporaryRedirect().append_header(("Location", location)).finish(),
        Reply::Silence => std::future::pending().await,
    }
}

/// What was told of calls and the breaker.
#[derive(Clone, Default)]
pub(crate) struct RecordedCalls {
    pub(crate) outcomes: Arc<Mutex<Vec<Outcome>>>,
    pub(crate) breaker: Arc<Mutex<Vec<bool>>>,
}

impl RecordedCalls {
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes.lock().unwrap().clone()
    }

    pub(crate) fn breaker(&self) -> Vec<bool> {
        self.breaker.lock().unwrap().clone()
    }
}

impl CallObserver for RecordedCalls {
    fn called(&self, outcome: Outcome, _: Duration) {
        self.outcomes.lock().unwrap().push(outcome);
    }

    fn breaker_is_open(&self, is_open: bool) {
        self.breaker.lock().unwrap().push(is_open);
    }
}

/// Options with a key and a deadline that a busy machine keeps.
pub(crate) fn options(base: &Url) -> ExternalOptions {
    ExternalOptions { key: Some(KEY.into()), timeout: Duration::from_secs(30), ..ExternalOptions::new(base.clone()) }
}

pub(crate) fn client(options: ExternalOptions) -> (HttpExternalApi, RecordedCalls) {
    let recorder = RecordedCalls::default();
    (HttpExternalApi::start(options, Box::new(recorder.clone()), trace_headers).unwrap(), recorder)
}

fn trace_headers(_: &Span) -> HashMap<String, String> {
    HashMap::from([("traceparent".to_owned(), TRACE.to_owned())])
}

/// A base URL at which nobody listens.
pub(crate) fn nobody() -> Url {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    Url::parse(&format!("http://{address}")).unwrap()
}
