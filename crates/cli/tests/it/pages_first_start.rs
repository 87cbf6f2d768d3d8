//! The page that makes the first account, on the machine of a developer.

use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, DEBUG, EMAIL, PASSWORD, Server, send};

const PAGE: &str = "/account/first-admin";

fn make(browser: &Browser, email: &str) -> Answer {
    browser.submit(PAGE, PAGE, &[("email", email), ("password", PASSWORD)])
}

fn users(server: &Server) -> Value {
    serde_json::from_str(&server.test_dir.run(&["user", "list", "--json"]).succeeded()).unwrap()
}

#[test]
fn the_first_one_at_the_machine_makes_the_admin() {
    let server = Server::with_debug();
    let browser = Browser::new(server.client());
    let root = browser.get("/");
    assert_eq!((root.status, root.header("location")), (303, Some(PAGE)));
    let short = browser.submit(PAGE, PAGE, &[("email", EMAIL), ("password", "short")]);
    assert!(short.status == 422 && short.text().contains(r#"id="password-wrong""#), "{}", short.text());
    let made = make(&browser, EMAIL);
    assert_eq!((made.status, made.header("location")), (303, Some("/")), "{}", made.text());
    let root = browser.get("/").text();
    let call = format!("curl -s http://127.0.0.1:{}/api/v1/auth/me -H", server.port);
    assert!(root.contains(&call) && root.contains(EMAIL) && root.contains(r#"href="/docs""#), "{root}");
    assert!(root.contains(r#"<a href="/admin">"#), "{root}");
    let user = &users(&server)[0];
    assert_eq!((&user["roles"], &user["email_verified"]), (&json!(["admin"]), &json!(true)));
    assert_eq!(browser.get("/account").status, 200, "the admin is signed in");
    assert_eq!(browser.get(PAGE).status, 404);
    let again = [("email".to_owned(), "eve@example.org".to_owned()), ("password".to_owned(), PASSWORD.to_owned())];
    assert_eq!(browser.post(PAGE, &again).status, 404);
    let audit = server.test_dir.run(&["audit", "list", "--action", "user.create", "--json"]).succeeded();
    assert!(audit.contains("success"), "{audit}");
}

#[test]
fn of_many_browsers_at_once_one_makes_an_admin() {
    let server = Server::with_debug();
    let form = |number: usize| {
        vec![("email".to_owned(), format!("admin{number}@example.org")), ("password".to_owned(), PASSWORD.to_owned())]
    };
    let browsers: Vec<_> = (0..6).map(|number| (Browser::new(server.client()), form(number))).collect();
    let sent = |(browser, form): (Browser, Vec<_>)| move || browser.post(PAGE, &form).status;
    let calls: Vec<_> = browsers.into_iter().map(sent).map(thread::spawn).collect();
    let mut statuses: Vec<_> = calls.into_iter().map(|call| call.join().unwrap()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404, 404, 404, 404, 404]);
    assert_eq!(users(&server).as_array().unwrap().len(), 1);
}

#[rstest]
#[case::not_debugged(&[("BACKEND_DEBUG", "false")], &[])]
#[case::staging(&[("BACKEND_ENVIRONMENT", "staging"), ("BACKEND_DEBUG", "true")], &[])]
#[case::another_name(&[], &[("Host", "evil.example")])]
#[case::a_proxy_on_the_machine(&[], &[("X-Forwarded-For", "192.0.2.7")])]
#[case::another_machine(&[("BACKEND_TRUSTED_PROXIES", "127.0.0.1/32")], &[("X-Forwarded-For", "192.0.2.7")])]
fn nobody_else_makes_an_admin(#[case] settings: &[(&str, &str)], #[case] headers: &[(&str, &str)]) {
    let server = Server::with(&[&[DEBUG], settings].concat());
    let call = |method, path| {
        let request = server.request(method, path).header("Sec-Fetch-Site", "same-origin");
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    assert_ne!(send(call("GET", "/")).header("location"), Some(PAGE));
    assert_eq!(send(call("GET", PAGE)).status, 404);
    let form = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
    let form = call("POST", PAGE).header("Content-Type", "application/x-www-form-urlencoded").body(form);
    assert_eq!(send(form).status, 404);
    assert_eq!(users(&server), json!([]));
}
