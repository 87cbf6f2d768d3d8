use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;

use rstest::rstest;

use crate::support::{Client, LoadClients, RawConnection, TestDir};

const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

fn listen() -> (TcpListener, u16) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}

fn copy(socket: &TcpListener) -> OwnedFd {
    socket.try_clone().unwrap().into()
}

#[rstest]
#[case::of_no_name("")]
#[case::of_its_unit_s_name("ore-backend.socket")]
#[case::of_its_own_name("service")]
fn one_socket_is_the_service_s_whatever_its_name(#[case] name: &str) {
    let (socket, port) = listen();
    let server = TestDir::new().serve_on(vec![copy(&socket)], name, &[]);
    assert_eq!(server.port, port);
    assert_eq!((server.get("/health").status, server.get("/metrics").status), (200, 200));
}

#[test]
fn the_socket_named_metrics_serves_metrics_alone() {
    let ((metrics, metrics_port), (service, port)) = (listen(), listen());
    let server = TestDir::new().serve_on(vec![copy(&metrics), copy(&service)], "metrics:service", &[]);
    assert_eq!(server.port, port);
    assert_eq!((server.get("/health").status, server.get("/metrics").status), (200, 404));
    let scraper = Client::new(metrics_port);
    assert_eq!((scraper.get("/health").status, scraper.get("/metrics").status), (404, 200));
}

#[test]
fn a_socket_for_metrics_alone_leaves_the_service_its_own_port() {
    let (metrics, metrics_port) = listen();
    let server = TestDir::new().serve_on(vec![copy(&metrics)], "metrics", &[]);
    assert_ne!(server.port, metrics_port);
    assert_eq!((server.get("/health").status, server.get("/metrics").status), (200, 404));
    assert_eq!(Client::new(metrics_port).get("/metrics").status, 200);
}

#[test]
fn sockets_for_another_process_are_left_alone() {
    let (socket, port) = listen();
    let server = TestDir::new().serve_beside("1", vec![copy(&socket)]);
    assert_ne!(server.port, port);
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn what_cannot_be_served_on_is_refused_in_one_line() {
    let test_dir = TestDir::new();
    let tcp = || copy(&listen().0);
    let connected = {
        let (socket, port) = listen();
        let _client = RawConnection::open(port);
        OwnedFd::from(socket.accept().unwrap().0)
    };
    let cases = [
        (vec![UdpSocket::bind("127.0.0.1:0").unwrap().into()], "", "socket 1 (\"\") is not a TCP socket"),
        (vec![connected], "service", "socket 1 (\"service\") does not listen"),
        (vec![tcp(), tcp()], "one:two", "2 sockets were passed; pass one for the service"),
    ];
    for (sockets, names, reason) in cases {
        let finished = test_dir.run_on(sockets, names);
        let lines = finished.failed(2);
        assert!(lines.len() == 1 && lines[0].starts_with("LISTEN_FDS: ") && lines[0].contains(reason), "{lines:?}");
    }
}

#[test]
fn nobody_is_refused_while_a_server_gives_way_to_the_next() {
    let (socket, port) = listen();
    let test_dir = TestDir::new();
    let load_clients = LoadClients::start(port);
    for _ in 0..3 {
        let server = test_dir.serve_on(vec![copy(&socket)], "service", &[]);
        load_clients.wait_for_answers();
        server.stop();
    }
    let _last = test_dir.serve_on(vec![copy(&socket)], "service", &[]);
    load_clients.end();
}

/// The filter that turns newcomers away from a port of our own would stay on a socket that others have, too.
#[test]
fn who_comes_between_two_servers_waits_for_the_second() {
    let (socket, port) = listen();
    let test_dir = TestDir::new();
    test_dir.serve_on(vec![copy(&socket)], "service", &[]).stop();
    let mut early = RawConnection::open(port);
    early.send(HEALTH);
    let second = test_dir.serve_on(vec![copy(&socket)], "service", &[]);
    assert_eq!(early.answer().status, 200);
    second.stop();
}
