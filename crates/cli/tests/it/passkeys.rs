//! Passkeys, over HTTP, with a software authenticator.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    Answer, Authenticator, EMAIL, Mailbox, ORIGIN, PASSKEYS, PASSWORD, Passkeys, Server, call, claims_in, post, send,
};

const SITE: [(&str, &str); 1] = [("BACKEND_PUBLIC_URL", ORIGIN)];

fn with_user() -> (Server, String) {
    let server = Server::with(&SITE);
    let token = server.token_of(EMAIL, PASSWORD);
    (server, token)
}

/// A user with a passkey.
fn with_passkey(settings: &[(&str, &str)]) -> (Server, String, Authenticator) {
    let server = Server::with(&[&SITE, settings].concat());
    let (token, mut authenticator) = (server.token_of(EMAIL, PASSWORD), Authenticator::counting());
    assert_eq!(server.add_passkey(&token, &mut authenticator).status, 201);
    (server, token, authenticator)
}

fn reason(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["details"]["reason"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, reason: &str) -> (u16, String) {
    (status, reason.to_owned())
}

fn list(server: &Server, token: &str) -> Vec<Value> {
    let answer = call(server, "GET", PASSKEYS, token);
    answer.json()["data"]["items"].as_array().unwrap().clone()
}

#[test]
fn a_passkey_logs_in_without_an_address() {
    let (server, token) = with_user();
    let mut authenticator = Authenticator::new();
    let made = server.add_passkey(&token, &mut authenticator);
    let data = &made.json()["data"];
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.header("location"), Some(format!("passkeys/{}", data["id"].as_str().unwrap()).as_str()));
    assert_eq!((data["recovery_codes"].as_array().unwrap().len(), &data["last_used_at"]), (10, &Value::Null));
    let proof = server.passkey_proof(&mut authenticator);
    let logged_in = server.passkey_login(&proof);
    assert_eq!(claims_in(&logged_in.token())["amr"], json!(["hwk", "user"]));
    let me = server.me(&logged_in.token()).json();
    assert_eq!((&me["data"]["email"], &me["data"]["mfa_enabled"]), (&json!(EMAIL), &json!(true)));
    let listed = list(&server, &logged_in.token());
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &data["id"]));
    assert!(listed[0]["last_used_at"].is_string(), "{listed:?}");
}

#[test]
fn browsers_are_asked_for_a_passkey_that_verifies_its_user_and_is_found_without_an_address() {
    let (server, token) = with_user();
    let first = server.registration_options(&token)["publicKey"].clone();
    let selection = json!({"residentKey": "required", "requireResidentKey": true, "userVerification": "required"});
    assert_eq!(first["authenticatorSelection"], selection);
    assert_eq!((&first["attestation"], &first["rp"]["id"]), (&json!("none"), &json!("api.example.org")));
    assert_eq!((&first["user"]["name"], &first["timeout"]), (&json!(EMAIL), &json!(300_000)));
    let again = server.registration_options(&token)["publicKey"].clone();
    assert_eq!(again["user"]["id"], first["user"]["id"], "a user has one handle");
    assert_ne!(again["challenge"], first["challenge"]);
    let other = server.registration_options(&server.token_of("other@example.org", PASSWORD))["publicKey"].clone();
    assert_ne!(other["user"]["id"], first["user"]["id"]);
    let asked = server.passkey_options()["publicKey"].clone();
    assert_eq!((&asked["userVerification"], &asked["rpId"]), (&json!("required"), &json!("api.example.org")));
    assert!(asked["allowCredentials"].is_null(), "{asked}");
}

/// What a stranger, or a page of one, sends to log in.
type Forge = fn(&Server, &mut Authenticator) -> Value;

fn shown(server: &Server, authenticator: &mut Authenticator, origin: &str, edit: fn(&mut Value)) -> Value {
    let mut options = server.passkey_options();
    edit(&mut options["publicKey"]);
    let credential = authenticator.show(origin, &options["publicKey"]);
    json!({ "credential": credential, "ceremony": options["ceremony"] })
}

fn edited(server: &Server, authenticator: &mut Authenticator, edit: fn(&mut Value)) -> Value {
    let mut proof = server.passkey_proof(authenticator);
    edit(&mut proof);
    proof
}

fn replayed(server: &Server, authenticator: &mut Authenticator) -> Value {
    let proof = server.passkey_proof(authenticator);
    assert_eq!(server.passkey_login(&proof).status, 200);
    proof
}

fn of_another_challenge(server: &Server, authenticator: &mut Authenticator) -> Value {
    let mut proof = server.passkey_proof(authenticator);
    proof["ceremony"] = server.passkey_options()["ceremony"].clone();
    proof
}

fn of_a_registration(server: &Server, authenticator: &mut Authenticator) -> Value {
    let options = server.registration_options(&server.token_of("eve@example.org", PASSWORD));
    let asked = json!({"challenge": options["publicKey"]["challenge"], "rpId": "api.example.org", "userVerification": "required"});
    json!({ "credential": authenticator.show(ORIGIN, &asked), "ceremony": options["ceremony"] })
}

