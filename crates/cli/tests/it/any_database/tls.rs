//! TLS by the process itself.

use std::io::{Read, Write};

use rstest::rstest;
use rustls::version::{TLS12, TLS13};
use rustls::{ALL_VERSIONS, SupportedProtocolVersion};

use crate::support::{Identity, RawAnswer, RawConnection, ServerProcess, TLS_FILES, TestDir};

const IMPATIENT: (&str, &str) = ("BACKEND_CLIENT_TIMEOUT_SECONDS", "0.5");
const LAST_HEALTH: &str = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn serve(identity: &Identity, settings: &[(&str, &str)]) -> ServerProcess {
    let test_dir = TestDir::new();
    test_dir.install(&identity.certificate_pem, &identity.key_pem);
    test_dir.serve(&[&TLS_FILES, settings].concat())
}

fn ask(stream: &mut (impl Read + Write), request: &str) -> RawAnswer {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    RawAnswer::parse(&answer)
}

#[rstest]
#[case(&TLS12)]
#[case(&TLS13)]
fn the_service_speaks_http_1_1_over_tls(#[case] version: &'static SupportedProtocolVersion) {
    let identity = Identity::new();
    let server = serve(&identity, &[]);
    let mut stream = identity.connect(server.port, &[version]);
    assert_eq!(ask(&mut stream, LAST_HEALTH).status, 200);
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert_eq!(stream.conn.protocol_version(), Some(version.version));
}

#[test]
fn nothing_is_answered_in_the_clear() {
    let server = serve(&Identity::new(), &[]);
    let mut connection = RawConnection::open(server.port);
    connection.send(LAST_HEALTH);
    let answer = connection.rest();
    assert!(!answer.windows(4).any(|window| window == b"HTTP"), "{answer:?}");
}

#[test]
fn metrics_at_their_own_port_stay_in_the_clear() {
    let server = serve(&Identity::new(), &[("BACKEND_METRICS_BIND", "127.0.0.1:0")]);
    let line =
        server.log().wait_for(|line| line["message"].as_str().unwrap().starts_with("Serving metrics at http://"));
    let mut scrape = RawConnection::open(u16::try_from(line["port"].as_u64().unwrap()).unwrap());
    scrape.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(scrape.answer().status, 200);
}

#[test]
fn deadlines_hold_over_tls_and_for_the_handshake() {
    let identity = Identity::new();
    let server = serve(&identity, &[IMPATIENT]);
    assert_eq!(RawConnection::open(server.port).rest(), b"");
    let mut stream = identity.connect(server.port, ALL_VERSIONS);
    let answer = ask(&mut stream, "GET /health HTTP/1.1\r\nHost: lo");
    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
}

#[test]
fn the_healthcheck_asks_over_tls() {
    let server = serve(&Identity::new(), &[]);
    let port = server.port.to_string();
    let settings = [TLS_FILES[0], TLS_FILES[1], ("BACKEND_PORT", port.as_str())];
    server.test_dir.run_with(&["healthcheck"], &settings).succeeded();
}

#[test]
fn a_new_certificate_is_served_and_a_broken_one_is_not() {
    let (old, new) = (Identity::new(), Identity::new());
    let server = serve(&old, &[]);
    let mut kept = old.connect(server.port, ALL_VERSIONS);
    kept.write_all(b"GET /health HTTP/1.1\r\n").unwrap();

    server.test_dir.install(&new.certificate_pem, &new.key_pem);
    server.log().wait_for_message("The TLS certificate was renewed");
    assert_eq!(ask(&mut new.connect(server.port, ALL_VERSIONS), LAST_HEALTH).status, 200);
    assert_eq!(ask(&mut kept, "Host: localhost\r\nConnection: close\r\n\r\n").status, 200);

    server.test_dir.install(&new.certificate_pem, &old.key_pem);
    let line = server.log().wait_for(|line| {
        line["message"].as_str().unwrap().starts_with("The TLS certificate stays as it was: BACKEND_TLS_KEY_FILE: ")
    });
    assert_eq!(line["level"], "ERROR");
    assert_eq!(ask(&mut new.connect(server.port, ALL_VERSIONS), LAST_HEALTH).status, 200);
}

#[rstest]
#[case::no_certificate(|ours: &Identity, _: &Identity| (String::new(), ours.key_pem.clone()), "BACKEND_TLS_CERT_FILE")]
#[case::no_key(|ours: &Identity, _: &Identity| (ours.certificate_pem.clone(), "key".to_owned()), "BACKEND_TLS_KEY_FILE")]
#[case::key_in_place_of_the_certificate(|ours: &Identity, _: &Identity| (ours.key_pem.clone(), ours.key_pem.clone()), "BACKEND_TLS_CERT_FILE")]
#[case::key_of_another(|ours: &Identity, other: &Identity| (ours.certificate_pem.clone(), other.key_pem.clone()), "BACKEND_TLS_KEY_FILE")]
#[case::no_der(
    |ours: &Identity, _: &Identity| ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(), ours.key_pem.clone()),
    "BACKEND_TLS_CERT_FILE"
)]
fn unusable_files_stop_the_start(#[case] files: fn(&Identity, &Identity) -> (String, String), #[case] name: &str) {
    let test_dir = TestDir::new();
    let (certificate, key) = files(&Identity::new(), &Identity::new());
    test_dir.install(&certificate, &key);
    assert_one_line(&test_dir, name);
}

#[test]
fn files_that_are_not_there_stop_the_start() {
    let test_dir = TestDir::new();
    assert_one_line(&test_dir, "BACKEND_TLS_CERT_FILE");
    test_dir.file("tls.crt", &Identity::new().certificate_pem);
    assert_one_line(&test_dir, "BACKEND_TLS_KEY_FILE");
}

fn assert_one_line(test_dir: &TestDir, name: &str) {
    let finished = test_dir.run_with(&["serve"], &TLS_FILES);
    let lines = finished.failed(2);
    assert!(lines.len() == 1 && lines[0].starts_with(&format!("{name}: ")), "{lines:?}");
    assert!(lines[0].contains(&format!("; for example {name}=")), "{lines:?}");
}
