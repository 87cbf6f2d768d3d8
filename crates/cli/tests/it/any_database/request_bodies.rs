use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, Server, send};

const LIMIT: usize = 64 * 1024;
const BODY_ROUTES: [&str; 2] = ["/api/v1/auth/register", "/api/v1/auth/login"];

/// A registration of exactly so many bytes.
fn registration_of(bytes: usize) -> String {
    let body = |padding: &str| json!({"email": EMAIL, "password": PASSWORD, "padding": padding}).to_string();
    body(&"a".repeat(bytes - body("").len()))
}

#[rstest]
#[case::empty("")]
#[case::white_space("  ")]
#[case::word("hello")]
#[case::cut_short(r#"{"email": "a@b.example""#)]
#[case::single_quotes("{'email': 'a@b.example'}")]
#[case::trailing_comma(r#"{"email": "a@b.example",}"#)]
#[case::two_values("{} {}")]
#[case::bare_control_character("{\"email\": \"a\nb\"}")]
#[case::lone_surrogate(r#"{"email": "\ud800", "password": "x"}"#)]
#[case::number_beyond_all(r#"{"email": 1e999}"#)]
#[case::not_a_number(r#"{"email": NaN}"#)]
#[case::byte_order_mark("\u{feff}{}")]
#[case::comment("{} // nothing")]
#[case::doubled_key(r#"{"email": "a@b.example", "password": "one", "password": "two"}"#)]
#[case::doubled_key_in_disguise(r#"{"email": "a@b.example", "\u0065mail": "c@d.example", "password": "x"}"#)]
#[case::doubled_key_deep_down(r#"{"extra": [{"a": 1, "a": 2}], "email": "a@b.example", "password": "x"}"#)]
fn what_is_not_json_or_ambiguous_is_a_bad_request(#[case] body: &str) {
    let server = Server::start();
    for path in BODY_ROUTES {
        let answer = server.post_text(path, body);
        assert_eq!(answer.error(), (400, "BAD_REQUEST".to_owned()), "{path}");
        assert_eq!((answer.message(), &answer.json()["details"]), ("请求体不是有效的JSON".to_owned(), &Value::Null));
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_a_bad_request() {
    let answer = Server::start().post_text(BODY_ROUTES[0], b"{\"email\": \"\xff\xfe\", \"password\": \"x\"}".to_vec());
    assert_eq!(answer.error(), (400, "BAD_REQUEST".to_owned()));
}

#[test]
fn json_may_be_64_deep_and_no_deeper() {
    let server = Server::start();
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!(r#"{{"email": "a@b.example", "password": "{PASSWORD}", "extra": {open}{close}}}"#)
    };
    assert_eq!(server.post_text(BODY_ROUTES[0], nested(64)).status, 200);
    for depth in [65, 5000] {
        assert_eq!(server.post_text(BODY_ROUTES[0], nested(depth)).error(), (400, "BAD_REQUEST".to_owned()), "{depth}");
    }
    for text in ["[".repeat(5000), "{\"a\":".repeat(5000)] {
        assert_eq!(server.post_text(BODY_ROUTES[0], text).error(), (400, "BAD_REQUEST".to_owned()));
    }
}

#[test]
fn a_body_of_64_kib_is_taken_and_one_byte_more_refused() {
    let server = Server::start();
    assert_eq!(server.post_text(BODY_ROUTES[0], registration_of(LIMIT)).status, 200);
    for path in BODY_ROUTES {
        let answer = server.post_text(path, registration_of(LIMIT + 1));
        assert_eq!(answer.error(), (413, "PAYLOAD_TOO_LARGE".to_owned()), "{path}");
    }
}

#[test]
fn a_body_that_is_announced_as_too_large_is_refused_before_it_comes() {
    let head = format!("POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n", BODY_ROUTES[0]);
    let answer = Server::start().raw(format!("{head}Connection: close\r\nContent-Length: {}\r\n\r\n", LIMIT + 1));
    assert_eq!((answer.status, &answer.json()["error_code"]), (413, &json!("PAYLOAD_TOO_LARGE")));
}

#[test]
fn a_body_in_chunks_has_the_same_limit() {
    let server = Server::start();
    for (bytes, status) in [(LIMIT, 200), (LIMIT + 1, 413), (4 * LIMIT, 413)] {
        let mut request = format!("POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", BODY_ROUTES[0]).into_bytes();
        request.extend(b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
        for chunk in registration_of(bytes).as_bytes().chunks(1000) {
            request.extend([format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
        }
        request.extend(b"0\r\n\r\n");
        let answer = server.raw(request);
        assert_eq!(answer.status, status, "{bytes}");
        if status == 413 {
            assert_eq!(answer.json()["error_code"], "PAYLOAD_TOO_LARGE", "{bytes}");
        }
    }
}

#[rstest]
#[case::form(Some("application/x-www-form-urlencoded"))]
#[case::text(Some("text/plain"))]
#[case::text_json(Some("text/json"))]
#[case::multipart(Some("multipart/form-data; boundary=x"))]
#[case::nonsense(Some("json"))]
#[case::in_a_parameter(Some("text/plain; application/json"))]
#[case::one_of_two(Some("application/json, text/plain"))]
#[case::space_within(Some("application / json"))]
#[case::parameters_alone(Some("; charset=utf-8"))]
#[case::none(None)]
fn a_body_that_does_not_say_it_is_json_is_refused(#[case] kind: Option<&str>) {
    let server = Server::start();
    for path in BODY_ROUTES {
        let request = server.request("POST", path).body(registration_of(200));
        let request = match kind {
            Some(kind) => request.header("Content-Type", kind),
            None => request,
        };
        assert_eq!(send(request).error(), (415, "UNSUPPORTED_MEDIA_TYPE".to_owned()), "{path}");
    }
}

#[rstest]
#[case("application/json")]
#[case("application/json; charset=utf-8")]
#[case("Application/JSON")]
#[case("application/json ; charset=utf-8")]
#[case("application/json\t;\tcharset=\"utf-8\"")]
#[case("application/json;charset=UTF-8;")]
#[case("application/json ;")]
#[case("application/json; charset=iso-8859-1")]
#[case("application/problem+json ; a=b ; c=d")]
#[case("application/problem+json")]
fn every_spelling_of_the_json_type_is_taken(#[case] kind: &str) {
    let server = Server::start();
    let request = server.request("POST", BODY_ROUTES[0]).header("Content-Type", kind).body(registration_of(200));
    assert_eq!(send(request).status, 200);
}

#[test]
fn two_types_are_none() {
    let server = Server::start();
    let request = server.request("POST", BODY_ROUTES[0]).header("Content-Type", "application/json");
    let answer = send(request.header("Content-Type", "text/plain").body(registration_of(200)));
    assert_eq!(answer.error(), (415, "UNSUPPORTED_MEDIA_TYPE".to_owned()));
}

#[rstest]
#[case("gzip")]
#[case("br")]
#[case("deflate")]
#[case("zstd")]
#[case("identity")]
#[case("nonsense")]
fn an_encoded_body_is_refused_unread(#[case] encoding: &str) {
    let server = Server::start();
    let request = server.request("POST", BODY_ROUTES[0]).header("Content-Type", "application/json");
    let answer = send(request.header("Content-Encoding", encoding).body(registration_of(200)));
    assert_eq!(answer.error(), (415, "UNSUPPORTED_MEDIA_TYPE".to_owned()));
}

#[rstest]
#[case::nothing(json!({}), &[("email", "missing"), ("password", "missing")])]
#[case::numbers(json!({"email": 1, "password": 2}), &[("email", "string_type"), ("password", "string_type")])]
#[case::nulls(json!({"email": null, "password": null}), &[("email", "string_type"), ("password", "string_type")])]
#[case::objects(json!({"email": {}, "password": []}), &[("email", "string_type"), ("password", "string_type")])]
#[case::values(json!({"email": "x", "password": "\0"}),
    &[("email", "email_invalid"), ("password", "password_forbidden_character")])]
#[case::list(json!([]), &[("body", "object_type")])]
#[case::text(json!("text"), &[("body", "object_type")])]
#[case::null(json!(null), &[("body", "object_type")])]
fn every_faulty_field_is_listed(#[case] body: Value, #[case] expected: &[(&str, &str)]) {
    let server = Server::start();
    for path in BODY_ROUTES {
        let answer = server.post(path, &body);
        assert_eq!(answer.error(), (422, "VALIDATION_ERROR".to_owned()), "{path}");
        let errors = answer.json()["details"]["errors"].clone();
        let found: Vec<_> = errors.as_array().unwrap().iter().map(fault).collect();
        assert_eq!(found, expected, "{path}");
    }
}

/// Field and code of an error, which has a message beside them and nothing else.
fn fault(error: &Value) -> (&str, &str) {
    assert_eq!(error.as_object().unwrap().len(), 3, "{error}");
    assert!(!error["message"].as_str().unwrap().is_empty());
    (error["field"].as_str().unwrap(), error["code"].as_str().unwrap())
}

#[test]
fn no_error_repeats_what_was_sent() {
    const CANARY: &str = "canary-4711";
    let server = Server::start();
    let bodies = [
        json!({"email": CANARY, "password": format!("{CANARY}\0")}),
        json!({"email": format!("{CANARY}@x"), "password": [CANARY]}),
        json!({"email": {CANARY: CANARY}, "password": CANARY.repeat(200)}),
        json!({CANARY: CANARY}),
        json!([CANARY]),
        json!({"email": format!("{CANARY}@example.org"), "password": CANARY}),
    ];
    for body in bodies {
        let answer = server.post("/api/v1/auth/login", &body);
        assert!([400, 422].contains(&answer.status) && !answer.text().contains(CANARY), "{}", answer.text());
    }
    for body in [CANARY.to_owned(), format!("{{\"password\": \"{CANARY}\""), format!("\"{CANARY}\" \"{CANARY}\"")] {
        let answer = server.post_text("/api/v1/auth/register", body);
        assert!(answer.status == 400 && !answer.text().contains(CANARY), "{}", answer.text());
    }
}
