//! Second factors from outside, and every way around them.

use std::thread;

use ore_domain::{Clock, SystemClock};
use ore_persistence::testing::TemporaryDatabase;
use serde_json::{Value, json};

use crate::support::{
    Answer, EMAIL, Enrolled, Mailbox, PASSWORD, SECRET_KEY, Server, TestDir, WithClient, call, claims_in, mfa_token,
    operations, post, reason, send, sign, verify, with_admin,
};

const CHALLENGE: &str = "Bearer error=\"insufficient_user_authentication\", max_age=600";

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, reason(answer))
}

fn expected(status: u16, reason: &str) -> (u16, String) {
    (status, reason.to_owned())
}

/// Whether the session may do what takes a fresh one with a second factor.
fn reauth(server: &Server, token: &str) -> u16 {
    let answer = call(server, "GET", "/api/v1/auth/me/export", token);
    if answer.status == 401 {
        assert_eq!(answer.header("www-authenticate"), Some(CHALLENGE));
    }
    answer.status
}

#[test]
fn a_user_adds_an_app_and_shows_its_codes() {
    let server = Server::start();
    let token = server.token_of(EMAIL, PASSWORD);
    let offered = post(&server, "/api/v1/auth/totp/enrol", &token, &json!({})).json()["data"].clone();
    let (secret, url) = (offered["secret"].as_str().unwrap(), offered["otpauth_url"].as_str().unwrap());
    assert!(url.starts_with("otpauth://totp/") && url.contains(":ada%40example.org?"), "{url}");
    assert!(url.contains(&format!("secret={secret}&")) && url.ends_with("&algorithm=SHA1&digits=6&period=30"), "{url}");
    assert!(offered["qr_svg"].as_str().unwrap().starts_with("<svg"));
    assert_eq!(server.me(&token).json()["data"]["mfa_enabled"], false);
    assert!(server.login(EMAIL, PASSWORD).status == 200, "nothing has changed");

    let ada = Enrolled::new(&server, EMAIL, &token);
    assert_eq!((ada.recovery_codes.len(), &server.me(&token).json()["data"]["mfa_enabled"]), (10, &json!(true)));
    assert_eq!(reauth(&server, &token), 200, "the session is one with a second factor");
    let refused_log_in = server.login(EMAIL, PASSWORD);
    assert_eq!(refused_log_in.error(), (403, "FORBIDDEN".to_owned()));
    let details = refused_log_in.json()["details"].clone();
    assert_eq!(details["methods"], json!(["totp", "recovery_code"]));
    let opened = verify(&server, &json!({ "mfa_token": details["mfa_token"], "code": ada.next_code() })).token();
    assert_eq!(claims_in(&opened)["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(reauth(&server, &opened), 200);
    let exported = call(&server, "GET", "/api/v1/auth/me/export", &opened).json()["data"]["second_factors"].clone();
    assert_eq!((&exported["recovery_codes"], &exported["has_passkey"]), (&json!(10), &json!(false)));
    assert!(exported["totp_since"].is_string() && !exported.to_string().contains(&*ada.secret.to_base32()));
}

#[test]
fn what_is_malformed_is_told_by_its_field_and_what_is_wrong_by_its_reason() {
    let server = Server::start();
    let ada = Enrolled::register(&server, EMAIL);
    let field = |body: &Value| {
        let answer = verify(&server, body).json();
        let error = &answer["details"]["errors"][0];
        (error["field"].clone(), error["code"].clone())
    };
    assert_eq!(field(&json!({"code": "123456"})), (json!("mfa_token"), json!("missing")));
    assert_eq!(field(&json!({"mfa_token": "x"})), (json!("code"), json!("missing")));
    assert_eq!(field(&json!({"mfa_token": "x", "passkey": {}})), (json!("passkey"), json!("missing")));
    assert_eq!(field(&json!({"mfa_token": "x", "code": "12345"})), (json!("code"), json!("code_invalid")));
    assert_eq!(field(&json!({"mfa_token": "x", "code": 123_456})), (json!("code"), json!("string_type")));
    let passkey = json!({"credential": {}, "ceremony": "x"});
    for (body, surplus) in [
        (json!({"mfa_token": "x", "code": "123456", "recovery_code": "x"}), "recovery_code"),
        (json!({"mfa_token": "x", "code": "123456", "passkey": passkey}), "passkey"),
        (json!({"mfa_token": "x", "recovery_code": "x", "passkey": passkey}), "passkey"),
    ] {
        assert_eq!(field(&body), (json!(surplus), json!("one_proof_only")), "{body}");
    }
    for other in [json!({"password": PASSWORD}), json!({"code": "123456"})] {
        let mut body = json!({"passkey": passkey});
        body.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        let answer = post(&server, "/api/v1/auth/reauthenticate", &ada.token, &body);
        let error = answer.json()["details"]["errors"][0].clone();
        assert_eq!(
            (answer.status, &error["field"], &error["code"]),
            (422, &json!("passkey"), &json!("one_proof_only"))
        );
        assert!(error["message"].as_str().unwrap().len() > 20, "{error}");
    }
    let unknown = verify(&server, &json!({"mfa_token": "x", "code": "123456"}));
    assert_eq!(refused(&unknown), expected(400, "INVALID_MFA_TOKEN"));
    let wrong = verify(&server, &json!({"mfa_token": ada.pending(&server), "recovery_code": "0000-0000-0000-0000"}));
    assert_eq!(refused(&wrong), expected(400, "INVALID_CODE"));
    let confirmed = post(&server, "/api/v1/auth/totp/confirm", &ada.token, &json!({"code": "123456"}));
    assert_eq!(refused(&confirmed), expected(400, "INVALID_CODE"), "there is nothing to confirm");
}

#[test]
fn a_code_that_is_used_at_two_replicas_at_once_passes_once() {
    let database = TemporaryDatabase::migrated();
    let (test_dir, url) = (TestDir::new(), database.url());
    let servers = [(); 2].map(|()| test_dir.serve(&[("BACKEND_DATABASE_URL", &url)]));
    let ada = Enrolled::register(&servers[0], EMAIL);
    let pending: Vec<String> = (0..16).map(|_| ada.pending(&servers[0])).collect();
    let code = ada.next_code();
    let answers: Vec<Answer> = thread::scope(|scope| {
        let calls = pending.iter().enumerate().map(|(index, token)| {
            let (client, body) = (servers[index % 2].client(), json!({ "mfa_token": token, "code": code }));
            scope.spawn(move || verify(client, &body))
        });
        let calls: Vec<_> = calls.collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let passed = answers.iter().filter(|answer| answer.status == 200).count();
    // A busy database sends some away before they are looked at.
    let is_refused = |answer: &&Answer| refused(answer) == expected(400, "INVALID_CODE") || answer.status == 503;
    assert_eq!((passed, answers.iter().filter(is_refused).count()), (1, 15));
}

#[test]
fn a_user_with_a_second_factor_reauthenticates_with_both() {
    let server = Server::with(&[("BACKEND_REAUTH_SECONDS", "600")]);
    let ada = Enrolled::register(&server, EMAIL);
    let reauthenticate = |body: &Value| post(&server, "/api/v1/auth/reauthenticate", &ada.token, body);
    assert_eq!(refused(&reauthenticate(&json!({ "password": PASSWORD }))), expected(400, "PROOF_INCOMPLETE"));
    assert_eq!(refused(&reauthenticate(&json!({ "code": "123456" }))), expected(400, "PROOF_INCOMPLETE"));
    assert_eq!(reauthenticate(&json!({})).status, 422);
    let wrong = reauthenticate(&json!({ "password": "wrong horse battery", "code": ada.next_code() }));
    assert_eq!(refused(&wrong), expected(400, "INVALID_CREDENTIALS"));
    let renewed = reauthenticate(&json!({ "password": PASSWORD, "code": ada.next_code() })).token();
    assert_eq!(claims_in(&renewed)["amr"], json!(["pwd", "otp", "mfa"]));
}

#[test]
fn the_password_alone_changes_nothing_in_a_session_without_the_second_factor() {
    let server = Server::start();
    let token = server.register(EMAIL, PASSWORD).token();
    let ada = Enrolled::new(&server, EMAIL, &server.login(EMAIL, PASSWORD).token());
    let new_password = "another horse battery";
    let change = json!({ "current_password": PASSWORD, "new_password": new_password, "end_other_sessions": false });
    let calls = [
        ("/api/v1/auth/email/change", json!({ "new_email": "new@example.org", "password": PASSWORD })),
        ("/api/v1/auth/password/change", change),
        ("/api/v1/api-keys", json!({ "name": "key", "permissions": [] })),
    ];
    for (path, body) in &calls {
        let answer = post(&server, path, &token, body);
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some(CHALLENGE)), "{path}");
    }
    assert_eq!(call(&server, "DELETE", "/api/v1/auth/me", &token).header("www-authenticate"), Some(CHALLENGE));
    let proof = json!({ "password": PASSWORD, "code": ada.next_code() });
    let renewed = post(&server, "/api/v1/auth/reauthenticate", &token, &proof).token();
    for ((path, body), expected) in calls.iter().zip([200, 200, 201]) {
        assert_eq!(post(&server, path, &renewed, body).status, expected, "{path}");
    }
    assert_eq!(reason(&server.login(EMAIL, new_password)), "MFA_REQUIRED");
}

/// Every way around the second factor, and where it ends.
#[test]
fn no_way_leads_around_the_second_factor() {
    let settings = [("BACKEND_EXCHANGE_AUDIENCES", "billing"), ("BACKEND_ACCEPT_LEGACY_TOKENS", "true")];
    let client = WithClient::new(&["tokens.verify"], &settings);
    let server = &client.server;
    let registered = server.register(EMAIL, PASSWORD);
    let (token, refresh) = (registered.token(), registered.json()["data"]["refresh_token"].clone());
    let key = post(server, "/api/v1/api-keys", &token, &json!({"name": "key", "permissions": []}));
    let key = key.json()["data"]["key"].as_str().unwrap().to_owned();
    let legacy_exp = SystemClock.now().timestamp() + 30 * 60;
    let legacy =
        sign(r#"{"alg":"HS256","typ":"JWT"}"#, &json!({"sub": EMAIL, "exp": legacy_exp}).to_string(), SECRET_KEY);
    assert_eq!((server.me(&legacy).status, reauth(server, &token)), (200, 200), "before there is one");
    let other = server.login(EMAIL, PASSWORD).token();
    let ada = Enrolled::new(server, EMAIL, &other);

    // A session from before, and what comes of it.
    assert_eq!((server.me(&token).status, reauth(server, &token)), (200, 401), "an old session");
    let refreshed = server.post("/api/v1/auth/refresh", &json!({ "refresh_token": refresh }));
    let (refreshed, refresh) = (refreshed.token(), refreshed.json()["data"]["refresh_token"].clone());
    assert_eq!((claims_in(&refreshed)["amr"].clone(), reauth(server, &refreshed)), (json!(["pwd"]), 401), "a refresh");
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str().unwrap())];
    let of_oauth = client.ask("/oauth/token", &form).json();
    let of_oauth = of_oauth["access_token"].as_str().unwrap();
    assert_eq!(reauth(server, of_oauth), 401, "a refresh of OAuth");
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", of_oauth),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", "billing"),
    ];
    let exchanged = client.ask("/oauth/token", &form).json();
    assert_eq!(claims_in(exchanged["access_token"].as_str().unwrap())["amr"], json!(["pwd"]), "an exchange says so");
    let reauthenticated = post(server, "/api/v1/auth/reauthenticate", of_oauth, &json!({ "password": PASSWORD }));
    assert_eq!(refused(&reauthenticated), expected(400, "PROOF_INCOMPLETE"), "a password alone");

    // An API key, a token without a session, and somebody who acts as the user.
    assert_eq!(
        (server.me(&key).status, refused(&call(server, "DELETE", "/api/v1/auth/totp", &key))),
        (200, expected(403, "SESSION_REQUIRED"))
    );
    assert_eq!(server.me(&legacy).status, 401, "a token of the Python service");
    let admin = server.login("admin@example.org", PASSWORD).token();
    let id = server.me(&token).json()["data"]["id"].clone();
    let acting = post(server, &format!("/api/v1/users/{id}/impersonate"), &admin, &json!({"reason": "test"})).token();
    assert_eq!((server.me(&acting).status, reauth(server, &acting)), (200, 401), "somebody who acts as the user");

    // A device that is remembered.
    let body = json!({ "mfa_token": ada.pending(server), "code": ada.next_code(), "remember_device": true });
    let device = verify(server, &body).json()["data"]["device_token"].clone();
    let body = json!({ "email": EMAIL, "password": PASSWORD, "device_token": device });
    let skipped = server.post("/api/v1/auth/login", &body).token();
    assert_eq!((claims_in(&skipped)["amr"].clone(), reauth(server, &skipped)), (json!(["pwd"]), 401), "a device");
    assert_eq!(ada.recover(server, 0).status, 200, "a recovery code is a second factor");
    assert_eq!(refused(&call(server, "DELETE", "/api/v1/auth/totp", &skipped)).0, 401);
}