fn unknown(server: &Server, _: &mut Authenticator) -> Value {
    let mut stranger = Authenticator::new();
    stranger
        .make(ORIGIN, &server.registration_options(&server.token_of("eve@example.org", PASSWORD))["publicKey"])
        .unwrap();
    server.passkey_proof(&mut stranger)
}

fn within_another_page(server: &Server, authenticator: &mut Authenticator) -> Value {
    authenticator.page = json!({ "crossOrigin": true });
    server.passkey_proof(authenticator)
}

fn a_clone(server: &Server, authenticator: &mut Authenticator) -> Value {
    let mut clone = authenticator.clone();
    assert_eq!(server.passkey_login(&server.passkey_proof(authenticator)).status, 200);
    server.passkey_proof(&mut clone)
}

#[rstest]
#[case::origin(|s: &Server, a: &mut Authenticator| shown(s, a, "https://evil.api.example.org", |_| ()))]
#[case::port(|s: &Server, a: &mut Authenticator| shown(s, a, "https://api.example.org:8443", |_| ()))]
#[case::relying_party(|s: &Server, a: &mut Authenticator| shown(s, a, ORIGIN, |options| options["rpId"] = json!("example.org")))]
#[case::no_verification(
    |s: &Server, a: &mut Authenticator| shown(s, a, ORIGIN, |options| options["userVerification"] = json!("discouraged"))
)]
#[case::frame(within_another_page)]
#[case::replay(replayed)]
#[case::challenge(of_another_challenge)]
#[case::purpose(of_a_registration)]
#[case::unknown(unknown)]
#[case::counter(a_clone)]
#[case::signature(|s: &Server, a: &mut Authenticator| edited(s, a, |proof| proof["credential"]["response"]["signature"] = json!("AAAA")))]
#[case::handle(|s: &Server, a: &mut Authenticator| edited(s, a, |proof| proof["credential"]["response"]["userHandle"] = json!("AAAA")))]
#[case::no_handle(|s: &Server, a: &mut Authenticator| edited(s, a, |proof| proof["credential"]["response"]["userHandle"] = Value::Null))]
#[case::ceremony(|s: &Server, a: &mut Authenticator| edited(s, a, |proof| proof["ceremony"] = json!("AAAA")))]
#[case::malformed(|s: &Server, a: &mut Authenticator| edited(s, a, |proof| proof["credential"] = json!({"id": 1})))]
fn what_is_no_passkey_of_ours_gets_one_answer(#[case] forge: Forge) {
    let (server, _, mut authenticator) = with_passkey(&[]);
    let answer = server.passkey_login(&forge(&server, &mut authenticator));
    assert_eq!(reason(&answer), refused(400, "INVALID_PASSKEY"), "{}", answer.text());
    let nonsense = json!({ "credential": {}, "ceremony": "" });
    assert_eq!(answer.body_without_identity(), server.passkey_login(&nonsense).body_without_identity());
}

#[test]
fn a_counter_that_falls_is_told_by_mail() {
    let mut mailbox = Mailbox::open();
    let (server, _, mut authenticator) = with_passkey(&mailbox.settings());
    let mut clone = authenticator.clone();
    assert_eq!(server.passkey_login(&server.passkey_proof(&mut authenticator)).status, 200);
    let refused = server.passkey_login(&server.passkey_proof(&mut clone));
    assert_eq!(reason(&refused), (400, "INVALID_PASSKEY".to_owned()));
    let observed: Vec<_> = (0..3).map(|_| mailbox.next().text().to_owned()).collect();
    assert!(observed.iter().any(|text| text.contains("计数器")), "{observed:?}");
}

#[test]
fn an_uncounted_passkey_is_used_again_and_again() {
    let (server, token) = with_user();
    let mut authenticator = Authenticator::new();
    server.add_passkey(&token, &mut authenticator);
    for _ in 0..3 {
        assert_eq!(server.passkey_login(&server.passkey_proof(&mut authenticator)).status, 200);
    }
}

#[test]
fn of_many_that_end_one_ceremony_one_gets_in_on_any_replica() {
    let (server, token) = with_user();
    let mut authenticator = Authenticator::new();
    server.add_passkey(&token, &mut authenticator);
    let other = server.test_dir.serve(&SITE);
    let proof = server.passkey_proof(&mut authenticator);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..16)
            .map(|number| {
                let (client, proof) = (if number % 2 == 0 { server.client() } else { other.client() }, &proof);
                scope.spawn(move || client.passkey_login(proof).status)
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 400)), "{statuses:?}");
    let elsewhere = other.passkey_login(&server.passkey_proof(&mut authenticator));
    assert_eq!(elsewhere.status, 200, "{}", elsewhere.text());
}

