//! The OpenAPI document says what the service does, no more and no less.

use std::collections::BTreeSet;

use ore_api::routes::Groups;
use reqwest::blocking::RequestBuilder as Request;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, PASSWORD, Server, TestDir, operations, send, shape, success};

#[test]
fn the_routes_are_documented_and_nothing_else_is() {
    let document = TestDir::new().openapi(&[]);
    let documented: BTreeSet<_> = operations(&document).map(|(method, path, _)| (path, method)).collect();
    let mut routes = BTreeSet::new();
    for endpoint in (Groups { service: true, metrics: true, documentation: false, pages: false }).endpoints() {
        // HEAD is answered wherever GET is, and needs no words of its own.
        let methods = endpoint.methods().iter().filter(|method| *method != "HEAD");
        routes.extend(methods.map(|method| (endpoint.path().to_owned(), method.to_string())));
    }
    assert_eq!(documented, routes);
}

#[test]
fn the_server_allows_the_documented_methods_and_no_others() {
    let server = Server::start();
    let document = server.test_dir.openapi(&[]);
    for (path, item) in document["paths"].as_object().unwrap() {
        let documented: BTreeSet<_> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        let answer = send(server.request("PURGE", path));
        let allowed = answer.header("allow").unwrap().split(", ").filter(|method| *method != "HEAD");
        assert_eq!(allowed.map(str::to_owned).collect::<BTreeSet<_>>(), documented, "{path}");
    }
}

/// Where success is the status and the headers alone.
const BODILESS: [&str; 1] = ["/api/v1/auth/check"];

#[test]
fn every_operation_has_a_name_a_summary_a_tag_and_an_example_of_its_success() {
    let document = TestDir::new().openapi(&[]);
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{method} {path}");
        let (_, success) = success(operation);
        let Some(content) = success["content"].as_object() else {
            assert!(BODILESS.contains(&path.as_str()), "{method} {path}");
            continue;
        };
        assert!(content.values().all(|media| !media["example"].is_null()), "{method} {path}");
    }
}

/// What a call is refused for lacking, or answered differently for having, is in the document.
#[rstest]
#[case::precondition("If-Match", true, |operation: &Value| !operation["responses"]["428"].is_null())]
#[case::known("If-None-Match", false, |operation: &Value| !operation["responses"]["304"].is_null())]
#[case::once("Idempotency-Key", false, |operation: &Value| operation.to_string().contains("examples/CallRunning"))]
fn headers_that_count_are_documented(
    #[case] name: &str,
    #[case] is_required: bool,
    #[case] counts: fn(&Value) -> bool,
) {
    let document = TestDir::new().openapi(&[]);
    let has_header = |operation: &Value| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let mut named = parameters.filter(|it| it["in"] == "header" && it["name"] == name);
        named.any(|it| it["required"] == is_required)
    };
    let counting: Vec<_> = operations(&document).filter(|(_, _, operation)| counts(operation)).collect();
    assert!(counting.len() > 2, "{counting:?}");
    for (method, path, operation) in operations(&document) {
        assert_eq!(has_header(operation), counts(operation), "{method} {path}: {name}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = TestDir::new().openapi(&[]);
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 20, "{references:?}");
    for reference in &references {
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
    }
    for name in document["components"]["headers"].as_object().unwrap().keys() {
        assert!(references.contains(&format!("#/components/headers/{name}")), "{name} is described and sent nowhere");
    }
}

fn collect_references(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            references.extend(object.get("$ref").map(|reference| reference.as_str().unwrap().to_owned()));
            object.values().for_each(|value| collect_references(value, references));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_references(value, references)),
        _ => {}
    }
}

#[test]
fn the_examples_of_success_look_like_the_answers() {
    let server = Server::with(&[("BACKEND_RATE_LIMIT_ENABLED", "true")]);
    let document = server.test_dir.openapi(&[]);
    let credentials = json!({"email": EMAIL, "password": PASSWORD});
    let register = server.post("/api/v1/auth/register", &credentials);
    let me = server.me(&register.token());
    let answers = [
        ("/api/v1/auth/register", "post", register),
        ("/api/v1/auth/login", "post", server.post("/api/v1/auth/login", &credentials)),
        ("/api/v1/auth/me", "get", me),
        ("/health", "get", server.get("/health")),
        ("/readiness", "get", server.get("/readiness")),
    ];
    for (path, method, answer) in answers {
        let example = &document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["example"];
        assert_eq!(shape(example), shape(&answer.json()), "{path}");
        assert_eq!(example["message"], answer.json()["message"], "{path}");
    }
}

/// Does something wrong to a request that would otherwise succeed.
type Spoil = fn(Request) -> Request;