#[test]
fn a_reset_by_mail_ends_sessions_and_does_not_pass_the_factor() {
    let mut mailbox = Mailbox::open();
    let server = Server::with(&mailbox.settings());
    let token = server.token_of(EMAIL, PASSWORD);
    let verified = json!({ "token": mailbox.next().token(), "password": PASSWORD });
    assert_eq!(server.post("/api/v1/auth/email/verify", &verified).status, 200);
    let ada = Enrolled::new(&server, EMAIL, &token);
    // That there is a factor now.
    mailbox.next();
    server.post("/api/v1/auth/password/forgot", &json!({ "email": EMAIL }));
    let body = json!({ "token": mailbox.next().token(), "new_password": "another horse battery" });
    assert_eq!(server.post("/api/v1/auth/password/reset", &body).status, 200);
    assert_eq!(server.me(&token).status, 401);
    let mfa_token = mfa_token(&server.login(EMAIL, "another horse battery"));
    assert_eq!(verify(&server, &json!({ "mfa_token": mfa_token, "code": ada.next_code() })).status, 200);
}

#[test]
fn an_administrator_and_an_operator_reset_lost_factors() {
    let (server, admin) = with_admin(&[]);
    let ada = Enrolled::register(&server, EMAIL);
    let id = server.me(&ada.token).json()["data"]["id"].clone();
    let path = format!("/api/v1/users/{id}/mfa");
    assert_eq!(refused(&call(&server, "DELETE", &path, &ada.token)), expected(403, "MISSING_PERMISSION"));
    assert_eq!(call(&server, "DELETE", &path, &admin).status, 200);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
    assert_eq!(server.me(&ada.token).json()["data"]["mfa_enabled"], false);
    let entries = call(&server, "GET", "/api/v1/audit?action=user.mfa_reset", &admin).json();
    assert_eq!(entries["data"]["items"][0]["subject"]["id"], json!(id.to_string()));

    // Who may do less than the user cannot.
    let role = json!({"name": "support", "permissions": ["users.write", "users.read"]});
    assert_eq!(post(&server, "/api/v1/roles", &admin, &role).status, 201);
    server.token_of("eve@example.org", PASSWORD);
    server.test_dir.grant("eve@example.org", "support");
    let eve = server.login("eve@example.org", PASSWORD).token();
    assert_eq!(refused(&call(&server, "DELETE", "/api/v1/users/1/mfa", &eve)), expected(403, "MISSING_PERMISSION"));

    let ada = Enrolled::new(&server, EMAIL, &server.login(EMAIL, PASSWORD).token());
    let shown = server.test_dir.run(&["user", "mfa", "show", EMAIL, "--json"]).succeeded();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown[0]["recovery_codes"], shown[0]["totp_since"].is_string()), (&json!(10), true));
    server.test_dir.run(&["user", "mfa", "reset", EMAIL]).succeeded();
    assert_eq!((server.login(EMAIL, PASSWORD).status, server.me(&ada.token).status), (200, 200));
    assert_eq!(server.test_dir.run(&["user", "mfa", "reset", "nobody@example.org"]).code, Some(1));
}