#[test]
fn a_registration_is_for_its_user_its_page_and_once() {
    let (server, token) = with_user();
    let other = server.token_of("other@example.org", PASSWORD);
    let make = |origin: &str| {
        let (options, mut authenticator) = (server.registration_options(&token), Authenticator::new());
        let credential = authenticator.make(origin, &options["publicKey"]).unwrap();
        json!({ "credential": credential, "ceremony": options["ceremony"] })
    };
    let add = |token: &str, body: &Value| reason(&post(&server, PASSKEYS, token, body));
    let invalid = refused(400, "INVALID_PASSKEY");
    assert_eq!(add(&other, &make(ORIGIN)), invalid, "of another user");
    assert_eq!(add(&token, &make("https://evil.api.example.org")), invalid, "on another page");
    let mut for_log_in = make(ORIGIN);
    for_log_in["ceremony"] = server.passkey_options()["ceremony"].clone();
    assert_eq!(add(&token, &for_log_in), invalid, "for another purpose");
    let body = make(ORIGIN);
    assert_eq!(add(&token, &body), refused(201, ""));
    assert_eq!(add(&token, &body), invalid, "a second time");
    assert_eq!(list(&server, &other).len(), 0);
}

#[test]
fn a_user_has_ten_passkeys_and_no_authenticator_makes_two() {
    let (server, token, mut authenticator) = with_passkey(&[]);
    assert_eq!(call(&server, "POST", "/api/v1/auth/passkeys/registration/options", &token).status, 401);
    let token = server.passkey_login(&server.passkey_proof(&mut authenticator)).token();
    let options = server.registration_options(&token)["publicKey"].clone();
    assert!(authenticator.clone().make(ORIGIN, &options).is_none(), "it has one already");
    let last = server.registration_options(&token);
    for _ in 1..10 {
        let made = server.add_passkey(&token, &mut Authenticator::new());
        assert_eq!((made.status, &made.json()["data"]["recovery_codes"]), (201, &Value::Null));
    }
    let options = post(&server, "/api/v1/auth/passkeys/registration/options", &token, &json!({}));
    assert_eq!(reason(&options), refused(400, "TOO_MANY_PASSKEYS"));
    let credential = Authenticator::new().make(ORIGIN, &last["publicKey"]).unwrap();
    let body = json!({ "credential": credential, "ceremony": last["ceremony"] });
    assert_eq!(reason(&post(&server, PASSKEYS, &token, &body)), refused(400, "TOO_MANY_PASSKEYS"));
    assert_eq!(list(&server, &token).len(), 10);
}

#[test]
fn a_passkey_is_renamed_and_deleted_by_its_user_alone() {
    let (server, _, mut authenticator) = with_passkey(&[]);
    let token = server.passkey_login(&server.passkey_proof(&mut authenticator)).token();
    let path = format!("{PASSKEYS}/{}", list(&server, &token)[0]["id"].as_str().unwrap());
    let other = server.token_of("other@example.org", PASSWORD);
    let rename =
        |token: &str, name: &str| send(server.request("PATCH", &path).bearer_auth(token).json(&json!({"name": name})));
    assert_eq!((rename(&other, "mine").status, call(&server, "DELETE", &path, &other).status), (404, 404));
    assert_eq!(rename(&token, &"a".repeat(101)).status, 422);
    assert_eq!(rename(&token, "Blue key").json()["data"]["name"], "Blue key");
    assert_eq!(call(&server, "DELETE", &path, &token).status, 200);
    assert_eq!(call(&server, "DELETE", &path, &token).status, 404);
    assert_eq!(list(&server, &token).len(), 0);
    let gone = server.passkey_login(&server.passkey_proof(&mut authenticator));
    assert_eq!(reason(&gone), refused(400, "INVALID_PASSKEY"));
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200, "no second factor is left");
}

#[test]
fn pages_of_other_origins_are_named_in_the_settings_and_told_to_browsers() {
    let other = "https://www.api.example.org";
    let (server, _, mut authenticator) = with_passkey(&[("BACKEND_PASSKEY_ORIGINS", other)]);
    let proof = shown(&server, &mut authenticator, other, |_| ());
    assert_eq!(server.passkey_login(&proof).status, 200);
    let observed = server.get("/.well-known/webauthn");
    assert_eq!((observed.status, observed.json()), (200, json!({ "origins": [ORIGIN, other] })));
}

#[test]
fn a_service_without_the_name_of_a_host_has_no_passkeys() {
    let server = Server::with(&[("BACKEND_PUBLIC_URL", "http://127.0.0.1:8000")]);
    let token = server.token_of(EMAIL, PASSWORD);
    let options = send(server.request("POST", "/api/v1/auth/passkeys/login/options"));
    assert_eq!(reason(&options), refused(403, "NOT_CONFIGURED"));
    let options = post(&server, "/api/v1/auth/passkeys/registration/options", &token, &json!({}));
    assert_eq!(reason(&options), refused(403, "NOT_CONFIGURED"));
    assert_eq!(server.get("/.well-known/webauthn").status, 404);
}