#[rstest]
#[case::two_authorizations(|request: Request| request.header("Authorization", "a").header("Authorization", "b"))]
#[case::encoded(|request: Request| request.header("Content-Encoding", "gzip"))]
#[case::head_too_large(|request: Request| request.header("X-A", "x".repeat(16_000)).header("X-B", "x".repeat(400)))]
#[case::too_many_fields(|request: Request| (0..100).fold(request, |request, n| request.header(format!("X-{n}"), "a")))]
#[case::bad_token(|request: Request| request.header("Authorization", "Bearer x.y.z"))]
#[case::no_type(|request: Request| request.body("{}"))]
#[case::another_type(|request: Request| request.header("Content-Type", "text/plain").body("{}"))]
#[case::not_json(|request: Request| request.header("Content-Type", "application/json").body("{"))]
#[case::too_large(|request: Request| request.header("Content-Type", "application/json").body(" ".repeat(70_000)))]
#[case::empty_object(|request: Request| request.json(&json!({})))]
#[case::another_password(|request: Request| request.json(&json!({"email": EMAIL, "password": "another passphrase"})))]
fn every_error_answer_is_documented_with_an_example(#[case] spoil: Spoil) {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let document = server.test_dir.openapi(&[]);
    let mut errors = 0;
    for (method, path, operation) in operations(&document) {
        let answer = send(spoil(server.request(&method, &path)));
        if answer.status >= 400 {
            assert_documented(&document, operation, &answer, &format!("{method} {path}"));
            errors += 1;
        }
    }
    assert!(errors > 0, "the case provokes nothing");
}

fn assert_documented(document: &Value, operation: &Value, answer: &Answer, name: &str) {
    let response = &operation["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{name}: {} is not documented: {}", answer.status, answer.text());
    for header in response["headers"].as_object().into_iter().flat_map(|headers| headers.keys()) {
        assert!(answer.header(header).is_some(), "{name}: {} has no {header}", answer.status);
    }
    if answer.body.is_empty() {
        assert!(response["content"].is_null(), "{name}: {} has no body", answer.status);
        return;
    }
    let examples = response["content"]["application/json"]["examples"].as_object().unwrap();
    let fits = |example: &Value| {
        let value = document.pointer(example["$ref"].as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
        let (example, body) = (&value["value"], answer.json());
        // One faulty field speaks for itself, two share a message.
        let says_the_same = example["message"] == body["message"] || body["error_code"] == "VALIDATION_ERROR";
        let reason = |body: &Value| body["details"]["reason"].clone();
        says_the_same && example["error_code"] == body["error_code"] && reason(example) == reason(&body)
    };
    assert!(examples.values().any(fits), "{name}: no example is like {}", answer.text());
}

#[test]
fn the_document_follows_the_settings() {
    let document = TestDir::new().openapi(&[
        ("BACKEND_APP_NAME", "MyApp API"),
        ("BACKEND_APP_DESCRIPTION", "Accounts for MyApp"),
        ("BACKEND_APP_VERSION", "1.4.2"),
        ("BACKEND_PASSWORD_MIN_LENGTH", "15"),
        ("BACKEND_ACCESS_TOKEN_EXPIRE_MINUTES", "5"),
        ("BACKEND_DEFAULT_LOCALE", "en"),
        ("BACKEND_METRICS_BIND", "127.0.0.1:9090"),
    ]);
    let info = json!({"title": "MyApp API", "description": "Accounts for MyApp", "version": "1.4.2"});
    let document_json: Value =
        ["title", "description", "version"].iter().map(|name| (*name, document["info"][name].clone())).collect();
    assert_eq!(document_json, info);
    assert_eq!(document["components"]["schemas"]["RegisterRequest"]["properties"]["password"]["minLength"], 15);
    let login = &document["paths"]["/api/v1/auth/login"]["post"]["responses"]["200"]["content"]["application/json"];
    assert_eq!(
        (&login["example"]["data"]["expires_in"], &login["example"]["message"]),
        (&300.into(), &"Logged in".into())
    );
    assert!(document["paths"]["/metrics"].is_null(), "it is on another port");
}

#[test]
fn a_bearer_token_is_asked_for_where_it_is_needed_and_nowhere_else() {
    let document = TestDir::new().openapi(&[]);
    let scheme = &document["components"]["securitySchemes"]["bearer"];
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&"http".into(), &"bearer".into()));
    let key = &document["components"]["securitySchemes"]["api_key"];
    assert_eq!((&key["type"], &key["in"], &key["name"]), (&"apiKey".into(), &"header".into(), &"X-API-Key".into()));
    let server = Server::start();
    for (method, path, operation) in operations(&document) {
        let answer = send(server.request(&method, &path));
        // A refresh token comes in the body or the cookie.
        let is_bearer = answer.status == 401 && path != "/api/v1/auth/refresh";
        let security = &operation["security"];
        match path.as_str() {
            // With a session or with the password.
            "/api/v1/auth/email/verify" => assert_eq!(security, &json!([{}, {"bearer": []}])),
            _ if is_bearer => assert!(security[0]["bearer"].is_array(), "{method} {path}"),
            _ => assert_eq!(security, &Value::Null, "{method} {path}"),
        }
    }
}
