//! Traces, as a collector receives them, and a service whose collector is away.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use prost::Message;

use crate::support::{ServerProcess, TestDir, send};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const AWAY: &str = "The collector takes no traces; they are lost until it is back";
const CALLER: &str = "00f067aa0ba902b7";

/// A collector that takes everything.
struct Collector {
    endpoint: String,
    taken: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let collector = Self { endpoint, taken: Arc::clone(&taken) };
        thread::spawn(move || {
            for stream in listener.incoming() {
                let taken = Arc::clone(&taken);
                thread::spawn(move || take_all(stream.unwrap(), &taken));
            }
        });
        collector
    }

    /// Every span so far, and the attributes of the services that they came from.
    fn spans(&self) -> (Vec<Span>, Vec<BTreeMap<String, String>>) {
        let taken = self.taken.lock().unwrap();
        let of_services = taken.iter().flat_map(|request| &request.resource_spans);
        let spans = of_services.clone().flat_map(|spans| &spans.scope_spans).flat_map(|spans| spans.spans.clone());
        let services = of_services.clone().map(|spans| attributes(&spans.resource.as_ref().unwrap().attributes));
        (spans.collect(), services.collect())
    }
}

fn take_all(stream: TcpStream, taken: &Mutex<Vec<ExportTraceServiceRequest>>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|length| length > 0) {
        if !head.ends_with("\r\n\r\n") {
            continue;
        }
        assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        taken.lock().unwrap().push(ExportTraceServiceRequest::decode(&body[..]).unwrap());
        reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        head.clear();
    }
}

fn attributes(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    attributes.iter().map(|attribute| (attribute.key.clone(), text(attribute.value.as_ref().unwrap()))).collect()
}

fn text(value: &AnyValue) -> String {
    match value.value.as_ref().unwrap() {
        Any::StringValue(text) => text.clone(),
        Any::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn traceparent() -> String {
    format!("00-{TRACE}-{CALLER}-01")
}

#[test]
fn a_request_is_a_span_in_the_trace_of_its_caller_and_its_lines_name_it() {
    let collector = Collector::start();
    let settings =
        [(ENDPOINT, collector.endpoint.as_str()), ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")];
    let server = ServerProcess::with(&settings);
    let request = server.request("GET", "/api/v1/auth/me?token=canary").header("traceparent", traceparent());
    let answer = send(request.header("x-request-id", "traced-1"));
    assert_eq!(answer.status, 401);
    let log = server.stop();

    let (spans, services) = collector.spans();
    let span = spans.iter().find(|span| hex(&span.trace_id) == TRACE).unwrap_or_else(|| panic!("{spans:?}"));
    assert_eq!((span.name.as_str(), span.kind()), ("GET /api/v1/auth/me", SpanKind::Server));
    assert_eq!(hex(&span.parent_span_id), CALLER);
    let found = attributes(&span.attributes);
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/api/v1/auth/me"),
        ("http.response.status_code", "401"),
        ("url.path", "/api/v1/auth/me"),
        ("request_id", "traced-1"),
    ] {
        assert_eq!(found.get(name).map(String::as_str), Some(value), "{name} in {found:?}");
    }
    assert!(span.events.is_empty() && !format!("{span:?}").contains("canary"), "{span:?}");
    assert!(span.status.as_ref().is_none_or(|status| status.code() == StatusCode::Unset), "{span:?}");
    for service in services {
        assert_eq!(service["service.name"], "ore-backend");
        assert_eq!(service["service.version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(service["deployment.environment"], "test");
    }

    let line = log.wait_for_request("traced-1");
    assert_eq!((&line["trace_id"], &line["span_id"]), (&TRACE.into(), &hex(&span.span_id).into()));
}

#[test]
fn a_request_without_a_trace_begins_one_and_a_made_up_method_makes_no_name() {
    let collector = Collector::start();
    let server = ServerProcess::with(&[(ENDPOINT, &collector.endpoint), ("OTEL_SERVICE_NAME", "accounts")]);
    send(server.request("MADEUP", "/health"));
    server.get("/made/up");
    server.stop();
    let (spans, services) = collector.spans();
    let mut names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["GET", "_OTHER /health"]);
    assert_ne!(spans[0].trace_id, spans[1].trace_id);
    assert!(spans.iter().all(|span| span.parent_span_id.is_empty()), "{spans:?}");
    assert!(services.iter().all(|service| service["service.name"] == "accounts"), "{services:?}");
}

#[test]
fn what_the_sampler_leaves_out_is_not_sent_and_its_lines_still_name_the_trace() {
    let collector = Collector::start();
    let server = ServerProcess::with(&[(ENDPOINT, &collector.endpoint), ("OTEL_TRACES_SAMPLER", "always_off")]);
    let answer = server.get("/nothing");
    let log = server.stop();
    assert_eq!(collector.spans().0, []);
    let line = log.wait_for_request(answer.header("x-request-id").unwrap());
    assert_eq!(line["trace_id"].as_str().map(str::len), Some(32), "{line}");
}

#[test]
fn nobody_waits_for_a_collector_that_is_away_or_silent() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Accepts connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [nobody, silent.local_addr().unwrap()] {
        let hurried = [("OTEL_BSP_SCHEDULE_DELAY", "1"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "100")];
        let server = ServerProcess::with(&[&[(ENDPOINT, format!("http://{address}").as_str())], &hurried[..]].concat());
        let started = Instant::now();
        for _ in 0..50 {
            assert_eq!(server.get("/health").status, 200);
        }
        let answered = started.elapsed();
        server.log().wait_for_message(AWAY);
        let started = Instant::now();
        let log = server.stop();
        // The two seconds that the last traces have, and what a busy machine takes.
        let limit = Duration::from_secs(10);
        assert!(answered < limit && started.elapsed() < limit, "{answered:?} {:?}", started.elapsed());
        assert_eq!(log.text().matches(AWAY).count(), 1, "{}", log.text());
        assert!(!log.text().contains("opentelemetry"), "{}", log.text());
    }
}

#[test]
fn without_a_collector_nothing_is_traced() {
    for environment in [&[][..], &[(ENDPOINT, "")], &[(ENDPOINT, "http://127.0.0.1:1"), ("OTEL_SDK_DISABLED", "true")]]
    {
        let server = ServerProcess::with(environment);
        let answer = send(server.request("GET", "/nothing").header("traceparent", traceparent()));
        let line = server.log().wait_for_request(answer.header("x-request-id").unwrap());
        assert!(line["trace_id"].is_null() && line["span_id"].is_null(), "{line}");
    }
}

#[test]
fn an_endpoint_that_is_no_url_stops_the_start_with_one_line() {
    let finished = TestDir::new().run_with(&["serve"], &[(ENDPOINT, "no url at all")]);
    let lines = finished.failed(1);
    assert!(lines.len() == 1 && lines[0].starts_with("traces cannot be sent: "), "{lines:?}");
}
