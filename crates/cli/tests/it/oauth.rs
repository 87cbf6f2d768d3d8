//! How clients of OAuth 2.0 get tokens, and what these are good for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ore_security::opaque_token::TokenKind;
use reqwest::blocking::RequestBuilder as Request;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    EMAIL, FormRequest, PASSWORD, Server, WithClient, assert_oauth_refused, call, claims_in, post, post_form, send,
    unknown,
};

const TOKEN: &str = "/oauth/token";
const INTROSPECT: &str = "/oauth/introspect";
const REVOKE: &str = "/oauth/revoke";
const USERS: &str = "/api/v1/users";
const LIMITED: [(&str, &str); 3] = [
    ("BACKEND_RATE_LIMIT_ENABLED", "true"),
    ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1"),
    ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "3"),
];

/// The refresh token of a new user.
fn refresh_token(server: &Server) -> String {
    server.register(EMAIL, PASSWORD).json()["data"]["refresh_token"].as_str().unwrap().to_owned()
}

#[test]
fn a_service_account_gets_a_token_that_speaks_for_it() {
    let client = WithClient::new(&["users.read", "tokens.verify"], &[]);
    let answer = client.ask(TOKEN, &[("grant_type", "client_credentials")]);
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
    let (body, token) = (answer.json(), answer.json()["access_token"].as_str().unwrap().to_owned());
    let scope = json!("users.read tokens.verify");
    assert_eq!((&body["token_type"], &body["expires_in"], &body["scope"]), (&json!("Bearer"), &json!(900), &scope));
    assert_eq!(body["refresh_token"], Value::Null);
    let claims = claims_in(&token);
    let named =
        json!({"sub": claims["sub"], "client_id": claims["client_id"], "sid": claims["sid"], "uid": claims["uid"]});
    assert_eq!(named, json!({"sub": client.id, "client_id": client.id, "sid": client.key_id, "uid": null}));
    assert_eq!(claims["scope"], scope);

    assert_eq!(call(&client.server, "GET", USERS, &token).status, 200);
    let me = client.server.me(&token);
    assert_eq!((me.status, &me.json()["details"]["reason"]), (403, &json!("NOT_A_USER")));
    for path in ["/api/v1/auth/sessions", "/api/v1/api-keys"] {
        let refused = call(&client.server, "GET", path, &token);
        assert_eq!(refused.status, 403, "{}", refused.text());
    }
    let as_key = send(client.server.request("GET", USERS).header("X-API-Key", &token));
    assert_eq!(as_key.status, 401);
}

#[test]
fn a_client_shows_who_it_is_in_the_body_too() {
    let client = WithClient::new(&[], &[]);
    let credentials = [("client_id", client.id.as_str()), ("client_secret", client.key.as_str())];
    let answer = post_form(
        &client.server,
        TOKEN,
        &[&[("grant_type", "client_credentials"), ("scope", "")], &credentials[..]].concat(),
    );
    assert_eq!((answer.status, &answer.json()["scope"]), (200, &json!("")), "{}", answer.text());
}

#[test]
fn a_token_is_for_no_more_than_its_scope_and_what_the_account_may_do_now() {
    let client = WithClient::new(&["users.read", "audit.read"], &[]);
    let narrow = client.get_token(&[("scope", "users.read")]);
    assert_eq!(narrow["scope"], "users.read");
    let (narrow, wide) = (narrow["access_token"].as_str().unwrap().to_owned(), client.token());
    let may = |token: &str, path: &str| call(&client.server, "GET", path, token).status;
    assert_eq!((may(&narrow, USERS), may(&narrow, "/api/v1/audit")), (200, 403));
    assert_eq!((may(&wide, USERS), may(&wide, "/api/v1/audit")), (200, 200));
    for scope in ["users.write", "users.read users.write", "users.fly", "users.read  audit.read", " "] {
        let refused = client.ask(TOKEN, &[("grant_type", "client_credentials"), ("scope", scope)]);
        assert_oauth_refused(&refused, 400, "invalid_scope");
    }
    let change = client.server.request("PATCH", &client.path()).bearer_auth(&client.admin).header("If-Match", "*");
    assert_eq!(send(change.json(&json!({"permissions": ["audit.read"]}))).status, 200);
    assert_eq!((may(&wide, USERS), may(&wide, "/api/v1/audit"), may(&narrow, USERS)), (403, 200, 403));
}

