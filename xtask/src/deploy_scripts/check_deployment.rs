//! `deploy/check-deployment`, with a curl that answers as it is told.

/// A deployment at `good` without a fault, one at `away` that is not healthy, and one at `bad` with all other faults, which takes
/// no token of `good`.
const CURL: &str = r#"cat >/dev/null
for url; do :; done
at() { LC_ALL=C date --utc --date "$1" '+Date: %a, %d %b %Y %H:%M:%S GMT'; }
case $url in
    *away*/health) echo 'HTTP/1.1 503'; at now; echo 'Content-Length: 200'; echo 'Strict-Transport-Security: max-age=1' ;;
    *bad*/me) echo 'HTTP/1.1 401 Unauthorized' ;;
    https*/docs | https*/metrics) echo 'HTTP/2 404' ;;
    https*) echo 'HTTP/2 200'; at now; echo 'strict-transport-security: max-age=1' ;;
    *) echo 'HTTP/1.1 200 OK'; at '40 seconds ago'; echo 'Access-Control-Allow-Origin: *' ;;
esac
"#;

fn told(arguments: &[&str]) -> String {
    let output = super::run("check-deployment", arguments, &[("curl", CURL)]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.success(), text == "no problems found\n", "{text}");
    text
}

#[test]
fn a_deployment_without_a_fault_has_none_and_each_fault_is_told() {
    assert_eq!(told(&["--token-file", "/dev/null", "https://good.example/"]), "no problems found\n");
    let faults = told(&["http://bad.example"]);
    let expected =
        ["differs from ours by -", "in the clear", "every web site may call", "/docs is open", "/metrics is open"];
    for (line, expected) in faults.lines().zip(expected) {
        assert!(line.starts_with("http://bad.example: ") && line.contains(expected), "{faults}");
    }
    assert_eq!(faults.lines().count(), expected.len());
}

#[test]
fn a_length_of_200_is_no_status_of_200() {
    assert_eq!(told(&["https://away.example"]), "https://away.example: /health answers 503\n");
}

#[test]
fn keys_are_blamed_only_for_a_token_that_one_takes_and_another_refuses() {
    let both = told(&["--token-file", "/dev/null", "https://good.example", "https://bad.example"]);
    assert!(both.contains("replicas have different keys"), "{both}");
    let one = told(&["--token-file", "/dev/null", "https://bad.example"]);
    assert!(one.contains("nobody takes the token"), "{one}");
}