#[test]
fn who_must_have_a_second_factor_does_not_take_their_own_as_an_administrator() {
    for (settings, expected) in [(&[("BACKEND_REQUIRE_MFA", "admin")][..], 400), (&[], 200)] {
        let (server, token) = with_admin(settings);
        let id = server.me(&token).json()["data"]["id"].clone();
        let admin = Enrolled::new(&server, "admin@example.org", &token);
        let answer = call(&server, "DELETE", &format!("/api/v1/users/{id}/mfa"), &admin.token);
        let rule = if expected == 400 { "MFA_IS_REQUIRED" } else { "" };
        assert_eq!(refused(&answer), (expected, rule.to_owned()), "{}", answer.text());
        assert_eq!(server.me(&token).json()["data"]["mfa_enabled"], expected == 400);
    }
}

/// What is served to a user who has to get a second factor first.
const FOR_ENROLMENT: [(&str, &str); 7] = [
    ("GET", "/api/v1/auth/me"),
    ("POST", "/api/v1/auth/reauthenticate"),
    ("POST", "/api/v1/auth/totp/enrol"),
    ("POST", "/api/v1/auth/totp/confirm"),
    ("POST", "/api/v1/auth/passkeys/registration/options"),
    ("POST", "/api/v1/auth/passkeys"),
    ("POST", "/api/v1/auth/logout"),
];

