//! What goes by mail, from the request to the link that a reader follows.

use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, Mailbox, PASSWORD, Server, ServerProcess, send};

const NEW_PASSWORD: &str = "another horse battery";

fn start(mailbox: &Mailbox, settings: &[(&str, &str)]) -> Server {
    Server::with(&[&mailbox.settings(), settings].concat())
}

fn forgot(server: &Server, email: &str) -> Answer {
    server.post("/api/v1/auth/password/forgot", &json!({ "email": email }))
}

fn reset(server: &Server, token: &str) -> Answer {
    server.post("/api/v1/auth/password/reset", &json!({ "token": token, "new_password": NEW_PASSWORD }))
}

fn verify(server: &Server, body: &Value) -> Answer {
    server.post("/api/v1/auth/email/verify", body)
}

fn change(server: &Server, access_token: &str, new_email: &str) -> Answer {
    let request = server.request("POST", "/api/v1/auth/email/change").bearer_auth(access_token);
    send(request.json(&json!({ "new_email": new_email, "password": PASSWORD })))
}

fn reason(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["details"]["reason"].as_str().unwrap_or_default().to_owned())
}

/// What an answer says, without the time.
fn content(answer: &Answer) -> Value {
    let mut body = answer.json();
    body["timestamp"].take();
    body
}

fn refused(status: u16, reason: &str) -> (u16, String) {
    (status, reason.to_owned())
}

#[test]
fn a_new_user_shows_by_the_link_in_a_mail_that_the_address_is_theirs() {
    let mut mailbox = Mailbox::open();
    let server = start(&mailbox, &[("BACKEND_FRONTEND_URL", "https://www.example.com/account/")]);
    let access_token = server.token_of(EMAIL, PASSWORD);
    assert_eq!(server.me(&access_token).json()["data"]["email_verified"], false);
    let mail = mailbox.next();
    assert_eq!((mail.to(), mail.header("From")), (EMAIL, "ORE <ore@example.org>"));
    let token = mail.token();
    assert!(mail.text().contains(&format!("https://www.example.com/account/verify#token={token}")), "{}", mail.text());
    let without_proof = verify(&server, &json!({ "token": token }));
    assert_eq!(reason(&without_proof), refused(403, "SIGN_IN_TO_VERIFY"));
    let wrong = verify(&server, &json!({ "token": token, "password": NEW_PASSWORD }));
    assert_eq!(reason(&wrong), refused(403, "SIGN_IN_TO_VERIFY"));
    let stranger = server.token_of("grace@example.org", PASSWORD);
    let as_user = |access_token: &str| {
        let request = server.request("POST", "/api/v1/auth/email/verify").bearer_auth(access_token);
        send(request.json(&json!({ "token": token })))
    };
    assert_eq!(reason(&as_user(&stranger)), refused(403, "SIGN_IN_TO_VERIFY"));
    let verified = as_user(&access_token);
    assert_eq!((verified.status, &verified.json()["data"]["email_verified"]), (200, &json!(true)));
    assert_eq!(reason(&as_user(&access_token)), refused(400, "INVALID_TOKEN"));
}

#[test]
fn a_forgotten_password_is_set_anew_and_every_session_ends() {
    let mut mailbox = Mailbox::open();
    let server = start(&mailbox, &[]);
    let session = server.register(EMAIL, PASSWORD);
    mailbox.next();
    let (known, unknown) = (forgot(&server, "ADA@example.org"), forgot(&server, "nobody@example.org"));
    assert_eq!(content(&known), content(&unknown));
    assert_eq!((known.status, &known.json()["data"]), (200, &Value::Null));
    let token = mailbox.next().token();
    assert_eq!(reset(&server, &token).status, 200);
    assert_eq!(server.me(&session.token()).status, 401);
    assert_eq!([PASSWORD, NEW_PASSWORD].map(|password| server.login(EMAIL, password).status), [400, 200]);
    let notice = mailbox.next();
    assert_eq!(notice.to(), EMAIL, "the mail to nobody was not sent");
    assert!(!notice.text().contains("ore_mt_"));
    assert_eq!(reason(&reset(&server, &token)), refused(400, "INVALID_TOKEN"));
}

