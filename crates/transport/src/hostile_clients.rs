//! Whatever a client sends, its connection ends: shown on the parser itself with random bytes.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use actix_http::{Request, Response};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, map_config};
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::rt::System;
use actix_web::web::{self, Bytes};
use actix_web::{App, Error, HttpResponse};
use futures_util::future::join_all;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::connection::{AddressSlot, ClientStream, ConnectionTimeouts, Connections, Transport};
use super::http::http_service;

const TERMS: ConnectionTimeouts = ConnectionTimeouts {
    step: Duration::from_millis(60),
    idle: Duration::from_millis(90),
    end: Duration::from_secs(1),
};
/// Far beyond all deadlines of a connection together, on a busy machine too.
const MUCH_TOO_LATE: Duration = Duration::from_secs(10);

/// The bytes that a client sends, in writes with a short pause before each.
type Script = Vec<Vec<u8>>;

const LINES: [&str; 7] = [
    "GET / HTTP/1.1\r\nHost: x\r\n",
    "GET /read HTTP/1.1\nHost: x\n",
    "GET / HTTP/1.0\r\n",
    "POST /read HTTP/1.1\r\nHost: x\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\n",
    "PUT /read HTTP/1.0\r\n",
    "CONNECT /read HTTP/1.1\r\nHost: x\r\n",
];

const FIELDS: [&str; 9] = [
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 99999999999\r\n",
    "Upgrade: websocket\r\n",
    "Upgrade: h2c\r\n",
    "Connection: upgrade\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "Expect: 100-continue\r\n",
];

const ENDS: [&str; 3] = ["\r\n", "\n", ""];

const BODIES: [&str; 8] = [
    "hello",
    "5\r\nhello\r\n",
    "5;a=\"\r\n\r\nhello",
    "0\r\n\r\n",
    "0\r\n\n",
    "0\n\r\n",
    "\r\n\r\n",
    "ffffffffffffffff\r\n",
];

fn request() -> impl Strategy<Value = Vec<u8>> {
    let text = |fields: Vec<&str>| fields.concat();
    let fields = vec(select(FIELDS.to_vec()), 0..3).prop_map(text);
    let body = vec(select(BODIES.to_vec()), 0..3).prop_map(text);
    let whole = (select(LINES.to_vec()), fields, select(ENDS.to_vec()), body);
    prop_oneof![
        30 => whole.prop_map(|(line, fields, end, body)| [line, &fields, end, &body].concat().into_bytes()),
        1 => vec(any::<u8>(), 1..20),
        1 => (1..40_000_usize, any::<u8>()).prop_map(|(length, byte)| vec![byte; length]),
    ]
}

/// Requests, some of them bent.
fn script() -> impl Strategy<Value = Script> {
    let faults = prop_oneof![vec((any::<Index>(), any::<u8>()), 1..3), Just(Vec::new())];
    let bytes = vec(request(), 0..4).prop_map(|requests| requests.concat());
    (bytes, faults, 1..4_usize).prop_map(|(mut bytes, faults, writes)| {
        for (index, byte) in faults.into_iter().filter(|_| !bytes.is_empty()).collect::<Vec<_>>() {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.chunks(bytes.len().div_ceil(writes).max(1)).map(<[u8]>::to_vec).collect()
    })
}

/// One handler reads bodies, the other ignores them.
fn application() -> impl ServiceFactory<
    Request,
    Config = (),
    Response = impl Into<Response<BoxBody>> + 'static,
    Error = HttpResponse,
    InitError = (),
> {
    let read = async |bytes: Result<Bytes, Error>| match bytes {
        Ok(_) => HttpResponse::Ok().body("read"),
        Err(_) => HttpResponse::BadRequest().body("not read"),
    };
    let app = App::new().route("/read", web::to(read)).default_service(web::to(async || HttpResponse::Ok().body("ok")));
    let app = app.into_factory().map_err(|error: Error| error.error_response());
    map_config(app.map(ServiceResponse::map_into_boxed_body), |()| AppConfig::default())
}

/// Sends the script, never closes, and reads until the server does.
async fn act(address: SocketAddr, script: Script) -> io::Result<()> {
    let mut client = TcpStream::connect(address).await?;
    let mut answers = [0; 4096];
    for bytes in script {
        // The server may close before it has everything.
        let _ = client.write_all(&bytes).await;
        let _ = timeout(Duration::from_millis(5), client.read(&mut answers)).await;
    }
    while matches!(client.read(&mut answers).await, Ok(1..)) {}
    Ok(())
}

async fn is_let_go(script: Script) -> bool {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = http_service(application(), address).new_service(()).await.unwrap();
    let serve = async {
        let (stream, peer) = listener.accept().await.unwrap();
        let connections = Connections::default();
        let stream =
            ClientStream::new(Transport::Plain(stream), peer, TERMS, connections.join(AddressSlot::uncounted()));
        let _ = service.call((stream, Some(peer))).await;
    };
    let both = async { tokio::join!(serve, act(address, script)) };
    timeout(MUCH_TOO_LATE, both).await.is_ok()
}

/// The first of the scripts after which its connection is kept.
fn first_kept(scripts: &[Script]) -> Option<String> {
    let ends = System::new().block_on(join_all(scripts.iter().cloned().map(is_let_go)));
    let first_kept = scripts.iter().zip(ends).find(|(_, ends)| !ends);
    first_kept.map(|(script, _)| script.concat().escape_ascii().to_string())
}

#[test]
fn a_request_whose_end_can_be_read_in_two_ways_does_not_keep_its_connection() {
    let scripts = [
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\n",
        "POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\n",
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n\r\n",
        "GET /read HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n\r\n",
        "GET /read HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nContent-Length: 5\r\n\r\nhello",
        "CONNECT /read HTTP/1.1\r\nHost: x\r\n\r\n",
    ];
    assert_eq!(first_kept(&scripts.map(|text| vec![text.as_bytes().to_vec()])), None);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8, max_shrink_iters: 10, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn every_connection_ends_whatever_its_client_sends(scripts in vec(script(), 50)) {
        prop_assert_eq!(first_kept(&scripts), None);
    }
}