#[test]
fn who_must_have_a_second_factor_does_nothing_before_but_get_one() {
    let (server, _) = with_admin(&[("BACKEND_REQUIRE_MFA", "admin")]);
    let user = server.token_of("user@example.org", PASSWORD);
    let key = post(&server, "/api/v1/api-keys", &user, &json!({"name": "key", "permissions": []}));
    let key = key.json()["data"]["key"].as_str().unwrap().to_owned();
    assert_eq!(server.me(&key).status, 200, "it is for admins alone");
    server.test_dir.grant("user@example.org", "admin");
    let document = TestDir::new().openapi(&[("BACKEND_REQUIRE_MFA", "admin")]);
    let bodied = |method: &str, path: &str, token: &str| {
        let request = server.request(method, path).bearer_auth(token);
        send(if matches!(method, "POST" | "PATCH") { request.json(&json!({})) } else { request })
    };
    for (method, path, operation) in operations(&document) {
        let refusals = operation["responses"]["403"]["description"].as_str().unwrap_or_default();
        let is_told = refusals.contains("MFA_ENROLMENT_REQUIRED");
        if operation["security"].is_null() || path == "/metrics" || path.starts_with("/oauth/") {
            assert!(!is_told, "{method} {path}");
            continue;
        }
        let admin = server.login("admin@example.org", PASSWORD).token();
        let answer = bodied(&method, &path, &admin);
        let needs_factor = reason(&answer) == "MFA_ENROLMENT_REQUIRED" && answer.status == 403;
        let is_open = FOR_ENROLMENT.contains(&(method.as_str(), path.as_str()));
        assert_eq!((needs_factor, is_told), (!is_open, !is_open), "{method} {path}: {}", answer.text());
    }
    let of_key = bodied("GET", "/api/v1/users", &key);
    assert_eq!(refused(&of_key), expected(403, "MFA_ENROLMENT_REQUIRED"), "an API key");
    let log_in = server.login("admin@example.org", PASSWORD);
    let refresh = json!({ "refresh_token": log_in.json()["data"]["refresh_token"] });
    let token = server.post("/api/v1/auth/refresh", &refresh).token();
    Enrolled::new(&server, "admin@example.org", &token);
    assert_eq!(call(&server, "GET", "/api/v1/users", &token).status, 200);
    assert_eq!(refused(&call(&server, "DELETE", "/api/v1/auth/totp", &token)), expected(400, "MFA_IS_REQUIRED"));
}