#[test]
fn of_many_who_use_a_link_at_once_one_sets_the_password() {
    let mut mailbox = Mailbox::open();
    let server = start(&mailbox, &[]);
    server.register(EMAIL, PASSWORD);
    mailbox.next();
    forgot(&server, EMAIL);
    let token = mailbox.next().token();
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let calls: Vec<_> = (0..16).map(|_| scope.spawn(|| reset(&server, &token).status)).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [[200].as_slice(), &[400; 15]].concat());
}

#[test]
fn an_address_changes_when_the_link_to_the_new_one_is_followed() {
    let mut mailbox = Mailbox::open();
    let server = start(&mailbox, &[]);
    let access_token = server.token_of(EMAIL, PASSWORD);
    mailbox.next();
    assert_eq!(change(&server, &access_token, "ada@example.com").status, 200);
    let mails = [mailbox.next(), mailbox.next()];
    let to = |address: &str| mails.iter().find(|mail| mail.to() == address).unwrap();
    assert!(to(EMAIL).text().contains("ada@example.com") && !to(EMAIL).text().contains("ore_mt_"));
    assert_eq!(server.me(&access_token).json()["data"]["email"], EMAIL);
    let token = to("ada@example.com").token();
    let changed = verify(&server, &json!({ "token": token, "password": PASSWORD }));
    assert_eq!(changed.json()["data"]["email"], "ada@example.com");
    let me = server.me(&access_token).json();
    assert_eq!((&me["data"]["email"], &me["data"]["email_verified"]), (&json!("ada@example.com"), &json!(true)));
    assert_eq!(mailbox.next().to(), EMAIL, "the address from before is told");
    assert_eq!([EMAIL, "ada@example.com"].map(|email| server.login(email, PASSWORD).status), [400, 200]);
}

#[test]
fn nobody_learns_that_a_new_address_is_taken_but_its_owner() {
    let mut mailbox = Mailbox::open();
    let server = start(&mailbox, &[]);
    let access_token = server.token_of(EMAIL, PASSWORD);
    mailbox.next();
    server.register("grace@example.org", PASSWORD);
    mailbox.next();
    let (free, taken) =
        (change(&server, &access_token, "ada@example.com"), change(&server, &access_token, "grace@example.org"));
    assert_eq!(content(&free), content(&taken));
}

#[test]
fn an_address_is_either_registered_or_taken_over_never_both() {
    let mut mailbox = Mailbox::open();
    let server = start(&mailbox, &[]);
    let access_token = server.token_of(EMAIL, PASSWORD);
    mailbox.next();
    change(&server, &access_token, "new@example.com");
    let mails = [mailbox.next(), mailbox.next()];
    let token = mails.iter().find(|mail| mail.to() == "new@example.com").unwrap().token();
    let body = json!({ "token": token, "password": PASSWORD });
    let (changed, registered) = thread::scope(|scope| {
        let change = scope.spawn(|| verify(&server, &body).status);
        let register = scope.spawn(|| server.register("new@example.com", PASSWORD).status);
        (change.join().unwrap(), register.join().unwrap())
    });
    assert!([(200, 400), (400, 200)].contains(&(changed, registered)), "{changed} {registered}");
}

#[test]
fn a_mail_is_sent_again_until_the_server_takes_it_under_the_same_message_id() {
    let mut mailbox = Mailbox::with(&json!({ "replies": { "DATA": "451 busy" } }));
    let server = start(&mailbox, &[]);
    server.register(EMAIL, PASSWORD);
    let (first, second) = (mailbox.next(), mailbox.next());
    assert_eq!(first.header("Message-ID"), second.header("Message-ID"));
    let listed = server.test_dir.run_with(&["mail", "list"], &mailbox.settings()).succeeded();
    assert!(listed.contains("  pending  verify_email  1     ") && listed.ends_with("  451\n"), "{listed}");
    assert!(!listed.contains(EMAIL), "{listed}");
}

