//! What services learn of tokens, how tokens are ended, and where the endpoints of OAuth 2.0 are.

use ore_security::opaque_token::TokenKind;
use reqwest::blocking::RequestBuilder as Request;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    EMAIL, FormRequest, PASSWORD, Server, WithClient, assert_oauth_refused, call, claims_in, post, post_form, send,
    unknown,
};

const INTROSPECT: &str = "/oauth/introspect";
const REVOKE: &str = "/oauth/revoke";
const METADATA: &str = "/.well-known/oauth-authorization-server";
const USERS: &str = "/api/v1/users";

#[test]
fn services_ask_what_a_token_says() {
    let client = WithClient::new(&["tokens.verify", "users.read"], &[]);
    let session = client.server.register(EMAIL, PASSWORD);
    let token = session.token();
    let (said, claims) = (client.introspect(&token), claims_in(&token));
    let mut expected = json!({"active": true, "token_type": "Bearer"});
    for name in ["scope", "client_id", "sub", "exp", "iat", "iss", "aud", "jti", "sid", "uid", "auth_time"] {
        assert!(!claims[name].is_null(), "{name}");
        expected[name] = claims[name].clone();
    }
    assert_eq!(said, expected);
    let own = client.token();
    let said = client.introspect(&own);
    assert_eq!((&said["active"], &said["sub"], &said["uid"]), (&json!(true), &json!(client.id), &Value::Null));
    assert_eq!((&said["sid"], &said["scope"]), (&json!(client.key_id), &json!("users.read tokens.verify")));

    let (refresh, user) = (session.json()["data"]["refresh_token"].clone(), format!("{USERS}/2/impersonate"));
    let acting = post(&client.server, &user, &client.admin, &json!({"reason": "test"})).token();
    assert_eq!(client.introspect(&acting)["act"], json!({"sub": "admin@example.org"}));

    let inactive = json!({"active": false});
    for text in [refresh.as_str().unwrap(), &client.key, "x.y.z", &format!("{token}x")] {
        assert_eq!(client.introspect(text), inactive, "{text}");
    }
    assert_eq!(call(&client.server, "POST", "/api/v1/auth/logout", &token).status, 200);
    assert_eq!(client.introspect(&token), inactive);
}

#[test]
fn whoever_asks_what_a_token_says_needs_the_permission() {
    let client = WithClient::new(&["users.read"], &[]);
    let server = &client.server;
    let user = server.token_of(EMAIL, PASSWORD);
    let ask = |request: Request| send(request.form(&[("token", user.as_str())]));
    let request = || server.request("POST", INTROSPECT);
    assert_eq!(ask(request().bearer_auth(&client.admin)).json()["active"], true);
    for refused in [
        ask(request().bearer_auth(&user)),
        ask(request().bearer_auth(&client.key)),
        ask(request().header("X-API-Key", &client.key)),
        client.ask(INTROSPECT, &[("token", &user)]),
        client.ask(INTROSPECT, &[]),
    ] {
        assert_oauth_refused(&refused, 403, "insufficient_scope");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer error=\"insufficient_scope\""));
    }
    assert_oauth_refused(&ask(request()), 401, "invalid_client");
    assert_oauth_refused(&ask(request().basic_auth("x", Some("y"))), 401, "invalid_client");
    let bad = ask(request().bearer_auth("x.y.z"));
    assert_oauth_refused(&bad, 401, "invalid_token");
    assert_eq!(bad.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
    assert_oauth_refused(&send(request().bearer_auth(&client.admin).form(&[("token", "")])), 400, "invalid_request");
    assert_oauth_refused(
        &ask(request().bearer_auth(&client.admin).header("X-API-Key", &client.key)),
        400,
        "invalid_request",
    );
}

#[rstest]
#[case::access_token("access_token")]
#[case::refresh_token("refresh_token")]
fn whoever_has_a_token_ends_its_session(#[case] kind: &str) {
    let server = Server::start();
    let opened = server.register(EMAIL, PASSWORD).json()["data"].clone();
    let other = server.login(EMAIL, PASSWORD).token();
    let (token, access) = (opened[kind].as_str().unwrap(), opened["access_token"].as_str().unwrap());
    for _ in 0..2 {
        let answer = post_form(&server, REVOKE, &[("token", token), ("token_type_hint", "no such hint")]);
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
        assert_eq!((server.me(access).status, server.me(&other).status), (401, 200));
    }
    let refresh = json!({"refresh_token": opened["refresh_token"]});
    assert_eq!(server.post("/api/v1/auth/refresh", &refresh).status, 401);
}

#[test]
fn a_token_that_does_not_count_is_answered_alike_and_an_api_key_is_not() {
    let client = WithClient::new(&["users.read"], &[]);
    let revoke = |token: &str| post_form(&client.server, REVOKE, &[("token", token)]);
    for token in ["nonsense", "x.y.z", "ore_rt_nonsense", &unknown(TokenKind::Refresh)] {
        assert_eq!(revoke(token).status, 200, "{token}");
    }
    let token = client.token();
    for kept in [&client.key, &token] {
        assert_oauth_refused(&revoke(kept), 400, "unsupported_token_type");
        assert_eq!(call(&client.server, "GET", USERS, kept).status, 200);
    }
    assert_oauth_refused(&post_form(&client.server, REVOKE, &[]), 400, "invalid_request");
    let wrong = client.server.request("POST", REVOKE).basic_auth("x", Some("y")).form(&[("token", "nonsense")]);
    assert_oauth_refused(&send(wrong), 401, "invalid_client");
    assert_eq!(client.ask(REVOKE, &[("token", "nonsense")]).status, 200);
}

#[test]
fn the_metadata_names_what_is_there() {
    let issuer = "https://id.example.org";
    let server = Server::with(&[("BACKEND_ALGORITHM", "EdDSA"), ("BACKEND_ISSUER", issuer)]);
    let answer = server.get(METADATA);
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("public, max-age=300")));
    let metadata = answer.json();
    assert_eq!((&metadata["issuer"], &metadata["response_types_supported"]), (&json!(issuer), &json!([])));
    assert_eq!(metadata["grant_types_supported"], json!(["client_credentials", "refresh_token"]));
    for (name, value) in metadata.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let path = value.as_str().unwrap().strip_prefix(issuer).unwrap();
            assert_ne!(server.get(path).status, 404, "{name}");
        }
    }
    let token = claims_in(&server.token_of(EMAIL, PASSWORD));
    assert_eq!(token["iss"], issuer);
}

#[rstest]
#[case::secret(&[("BACKEND_ISSUER", "https://id.example.org")])]
#[case::no_url(&[("BACKEND_ALGORITHM", "EdDSA")])]
#[case::query(&[("BACKEND_ALGORITHM", "EdDSA"), ("BACKEND_ISSUER", "https://id.example.org/?a=b")])]
fn others_find_nothing_where_they_could_not_check_tokens(#[case] settings: &[(&str, &str)]) {
    assert_eq!(Server::with(settings).get(METADATA).error(), (404, "NOT_FOUND".to_owned()));
}
