//! Passkeys beside passwords: as a second factor, to authenticate once more, and under the rules of accounts.

use ore_domain::{Clock, SystemClock};
use ore_security::totp::TotpSecret;
use serde_json::{Value, json};

use crate::support::{
    Answer, Authenticator, EMAIL, Mailbox, ORIGIN, PASSKEYS, PASSWORD, Passkeys, Server, call, claims_in, post,
    with_admin,
};

const SITE: [(&str, &str); 1] = [("BACKEND_PUBLIC_URL", ORIGIN)];
const VERIFY: &str = "/api/v1/auth/mfa/verify";
const REAUTHENTICATE: &str = "/api/v1/auth/reauthenticate";

fn with_passkey_of(server: &Server, email: &str) -> (String, Authenticator) {
    let (token, mut authenticator) = (server.token_of(email, PASSWORD), Authenticator::counting());
    let made = server.add_passkey(&token, &mut authenticator);
    assert_eq!(made.status, 201, "{}", made.text());
    (token, authenticator)
}

fn reason(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["details"]["reason"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, reason: &str) -> (u16, String) {
    (status, reason.to_owned())
}

/// Whose token it is.
fn email_in(token: &str) -> String {
    claims_in(token)["sub"].as_str().unwrap().to_owned()
}

/// The token of a log-in that lacks its second factor.
fn pending(server: &Server) -> Value {
    let asked = server.login(EMAIL, PASSWORD);
    assert_eq!(reason(&asked), refused(403, "MFA_REQUIRED"));
    asked.json()["details"].clone()
}

#[test]
fn a_passkey_is_the_second_factor_of_a_log_in() {
    let server = Server::with(&SITE);
    let (_, mut authenticator) = with_passkey_of(&server, EMAIL);
    let (_, mut of_other) = with_passkey_of(&server, "other@example.org");
    let details = pending(&server);
    assert_eq!(details["methods"], json!(["passkey", "recovery_code"]));
    let verify = |passkey: Value| server.post(VERIFY, &json!({"mfa_token": details["mfa_token"], "passkey": passkey}));
    let other = verify(server.passkey_proof(&mut of_other));
    assert_eq!(reason(&other), refused(400, "INVALID_PASSKEY"));
    assert_eq!(verify(json!({"ceremony": "x"})).status, 422);
    let proof = server.passkey_proof(&mut authenticator);
    let verified = verify(proof.clone());
    assert_eq!(claims_in(&verified.token())["amr"], json!(["pwd", "hwk", "user", "mfa"]));
    let details = pending(&server);
    let replayed = server.post(VERIFY, &json!({"mfa_token": details["mfa_token"], "passkey": proof}));
    assert_eq!(reason(&replayed), refused(400, "INVALID_PASSKEY"));
}

#[test]
fn a_passkey_authenticates_once_more_and_the_password_alone_does_not() {
    let server = Server::with(&SITE);
    let (token, mut authenticator) = with_passkey_of(&server, EMAIL);
    let (_, mut of_other) = with_passkey_of(&server, "other@example.org");
    assert_eq!(call(&server, "GET", "/api/v1/auth/me/export", &token).status, 401, "no second factor was shown");
    let again = |body: &Value| post(&server, REAUTHENTICATE, &token, body);
    assert_eq!(again(&json!({ "password": PASSWORD })).status, 400);
    let other = again(&json!({ "passkey": server.passkey_proof(&mut of_other) }));
    assert_eq!(reason(&other), refused(400, "INVALID_PASSKEY"));
    let fresh = again(&json!({ "passkey": server.passkey_proof(&mut authenticator) })).token();
    assert_eq!(claims_in(&fresh)["amr"], json!(["hwk", "user"]));
    let export = call(&server, "GET", "/api/v1/auth/me/export", &fresh);
    let export = export.json()["data"].clone();
    assert_eq!(export["passkeys"].as_array().unwrap().len(), 1, "{export}");
    assert_eq!(export["passkey_user_handle"].as_str().unwrap().len(), 32);
}

#[test]
fn who_must_have_a_second_factor_gets_a_passkey_and_keeps_the_last() {
    let (server, token) = with_admin(&[&SITE[..], &[("BACKEND_REQUIRE_MFA", "admin")]].concat());
    let users = call(&server, "GET", "/api/v1/users", &token);
    assert_eq!(reason(&users), refused(403, "MFA_ENROLMENT_REQUIRED"));
    assert_eq!(reason(&call(&server, "GET", PASSKEYS, &token)), refused(403, "MFA_ENROLMENT_REQUIRED"));
    let logged_in = server.login(&email_in(&token), PASSWORD).token();
    assert_eq!((&claims_in(&logged_in)["roles"], &claims_in(&logged_in)["scope"]), (&json!([]), &json!("")));
    let mut authenticator = Authenticator::new();
    assert_eq!(server.add_passkey(&token, &mut authenticator).status, 201);
    assert_eq!(call(&server, "GET", "/api/v1/users", &token).status, 200);
    let token = server.passkey_login(&server.passkey_proof(&mut authenticator)).token();
    assert_eq!(claims_in(&token)["roles"], json!(["admin"]));
    let path = |number: usize| {
        let passkeys = call(&server, "GET", PASSKEYS, &token).json();
        format!("{PASSKEYS}/{}", passkeys["data"]["items"][number]["id"].as_str().unwrap())
    };
    let last = call(&server, "DELETE", &path(0), &token);
    assert_eq!(reason(&last), refused(400, "MFA_IS_REQUIRED"));
    assert_eq!(server.add_passkey(&token, &mut Authenticator::new()).status, 201);
    assert_eq!(call(&server, "DELETE", &path(1), &token).status, 200);
}

#[test]
fn who_may_not_log_in_with_the_password_may_not_with_a_passkey() {
    let server = Server::with(&SITE);
    let (_, mut authenticator) = with_passkey_of(&server, EMAIL);
    server.deactivate(EMAIL);
    let disabled = server.passkey_login(&server.passkey_proof(&mut authenticator));
    assert_eq!(reason(&disabled), refused(400, "INVALID_PASSKEY"));
    let (_, mut of_other) = with_passkey_of(&server, "other@example.org");
    let mailbox = Mailbox::open();
    let settings = [&SITE[..], &mailbox.settings(), &[("BACKEND_REQUIRE_VERIFIED_EMAIL", "true")]].concat();
    let strict = server.test_dir.serve(&settings);
    let unverified = strict.passkey_login(&strict.passkey_proof(&mut of_other));
    assert_eq!(reason(&unverified), refused(403, "EMAIL_NOT_VERIFIED"));
}

/// Sets another password with the token of the next mail that has one.
fn reset(server: &Server, mailbox: &mut Mailbox) {
    server.post("/api/v1/auth/password/forgot", &json!({ "email": EMAIL }));
    let token = loop {
        let mail = mailbox.next();
        if mail.text().contains("/reset#token=") {
            break mail.token();
        }
    };
    let answer = server.post("/api/v1/auth/password/reset", &json!({"token": token, "new_password": PASSWORD}));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn a_reset_ends_passkeys_from_before_the_address_was_proven() {
    let mut mailbox = Mailbox::open();
    let server = Server::with(&[&SITE[..], &mailbox.settings()].concat());
    let (_, mut of_stranger) = with_passkey_of(&server, EMAIL);
    reset(&server, &mut mailbox);
    let stranger = server.passkey_login(&server.passkey_proof(&mut of_stranger));
    assert_eq!(reason(&stranger), refused(400, "INVALID_PASSKEY"));
    // Nothing is asked for beside the password.
    let (token, mut authenticator) = (server.login(EMAIL, PASSWORD).token(), Authenticator::new());
    assert_eq!(server.add_passkey(&token, &mut authenticator).status, 201);
    assert_eq!(server.passkey_login(&server.passkey_proof(&mut authenticator)).status, 200);
    let details = pending(&server);
    assert_eq!(details["methods"], json!(["passkey", "recovery_code"]));
}

#[test]
fn what_a_session_began_without_the_factor_gives_none_once_there_is_one() {
    let server = Server::with(&SITE);
    let owner = server.token_of(EMAIL, PASSWORD);
    let stranger = server.login(EMAIL, PASSWORD).token();
    let mut of_stranger = Authenticator::new();
    let options = server.registration_options(&stranger);
    let credential = of_stranger.make(ORIGIN, &options["publicKey"]).unwrap();
    let offered = post(&server, "/api/v1/auth/totp/enrol", &stranger, &json!({})).json()["data"].clone();
    let secret = TotpSecret::from_base32(offered["secret"].as_str().unwrap()).unwrap();
    assert_eq!(server.add_passkey(&owner, &mut Authenticator::new()).status, 201);
    let passkey = json!({ "credential": credential, "ceremony": options["ceremony"] });
    assert_eq!(reason(&post(&server, PASSKEYS, &stranger, &passkey)), refused(400, "INVALID_PASSKEY"));
    let code = secret.code_at(SystemClock.now().timestamp()).to_string();
    let confirmed = post(&server, "/api/v1/auth/totp/confirm", &stranger, &json!({ "code": code }));
    assert_eq!(reason(&confirmed), refused(400, "INVALID_CODE"));
}