#[test]
fn a_mail_that_is_refused_is_given_up_until_an_operator_has_it_tried_again() {
    let mut mailbox = Mailbox::with(&json!({ "replies": { "DATA": "550 no" } }));
    let server = ServerProcess::with(&mailbox.settings());
    server.register(EMAIL, PASSWORD);
    let message_id = mailbox.next().header("Message-ID").to_owned();
    server.log().wait_for_message("A mail could not be sent and is given up");
    let run = |arguments: &[&str]| server.test_dir.run_with(arguments, &mailbox.settings());
    let listed = run(&["mail", "list"]).succeeded();
    let id = listed.lines().nth(1).unwrap().split(' ').next().unwrap().to_owned();
    assert!(listed.contains("  dead   verify_email  1     "), "{listed}");
    let objects: Value = serde_json::from_str(&run(&["mail", "list", "--json"]).succeeded()).unwrap();
    assert_eq!((&objects[0]["id"], &objects[0]["state"]), (&json!(id), &json!("dead")));
    assert!(message_id.contains(&id));
    run(&["mail", "retry", &id]).succeeded();
    assert_eq!(mailbox.next().header("Message-ID"), message_id);
}

#[rstest]
#[case::malformed("ore_mt_x")]
#[case::of_another_kind("ore_rt_5DbZ05lo0qI0F2AjByBFHdH7Dba0IqxbCQtRGHYS9Y92wOaTM")]
#[case::empty("")]
fn what_is_no_token_is_refused_alike(#[case] token: &str) {
    let server = Server::start();
    let answers = [reset(&server, token), verify(&server, &json!({ "token": token, "password": PASSWORD }))];
    assert_eq!(answers.map(|answer| reason(&answer)), [refused(400, "INVALID_TOKEN"), refused(400, "INVALID_TOKEN")]);
}

#[test]
fn a_refresh_token_and_an_access_token_are_no_tokens_of_mails() {
    let mut mailbox = Mailbox::open();
    let server = start(&mailbox, &[]);
    let session = server.register(EMAIL, PASSWORD);
    let mailed = mailbox.next().token();
    let refresh_token = session.json()["data"]["refresh_token"].as_str().unwrap().to_owned();
    let cut = mailed[..mailed.len() - 1].to_owned();
    let doubled = format!("{mailed}{mailed}");
    let mut flipped = mailed.clone();
    let last = if flipped.pop() == Some('0') { '1' } else { '0' };
    flipped.push(last);
    for token in [session.token(), refresh_token, cut, doubled, flipped] {
        assert_eq!(
            reason(&verify(&server, &json!({ "token": token, "password": PASSWORD }))),
            refused(400, "INVALID_TOKEN")
        );
    }
    assert_eq!(server.post("/api/v1/auth/refresh", &json!({ "refresh_token": mailed })).status, 401);
    assert_eq!(server.me(&mailed).status, 401);
}

