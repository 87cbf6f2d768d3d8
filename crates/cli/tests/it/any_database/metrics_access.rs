//! Who reads the metrics on the port of the service.

use std::collections::BTreeSet;

use rstest::rstest;

use crate::support::{Answer, Server, ServerProcess, send};

const PRODUCTION: [(&str, &str); 5] = [
    ("BACKEND_ENVIRONMENT", "production"),
    ("BACKEND_ALLOWED_ORIGINS", "https://app.example.org"),
    ("BACKEND_SHUTDOWN_DELAY_SECONDS", "0"),
    ("BACKEND_ARGON2_MEMORY_KIB", "19456"),
    ("BACKEND_ARGON2_TIME_COST", "2"),
];
const BEHIND_A_PROXY: (&str, &str) = ("BACKEND_TRUSTED_PROXIES", "127.0.0.1");
const ALLOWED: (&str, &str) = ("BACKEND_METRICS_ALLOW", "192.0.2.0/24,2001:db8::/32");

fn production(settings: &[(&str, &str)]) -> Server {
    Server::with(&[&PRODUCTION, settings].concat())
}

fn ask(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = server.request(method, path);
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
}

/// All of an answer that does not differ from request to request.
fn essence(answer: &Answer) -> (u16, BTreeSet<(String, String)>, String) {
    let varying = ["x-request-id", "x-process-time", "date", "content-length"];
    let headers = answer.headers.iter().filter(|(name, _)| !varying.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let headers: BTreeSet<_> = headers.collect();
    let body = answer.text();
    let body = if body.is_empty() { body } else { format!("{:?}", (answer.error(), answer.message())) };
    (answer.status, headers, body)
}

#[rstest]
#[case::this_machine(&[], &[], 200)]
#[case::a_proxy_that_is_not_trusted(&[], &[("X-Forwarded-For", "127.0.0.1")], 404)]
#[case::a_proxy_that_tells_the_scheme_alone(&[BEHIND_A_PROXY], &[("X-Forwarded-Proto", "https")], 404)]
#[case::this_machine_through_a_proxy(&[BEHIND_A_PROXY], &[("X-Forwarded-For", "127.0.0.1")], 200)]
#[case::beside_a_proxy(&[BEHIND_A_PROXY], &[], 200)]
#[case::a_stranger(&[BEHIND_A_PROXY, ALLOWED], &[("X-Forwarded-For", "203.0.113.9")], 404)]
#[case::a_network_that_is_allowed(&[BEHIND_A_PROXY, ALLOWED], &[("X-Forwarded-For", "192.0.2.9")], 200)]
#[case::mapped_into_ipv6(&[BEHIND_A_PROXY, ALLOWED], &[("X-Forwarded-For", "::ffff:192.0.2.9")], 200)]
#[case::over_ipv6(&[BEHIND_A_PROXY, ALLOWED], &[("Forwarded", "for=\"[2001:db8::9]:80\"")], 200)]
#[case::not_allowed_by_default(&[BEHIND_A_PROXY], &[("X-Forwarded-For", "192.0.2.9")], 404)]
#[case::forged(&[BEHIND_A_PROXY, ALLOWED], &[("X-Forwarded-For", "192.0.2.9, 203.0.113.9")], 404)]
#[case::forged_in_the_other_header(
    &[BEHIND_A_PROXY, ALLOWED], &[("Forwarded", "for=192.0.2.9"), ("X-Forwarded-For", "203.0.113.9")], 404
)]
#[case::unknown(&[BEHIND_A_PROXY, ALLOWED], &[("X-Forwarded-For", "unknown")], 404)]
#[case::elsewhere_than_in_production_for_those_who_are_named(
    &[("BACKEND_ENVIRONMENT", "staging"), BEHIND_A_PROXY, ALLOWED], &[("X-Forwarded-For", "203.0.113.9")], 404
)]
#[case::elsewhere_than_in_production_for_everybody(
    &[("BACKEND_ENVIRONMENT", "staging"), BEHIND_A_PROXY], &[("X-Forwarded-For", "203.0.113.9")], 200
)]
fn metrics_are_for_this_machine_and_the_networks_that_are_named(
    #[case] settings: &[(&str, &str)],
    #[case] headers: &[(&str, &str)],
    #[case] status: u16,
) {
    let server = production(settings);
    for method in ["GET", "HEAD"] {
        assert_eq!(ask(&server, method, "/metrics", headers).status, status, "{method}");
    }
}

#[test]
fn to_a_stranger_they_are_no_route_whatever_the_method() {
    let server = production(&[BEHIND_A_PROXY]);
    for method in ["GET", "HEAD", "POST", "OPTIONS", "PURGE"] {
        let by_a_stranger =
            |path| ask(&server, method, path, &[("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https")]);
        let (metrics, nothing) = (by_a_stranger("/metrics"), by_a_stranger("/nothing"));
        assert_eq!(metrics.status, 404, "{method}");
        assert_eq!(essence(&metrics), essence(&nothing), "{method}");
    }
}

#[test]
fn a_stranger_gets_the_same_answer_over_plain_http() {
    let answer = ask(&production(&[BEHIND_A_PROXY]), "GET", "/metrics", &[("X-Forwarded-For", "203.0.113.9")]);
    assert_eq!(answer.error(), (404, "NOT_FOUND".to_owned()));
}

#[test]
fn the_limit_on_all_calls_counts_strangers_and_no_scrape() {
    let limit = [
        ("BACKEND_RATE_LIMIT_ENABLED", "true"),
        ("BACKEND_RATE_LIMIT_GENERAL_BURST", "1"),
        ("BACKEND_RATE_LIMIT_GENERAL_PER_MINUTE", "1"),
    ];
    let server = production(&[&limit[..], &[BEHIND_A_PROXY]].concat());
    let stranger = || ask(&server, "GET", "/metrics", &[("X-Forwarded-For", "203.0.113.9")]).status;
    assert_eq!([stranger(), stranger()], [404, 429]);
    assert!((0..3).all(|_| server.get("/metrics").status == 200));
}

#[test]
fn a_port_of_their_own_serves_anyone_who_reaches_it() {
    let server = ServerProcess::with(&[&PRODUCTION[..], &[("BACKEND_METRICS_BIND", "127.0.0.1:0")]].concat());
    assert_eq!(server.get("/metrics").status, 404);
    let line =
        server.log().wait_for(|line| line["message"].as_str().unwrap().starts_with("Serving metrics at http://"));
    let port = u16::try_from(line["port"].as_u64().unwrap()).unwrap();
    let scrape = "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n";
    assert_eq!(crate::support::exchange(port, scrape.as_bytes()).status, 200);
}
