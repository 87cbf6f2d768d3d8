//! Whom the service takes a request to come from.

use rstest::rstest;

use crate::support::{ServerProcess, send};

/// The client that the access log names for a request with these headers, sent from 127.0.0.1.
fn client_of(trusted: &str, headers: &[(&str, &str)]) -> String {
    let server = ServerProcess::with(&[("BACKEND_TRUSTED_PROXIES", trusted)]);
    let request = server.request("GET", "/nothing");
    let answer = send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)));
    let line = server.log().wait_for_request(answer.request_id());
    line["client"].as_str().unwrap().to_owned()
}

#[rstest]
#[case::x_forwarded_for(&[("X-Forwarded-For", "198.51.100.1, 192.0.2.1")])]
#[case::in_two_lines(&[("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "192.0.2.1:4711")])]
#[case::forwarded(&[("Forwarded", r#"for=198.51.100.1, for="192.0.2.1:4711";proto=https"#)])]
#[case::through_another(&[("X-Forwarded-For", "198.51.100.1, 192.0.2.1, 10.1.2.3")])]
fn a_trusted_proxy_names_the_client(#[case] headers: &[(&str, &str)]) {
    assert_eq!(client_of("127.0.0.0/8,10.0.0.0/8", headers), "192.0.2.1");
    assert_eq!(client_of(r#"["10.0.0.0/8"]"#, headers), "127.0.0.1");
    assert_eq!(client_of("", headers), "127.0.0.1");
}
