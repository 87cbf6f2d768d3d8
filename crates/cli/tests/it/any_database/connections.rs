//! How many connections there may be, and what becomes of those beyond.

use std::time::Duration;

use socket2::SockRef;

use crate::support::{RawConnection, Server, TestDir};

const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

fn asking(server: &Server) -> RawConnection {
    let mut connection = RawConnection::open(server.port);
    connection.send(HEALTH);
    connection
}

#[test]
fn a_connection_beyond_the_limit_waits_until_another_ends() {
    let server = Server::with(&[("BACKEND_WORKERS", "1"), ("BACKEND_MAX_CONNECTIONS", "2")]);
    let (mut first, mut second) = (asking(&server), asking(&server));
    assert_eq!((first.answer().status, second.answer().status), (200, 200));
    let mut third = asking(&server);
    assert!(third.is_silent_for(Duration::from_millis(300)));
    drop(first);
    assert_eq!(third.answer().status, 200);
}

#[test]
fn an_address_has_only_so_many_connections() {
    let server = Server::with(&[("BACKEND_MAX_CONNECTIONS_PER_ADDRESS", "2")]);
    let (mut first, mut second) = (asking(&server), asking(&server));
    assert_eq!((first.answer().status, second.answer().status), (200, 200));
    assert_eq!(asking(&server).rest(), b"");
    first.send("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let metrics = String::from_utf8(first.rest()).unwrap();
    assert!(metrics.contains("\nrefused_connections_total 1\n"), "{metrics}");
    second.send(HEALTH);
    assert_eq!(second.answer().status, 200);
}

#[test]
fn a_trusted_proxy_has_as_many_connections_as_it_likes() {
    let settings = [("BACKEND_MAX_CONNECTIONS_PER_ADDRESS", "2"), ("BACKEND_TRUSTED_PROXIES", "127.0.0.1")];
    let server = Server::with(&settings);
    let mut open: Vec<_> = (0..5).map(|_| asking(&server)).collect();
    assert!(open.iter_mut().all(|connection| connection.answer().status == 200));
}

#[test]
fn metrics_at_their_own_port_are_served_when_the_service_is_full() {
    let test_dir = TestDir::new();
    let settings =
        [("BACKEND_WORKERS", "1"), ("BACKEND_MAX_CONNECTIONS", "1"), ("BACKEND_METRICS_BIND", "127.0.0.1:0")];
    let server = test_dir.serve(&settings);
    let mut only = asking(&server);
    assert_eq!(only.answer().status, 200);
    let line = server.log().wait_for(|line| line["message"].as_str().unwrap().starts_with("Serving metrics at "));
    let mut scrape = RawConnection::open(u16::try_from(line["port"].as_u64().unwrap()).unwrap());
    scrape.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(scrape.answer().status, 200);
}

#[test]
fn a_process_that_may_open_few_files_outlives_a_storm() {
    let server = TestDir::new().serve_within("ulimit -n 128", &[("BACKEND_WORKERS", "2")]);
    let mut storm: Vec<_> = (0..400).map(|_| asking(&server)).collect();
    assert_eq!(storm[0].answer().status, 200);
    let mut last = storm.pop().unwrap();
    assert!(last.is_silent_for(Duration::from_millis(300)), "the limit is not reached");
    drop(storm);
    assert_eq!(last.answer().status, 200);
    let text = server.log().text();
    assert!(text.contains("the limit on open files leaves room for 64 connections"), "{text}");
    assert!(!text.contains("Error accepting connection"), "{text}");
}

#[test]
fn a_client_that_left_before_it_was_accepted_is_not_served() {
    let server = Server::with(&[("BACKEND_WORKERS", "1"), ("BACKEND_MAX_CONNECTIONS", "1")]);
    let mut only = asking(&server);
    assert_eq!(only.answer().status, 200);
    for _ in 0..20 {
        let mut leaving = RawConnection::open(server.port);
        leaving.send("GET /api/v1/auth/me HTTP/1.1\r\nHost: x\r\n\r\n");
        SockRef::from(&leaving.0).set_linger(Some(Duration::ZERO)).unwrap();
    }
    drop(only);
    let metrics = server.metrics();
    assert!(!metrics.contains(r#"handler="/api/v1/auth/me""#), "{metrics}");
}