#[test]
fn a_role_that_does_not_exist_stops_the_start() {
    let test_dir = TestDir::new();
    let finished = test_dir.run_with(&["serve"], &[("BACKEND_REQUIRE_MFA", "admin,auditor")]);
    assert_ne!(finished.code, Some(0));
    assert!(finished.stderr.contains("BACKEND_REQUIRE_MFA names the role auditor"), "{}", finished.stderr);
}

#[test]
fn without_a_key_no_app_is_added() {
    let server = Server::with(&[("BACKEND_ENVIRONMENT", "staging"), ("BACKEND_KEY_ENCRYPTION_KEY", "")]);
    let token = server.token_of(EMAIL, PASSWORD);
    let answer = post(&server, "/api/v1/auth/totp/enrol", &token, &json!({}));
    assert_eq!(refused(&answer), expected(403, "NOT_CONFIGURED"));
}

#[test]
fn secrets_of_apps_outlive_the_key_of_tokens() {
    let test_dir = TestDir::new();
    let server = test_dir.serve(&[]);
    let ada = Enrolled::register(&server, EMAIL);
    server.stop();
    let server = test_dir.serve(&[("BACKEND_SECRET_KEY", "0c9d1e5f7a2b48d3b6a4e8f09c1d7352")]);
    assert_eq!(server.me(&ada.token).status, 401);
    let body = json!({ "mfa_token": ada.pending(&server), "code": ada.next_code() });
    assert_eq!(verify(&server, &body).status, 200);
}

#[test]
fn an_import_brings_authenticator_apps_along_and_an_export_does_not() {
    let test_dir = TestDir::new();
    let file = test_dir.file(
        "users.csv",
        "email,hashed_password,totp_secret\n\
         ada@example.org,,gezd gnbv gy3t qojq gezd gnbv gy3t qojq\n\
         bob@example.org,,GEZDGNBV\n",
    );
    let finished = test_dir.run(&["user", "import", file.to_str().unwrap()]);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    let output = format!("{}{}", finished.stdout, finished.stderr);
    assert!(output.contains("totp_secret") && !output.contains("GEZDGNBV"), "{output}");
    let shown = test_dir.run(&["user", "mfa", "show", EMAIL, "--json"]).succeeded();
    assert!(shown.contains("\"totp_since\":\"2"), "{shown}");
    let exported = test_dir.run(&["user", "export", "-"]).succeeded();
    assert!(exported.contains(EMAIL) && !exported.contains("totp"), "{exported}");
}
