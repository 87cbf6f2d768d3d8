//! Tokens that clients get for other services in exchange for ours.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    EMAIL, FormRequest, PASSWORD, Server, TestDir, WithClient, assert_oauth_refused, call, claims_in, post, post_form,
    send,
};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const AUDIENCES: (&str, &str) = ("BACKEND_EXCHANGE_AUDIENCES", "billing, search");
const USERS: &str = "/api/v1/users";

/// A form that asks for a token for `billing`, with other values of these parameters.
fn request<'a>(subject: &'a str, others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("grant_type", GRANT_TYPE),
        ("subject_token", subject),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", "billing"),
    ];
    form.retain(|(name, _)| others.iter().all(|(other, _)| name != other));
    form.extend(others);
    form
}

fn exchanged(client: &WithClient, subject: &str, others: &[(&str, &str)]) -> Value {
    let answer = client.ask("/oauth/token", &request(subject, others));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// A token of the administrator that names what they may do: the first was made before they might.
fn admin(client: &WithClient) -> String {
    client.server.login("admin@example.org", PASSWORD).token()
}

#[test]
fn a_client_gets_a_token_for_another_service_that_our_own_api_refuses() {
    let client = WithClient::new(&["users.read", "tokens.verify"], &[AUDIENCES]);
    let admin = admin(&client);
    let body = exchanged(&client, &admin, &[]);
    let named = (&body["issued_token_type"], &body["token_type"], &body["scope"]);
    assert_eq!(named, (&json!(ACCESS_TOKEN), &json!("Bearer"), &json!("users.read tokens.verify")));
    assert_eq!(body["refresh_token"], Value::Null);
    let token = body["access_token"].as_str().unwrap();
    let (said, subject) = (claims_in(token), claims_in(&admin));
    for name in ["sub", "uid", "sid", "auth_time", "iss"] {
        assert_eq!(said[name], subject[name], "{name}");
    }
    let added = json!([said["aud"], said["client_id"], said["act"], said["scope"], said["gen"]]);
    assert_eq!(added, json!(["billing", client.id, {"sub": client.id}, body["scope"], null]));
    assert!(said["exp"].as_u64() <= subject["exp"].as_u64() && said["jti"] != subject["jti"], "{said}");
    assert_eq!(body["expires_in"].as_u64(), Some(said["exp"].as_u64().unwrap() - said["iat"].as_u64().unwrap()));
    assert_eq!((client.server.me(token).status, call(&client.server, "GET", USERS, token).status), (401, 401));
    let again = client.ask("/oauth/token", &request(token, &[("audience", "search")]));
    assert_oauth_refused(&again, 400, "invalid_request");
}

#[test]
fn a_token_in_exchange_allows_what_both_may_do() {
    let client = WithClient::new(&["users.read"], &[AUDIENCES]);
    let admin = admin(&client);
    let user = client.server.token_of(EMAIL, PASSWORD);
    assert_eq!(exchanged(&client, &user, &[])["scope"], "");
    assert_eq!(exchanged(&client, &admin, &[("scope", "users.read")])["scope"], "users.read");
    for (subject, scope) in [(&user, "users.read"), (&admin, "users.write"), (&admin, "users.fly")] {
        let refused = client.ask("/oauth/token", &request(subject, &[("scope", scope)]));
        assert_oauth_refused(&refused, 400, "invalid_scope");
    }
}

#[test]
fn whoever_acted_before_stays_in_the_chain() {
    let client = WithClient::new(&[], &[AUDIENCES]);
    client.server.token_of(EMAIL, PASSWORD);
    let path = format!("{USERS}/2/impersonate");
    let acting = post(&client.server, &path, &client.admin, &json!({"reason": "test"})).token();
    let token = exchanged(&client, &acting, &[])["access_token"].as_str().unwrap().to_owned();
    let act = json!({"sub": client.id, "act": {"sub": "admin@example.org"}});
    assert_eq!((&claims_in(&token)["act"], client.server.me(&token).status), (&act, 401));
}

#[rstest]
#[case::other_audience(&[("audience", "shop")], "invalid_target")]
#[case::own_audience(&[("audience", "ore")], "invalid_target")]
#[case::no_audience(&[("audience", "")], "invalid_target")]
#[case::resource(&[("resource", "https://billing.example.com")], "invalid_target")]
#[case::no_subject(&[("subject_token", "")], "invalid_request")]
#[case::no_token(&[("subject_token", "x.y.z")], "invalid_request")]
#[case::no_type(&[("subject_token_type", "")], "invalid_request")]
#[case::other_type(&[("subject_token_type", "urn:ietf:params:oauth:token-type:saml2")], "invalid_request")]
#[case::other_wish(&[("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")], "invalid_request")]
#[case::actor(&[("actor_token", "x.y.z")], "invalid_request")]
fn what_is_not_exchanged(#[case] others: &[(&str, &str)], #[case] error: &str) {
    let client = WithClient::new(&[], &[AUDIENCES]);
    assert_oauth_refused(&client.ask("/oauth/token", &request(&client.admin, others)), 400, error);
}

#[test]
fn keys_and_ended_sessions_are_no_subjects_and_strangers_exchange_nothing() {
    let client = WithClient::new(&["users.read"], &[AUDIENCES]);
    let session = client.server.register(EMAIL, PASSWORD);
    let (user, refresh) = (session.token(), session.json()["data"]["refresh_token"].as_str().unwrap().to_owned());
    for subject in [&client.key, &refresh] {
        let refused = client.ask("/oauth/token", &request(subject, &[]));
        assert_oauth_refused(&refused, 400, "invalid_request");
    }
    let stranger = client.server.request("POST", "/oauth/token").form(&request(&user, &[]));
    assert_oauth_refused(&send(stranger), 401, "invalid_client");
    exchanged(&client, &user, &[]);
    assert_eq!(call(&client.server, "POST", "/api/v1/auth/logout", &user).status, 200);
    assert_oauth_refused(&client.ask("/oauth/token", &request(&user, &[])), 400, "invalid_request");

    let entries = client.audited("token.exchange");
    let done = entries.iter().find(|entry| entry["outcome"] == "success").unwrap();
    assert_eq!(done["actor"], json!({"type": "service_account", "id": client.id}));
    assert_eq!(done["subject"], json!({"type": "user", "id": "2"}));
    let details = json!({"audience": "billing", "scope": "", "session": claims_in(&user)["sid"]});
    assert_eq!(done["details"], details);
    assert_eq!((&entries[0]["outcome"], &entries[0]["reason"]), (&json!("failure"), &json!("invalid_subject")));
}

#[test]
fn the_metadata_names_the_exchange_where_there_is_one() {
    let settings = [("BACKEND_ALGORITHM", "EdDSA"), ("BACKEND_ISSUER", "https://id.example.org"), AUDIENCES];
    let metadata = Server::with(&settings).get("/.well-known/oauth-authorization-server").json();
    assert_eq!(metadata["grant_types_supported"], json!(["client_credentials", "refresh_token", GRANT_TYPE]));
}

#[test]
fn our_own_audience_is_no_other_service() {
    let refused = TestDir::new().run_with(&["serve"], &[("BACKEND_EXCHANGE_AUDIENCES", "billing,ore")]);
    assert!(refused.stderr.contains("BACKEND_EXCHANGE_AUDIENCES"), "{refused:?}");
    assert!(refused.stderr.contains("names BACKEND_AUDIENCE, which is this service"), "{refused:?}");
}

#[test]
fn a_token_in_exchange_ends_the_session_that_it_has() {
    let client = WithClient::new(&[], &[AUDIENCES]);
    let user = client.server.token_of(EMAIL, PASSWORD);
    let revoke = |token: &str| post_form(&client.server, "/oauth/revoke", &[("token", token)]);
    let token = exchanged(&client, &user, &[])["access_token"].as_str().unwrap().to_owned();
    assert_eq!((client.server.me(&user).status, revoke(&token).status), (200, 200));
    assert_eq!((client.server.me(&user).status, revoke(&token).status), (401, 200));
    let entries = client.audited("auth.logout");
    assert_eq!((&entries[0]["outcome"], &entries[0]["actor"]["id"]), (&json!("success"), &json!("2")));
    // One for a token of the client's own ends with its API key.
    let own = client.token();
    let token = exchanged(&client, &own, &[])["access_token"].as_str().unwrap().to_owned();
    assert_oauth_refused(&revoke(&token), 400, "unsupported_token_type");
}