#[rstest]
#[case::key(|client: &WithClient| format!("{}/keys/{}", client.path(), client.key_id))]
#[case::account(WithClient::path)]
fn a_token_ends_with_its_key(#[case] path: fn(&WithClient) -> String) {
    let client = WithClient::new(&["users.read"], &[]);
    let token = client.token();
    assert_eq!(call(&client.server, "GET", USERS, &token).status, 200);
    let delete = client.server.request("DELETE", &path(&client)).bearer_auth(&client.admin).header("If-Match", "*");
    assert_eq!(send(delete).status, 200);
    let refused = call(&client.server, "GET", USERS, &token);
    assert_eq!(refused.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
    assert_eq!(refused.status, 401);
    assert_oauth_refused(&client.ask(TOKEN, &[("grant_type", "client_credentials")]), 401, "invalid_client");
}

#[test]
fn a_token_of_a_client_changes_nothing_about_its_own_account() {
    let client = WithClient::new(&["keys.read", "keys.write"], &[]);
    let token = client.token();
    let refused = post(&client.server, &format!("{}/keys", client.path()), &token, &json!({"name": "another"}));
    assert_eq!((refused.status, &refused.json()["details"]["reason"]), (403, &json!("SESSION_REQUIRED")));
}

/// Shows who a client is, in a wrong way.
type Show = fn(Request, &WithClient) -> Request;

fn basic(request: Request, text: &str) -> Request {
    request.header("Authorization", format!("Basic {}", STANDARD.encode(text)))
}

#[rstest]
#[case::nothing(|request: Request, _: &WithClient| request)]
#[case::unknown_client(|request: Request, it: &WithClient| {
    basic(request, &format!("b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35:{}", it.key))
})]
#[case::wrong_secret(|request: Request, it: &WithClient| {
    basic(request, &format!("{}:{}", it.id, unknown(TokenKind::ApiKey)))
})]
#[case::no_secret(|request: Request, it: &WithClient| basic(request, &format!("{}:", it.id)))]
#[case::malformed_secret(|request: Request, it: &WithClient| basic(request, &format!("{}:secret", it.id)))]
#[case::other_spelling(|request: Request, it: &WithClient| {
    basic(request, &format!("{}:{}", it.id.to_uppercase(), it.key))
})]
#[case::unreadable(|request: Request, _: &WithClient| request.header("Authorization", "Basic %"))]
#[case::other_scheme(|request: Request, it: &WithClient| request.header("Authorization", format!("Key {}", it.key)))]
#[case::bearer(|request: Request, it: &WithClient| request.bearer_auth(&it.key))]
#[case::header(|request: Request, it: &WithClient| request.header("X-API-Key", &it.key))]
fn whoever_is_no_client_gets_one_answer(#[case] show: Show) {
    let client = WithClient::new(&["users.read"], &[]);
    let request = client.server.request("POST", TOKEN).form(&[("grant_type", "client_credentials")]);
    let answer = send(show(request, &client));
    assert_oauth_refused(&answer, 401, "invalid_client");
    assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"oauth\""));
    let other = client.server.request("POST", TOKEN).basic_auth("x", Some("y"));
    assert_eq!(answer.text(), send(other.form(&[("grant_type", "client_credentials")])).text());
}

#[test]
fn a_key_of_a_user_is_the_secret_of_no_client() {
    let client = WithClient::new(&[], &[]);
    let made = post(&client.server, "/api/v1/api-keys", &client.admin, &json!({"name": "key", "permissions": []}));
    let key = made.json()["data"]["key"].as_str().unwrap().to_owned();
    for name in ["1", client.id.as_str()] {
        let request = client.server.request("POST", TOKEN).basic_auth(name, Some(&key));
        assert_oauth_refused(&send(request.form(&[("grant_type", "client_credentials")])), 401, "invalid_client");
    }
}

#[rstest]
#[case::no_grant_type("scope=users.read", 400, "invalid_request")]
#[case::empty_grant_type("grant_type=", 400, "invalid_request")]
#[case::doubled("grant_type=client_credentials&grant_type=client_credentials", 400, "invalid_request")]
#[case::doubled_by_an_unknown_one("grant_type=client_credentials&a=1&a=2", 400, "invalid_request")]
#[case::other_grant_type("grant_type=password&username=a&password=b", 400, "unsupported_grant_type")]
#[case::two_ways("grant_type=client_credentials&client_id=a&client_secret=b", 400, "invalid_request")]
#[case::two_names("grant_type=client_credentials&client_id=a", 400, "invalid_request")]
#[case::assertion("grant_type=client_credentials&client_assertion=x.y.z", 400, "invalid_request")]
fn what_is_no_request_for_a_token_is_refused(#[case] body: &str, #[case] status: u16, #[case] error: &str) {
    let client = WithClient::new(&["users.read"], &[]);
    let request = client.server.request("POST", TOKEN).basic_auth(&client.id, Some(&client.key));
    let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body.to_owned());
    assert_oauth_refused(&send(request), status, error);
}

#[rstest]
fn what_is_no_form_is_refused(#[values(TOKEN, INTROSPECT, REVOKE)] path: &str) {
    let server = Server::start();
    let request = || server.request("POST", path);
    assert_oauth_refused(&send(request().json(&json!({"grant_type": "client_credentials"}))), 415, "invalid_request");
    assert_oauth_refused(&send(request()), 415, "invalid_request");
    let large = request().header("Content-Type", "application/x-www-form-urlencoded").body("a".repeat(70_000));
    assert_oauth_refused(&send(large), 413, "invalid_request");
    let encoded = request().header("Content-Encoding", "gzip").form(&[("token", "a")]);
    assert_oauth_refused(&send(encoded), 415, "invalid_request");
    let twice = request().header("Authorization", "Basic YTpi").header("Authorization", "Basic YTpi");
    assert_oauth_refused(&send(twice.form(&[("token", "a")])), 400, "invalid_request");
    let other_method = server.get(path);
    assert_oauth_refused(&other_method, 405, "invalid_request");
    assert_eq!(other_method.header("allow"), Some("POST"));
}