#[test]
fn nobody_logs_in_before_the_address_is_verified_where_that_is_asked_for() {
    let mut mailbox = Mailbox::open();
    let server = start(&mailbox, &[("BACKEND_REQUIRE_VERIFIED_EMAIL", "true")]);
    let registered = server.register(EMAIL, PASSWORD);
    assert_eq!((registered.status, &registered.json()["data"]), (202, &json!({ "next": "verify_email" })));
    assert_eq!(reason(&server.login(EMAIL, PASSWORD)), refused(403, "EMAIL_NOT_VERIFIED"));
    assert_eq!(reason(&server.login(EMAIL, NEW_PASSWORD)), refused(400, "INVALID_CREDENTIALS"));
    let token = mailbox.next().token();
    assert_eq!(verify(&server, &json!({ "token": token, "password": PASSWORD })).status, 200);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn every_registration_is_answered_alike_where_that_is_asked_for() {
    let mut mailbox = Mailbox::open();
    let server = start(&mailbox, &[("BACKEND_ENUMERATION_SAFE_REGISTRATION", "true")]);
    let (new, again) = (server.register(EMAIL, PASSWORD), server.register(EMAIL, NEW_PASSWORD));
    assert_eq!((new.status, content(&new)), (202, content(&again)));
    let tokens = [mailbox.next().token(), mailbox.next().token()];
    let resets = tokens.map(|token| reset(&server, &token).status);
    assert!(resets == [200, 400] || resets == [400, 200], "{resets:?}");
    assert_eq!(server.login(EMAIL, NEW_PASSWORD).status, 200);
}

#[rstest]
#[case::closed(("BACKEND_REGISTRATION", "closed"))]
#[case::invitation(("BACKEND_REGISTRATION", "invite"))]
#[case::another_domain(("BACKEND_REGISTRATION_DOMAINS", "example.com"))]
fn who_may_not_register_is_told_so(#[case] setting: (&str, &str)) {
    let server = Server::with(&[setting]);
    assert_eq!(reason(&server.register(EMAIL, PASSWORD)), refused(403, "REGISTRATION_CLOSED"));
}

#[test]
fn a_profile_is_changed_in_parts() {
    let server = Server::start();
    let access_token = server.token_of(EMAIL, PASSWORD);
    let edit = |body: &Value| send(server.request("PATCH", "/api/v1/auth/me").bearer_auth(&access_token).json(body));
    let profile = |answer: &Answer| {
        let data = &answer.json()["data"];
        (data["display_name"].clone(), data["locale"].clone())
    };
    assert_eq!(profile(&edit(&json!({ "display_name": "Ada", "locale": "zh" }))), (json!("Ada"), json!("zh-CN")));
    assert_eq!(profile(&edit(&json!({ "locale": null }))), (json!("Ada"), Value::Null));
    assert_eq!(profile(&edit(&json!({}))), (json!("Ada"), Value::Null));
    assert_eq!(profile(&server.me(&access_token)), (json!("Ada"), Value::Null));
    for body in [
        json!({ "display_name": "a\nb" }),
        json!({ "display_name": "x".repeat(101) }),
        json!({ "display_name": 1 }),
        json!({ "locale": "fr" }),
    ] {
        assert_eq!(edit(&body).error(), (422, "VALIDATION_ERROR".to_owned()), "{body}");
    }
}

#[test]
fn a_token_that_is_used_again_is_told_to_its_user_by_mail() {
    let mut mailbox = Mailbox::open();
    let server = start(&mailbox, &[]);
    let first = server.register(EMAIL, PASSWORD);
    mailbox.next();
    let refresh = |answer: &Answer| {
        server.post("/api/v1/auth/refresh", &json!({ "refresh_token": answer.json()["data"]["refresh_token"] }))
    };
    refresh(&refresh(&first));
    assert_eq!(refresh(&first).status, 401);
    assert_eq!(mailbox.next().to(), EMAIL);
}

#[test]
fn a_database_of_another_key_stops_the_start() {
    const KEYS: [&str; 2] =
        ["ZjNiMWM5ZDA3ZTVhNDhkMmI2YTRlOGYwOWMxZDczNTI=", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="];
    let server = ServerProcess::with(&[("BACKEND_KEY_ENCRYPTION_KEY", KEYS[0])]);
    let test_dir = server.test_dir.clone();
    server.stop();
    let failed = test_dir.run_with(&["serve"], &[("BACKEND_KEY_ENCRYPTION_KEY", KEYS[1])]);
    assert_eq!(failed.code, Some(1));
    assert!(failed.stderr.contains("is not the key that this database was"), "{}", failed.stderr);
    let both = [("BACKEND_KEY_ENCRYPTION_KEY", KEYS[1]), ("BACKEND_PREVIOUS_KEY_ENCRYPTION_KEYS", KEYS[0])];
    test_dir.serve(&both).stop();
    test_dir.serve(&both[..1]).stop();
}
