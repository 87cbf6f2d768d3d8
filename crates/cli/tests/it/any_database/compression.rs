use std::io::Read;

use flate2::read::GzDecoder;
use rstest::rstest;

use crate::support::{Answer, Server, send};

fn get(server: &Server, path: &str, accepted: &str) -> Answer {
    send(server.request("GET", path).header("Accept-Encoding", accepted))
}

fn inflate(encoding: &str, body: &[u8]) -> String {
    let mut text = String::new();
    match encoding {
        "gzip" => GzDecoder::new(body).read_to_string(&mut text).unwrap(),
        "br" => brotli::Decompressor::new(body, 4096).read_to_string(&mut text).unwrap(),
        other => panic!("{other}"),
    };
    text
}

#[rstest]
#[case("gzip")]
#[case("br")]
fn a_long_body_is_compressed_as_the_client_accepts(#[case] encoding: &str) {
    let server = Server::start();
    // The first request makes series, and the second a text that is long enough.
    server.get("/health");
    let plain = get(&server, "/metrics", "identity");
    assert!(plain.body.len() > 1024 && plain.header("content-encoding").is_none());
    let answer = get(&server, "/metrics", encoding);
    assert_eq!((answer.status, answer.header("content-encoding")), (200, Some(encoding)));
    assert!(answer.body.len() < plain.body.len() / 2);
    let text = inflate(encoding, &answer.body);
    assert!(text.contains("\nhttp_requests_total{handler=\"/health\",method=\"GET\",status=\"2xx\"} 1\n"), "{text}");
}

#[rstest]
#[case::gzip("gzip")]
#[case::all("gzip, br, zstd")]
#[case::any("*")]
fn a_short_body_is_left_alone(#[case] accepted: &str) {
    let server = Server::start();
    for path in ["/health", "/readiness", "/nothing", "/api/v1/auth/me"] {
        let answer = get(&server, path, accepted);
        assert_eq!(answer.header("content-encoding"), None, "{path}");
        assert!(answer.json().is_object(), "{path}");
    }
}

#[rstest]
#[case::none(None)]
#[case::identity(Some("identity"))]
#[case::unknown(Some("nonsense"))]
#[case::not_ours(Some("deflate"))]
#[case::refused(Some("gzip;q=0, br;q=0"))]
#[case::everything_refused(Some("identity;q=0"))]
#[case::everything_refused_at_once(Some("*;q=0"))]
fn what_the_client_does_not_accept_is_not_used(#[case] accepted: Option<&str>) {
    let server = Server::start();
    let mut request = server.request("GET", "/metrics");
    if let Some(accepted) = accepted {
        request = request.header("Accept-Encoding", accepted);
    }
    let answer = send(request);
    assert_eq!((answer.status, answer.header("content-encoding")), (200, None));
    assert!(answer.text().contains("ore_build_info"));
}