#[test]
fn whoever_has_a_refresh_token_gets_the_next_ones() {
    let server = Server::start();
    let first = refresh_token(&server);
    let exchange =
        |token: &str| post_form(&server, TOKEN, &[("grant_type", "refresh_token"), ("refresh_token", token)]);
    let answer = exchange(&first);
    let body = answer.json();
    assert_eq!((answer.status, answer.header("pragma")), (200, Some("no-cache")), "{body}");
    assert_eq!(
        (&body["token_type"], &body["expires_in"], &body["scope"]),
        (&json!("Bearer"), &json!(1800), &json!(""))
    );
    let second = body["refresh_token"].as_str().unwrap();
    assert!(second != first && body["refresh_expires_in"].as_u64().is_some(), "{body}");
    assert_eq!(server.me(body["access_token"].as_str().unwrap()).status, 200);
    // The same rotation as that of the API: the predecessor gives the same once more, for a lost answer.
    let again = server.post("/api/v1/auth/refresh", &json!({"refresh_token": first}));
    assert_eq!(again.json()["data"]["refresh_token"], second);
    for token in ["nonsense", &unknown(TokenKind::Refresh)] {
        assert_oauth_refused(&exchange(token), 400, "invalid_grant");
    }
    assert_oauth_refused(&post_form(&server, TOKEN, &[("grant_type", "refresh_token")]), 400, "invalid_request");
    let with_client = server.request("POST", TOKEN).basic_auth("x", Some("y"));
    let with_client = with_client.form(&[("grant_type", "refresh_token"), ("refresh_token", second)]);
    assert_oauth_refused(&send(with_client), 401, "invalid_client");
}

#[test]
fn a_refresh_token_that_is_used_again_ends_its_session() {
    let server = Server::with(&[("BACKEND_REFRESH_GRACE_SECONDS", "0")]);
    let first = refresh_token(&server);
    let exchange =
        |token: &str| post_form(&server, TOKEN, &[("grant_type", "refresh_token"), ("refresh_token", token)]);
    let tokens = exchange(&first).json();
    assert_eq!(server.me(tokens["access_token"].as_str().unwrap()).status, 200);
    assert_oauth_refused(&exchange(&first), 400, "invalid_grant");
    assert_eq!(server.me(tokens["access_token"].as_str().unwrap()).status, 401);
    assert_oauth_refused(&exchange(tokens["refresh_token"].as_str().unwrap()), 400, "invalid_grant");
}

#[test]
fn those_who_fail_are_limited_and_clients_are_not() {
    let client = WithClient::new(&[], &LIMITED);
    let fail = || {
        send(
            client
                .server
                .request("POST", TOKEN)
                .basic_auth("x", Some("y"))
                .form(&[("grant_type", "client_credentials")]),
        )
    };
    let statuses: Vec<u16> = (0..4).map(|_| fail().status).collect();
    assert_eq!(statuses, [401, 401, 401, 429]);
    let limited = fail();
    assert_oauth_refused(&limited, 429, "temporarily_unavailable");
    assert!(limited.header("retry-after").is_some());
    (0..5).for_each(|_| drop(client.token()));
}

#[test]
fn the_audit_log_tells_of_tokens_and_of_those_who_got_none() {
    let client = WithClient::new(&["users.read"], &[]);
    client.token();
    let issued = &client.audited("token.issue")[0];
    assert_eq!(issued["actor"], json!({"type": "service_account", "id": client.id}));
    assert_eq!(issued["subject"], json!({"type": "api_key", "id": client.key_id}));
    assert_eq!((&issued["outcome"], &issued["details"]), (&json!("success"), &json!({"scope": "users.read"})));
    client.ask(TOKEN, &[("grant_type", "client_credentials"), ("scope", "users.write")]);
    let refused = &client.audited("token.issue")[0];
    assert_eq!((&refused["outcome"], &refused["reason"]), (&json!("denied"), &json!("invalid_scope")));

    let fail = |name: &str| {
        let request = client.server.request("POST", TOKEN).basic_auth(name, Some("y"));
        send(request.form(&[("grant_type", "client_credentials")]));
        client.audited("client.authenticate")[0].clone()
    };
    let failed = fail(&client.id);
    assert_eq!((&failed["outcome"], &failed["reason"]), (&json!("failure"), &json!("malformed")));
    assert_eq!((&failed["actor"], &failed["details"]), (&Value::Null, &json!({"client_id": client.id})));
    assert_eq!(fail("perhaps a secret")["details"], Value::Null);

    let token = client.server.token_of(EMAIL, PASSWORD);
    post_form(&client.server, REVOKE, &[("token", &token)]);
    let ended = &client.audited("auth.logout")[0];
    assert_eq!(ended["actor"], json!({"type": "user", "id": "2"}));
    assert_eq!(ended["session_id"], claims_in(&token)["sid"]);
}
