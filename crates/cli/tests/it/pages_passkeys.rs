//! Passkeys on the pages, with a software authenticator in the place of the script of the page.

use serde_json::Value;

use crate::support::{Answer, Authenticator, Browser, EMAIL, PASSWORD, Server, hidden_fields};

const HERE: &str = "http://localhost:8000";
const PAGE: &str = "/account/second-factors";
const PASSKEYS: &str = "/account/second-factors/passkeys";

type Fields = Vec<(String, String)>;

#[track_caller]
fn assert_leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(path)), "{}", answer.text());
}

/// What the script of a form fills in.
fn filled_in(credential: &Value, options: &Value) -> Fields {
    let ceremony = options["ceremony"].as_str().unwrap();
    vec![("credential".to_owned(), credential.to_string()), ("ceremony".to_owned(), ceremony.to_owned())]
}

fn with(mut fields: Fields, more: &[(&str, &str)]) -> Fields {
    fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    fields
}

fn register(browser: &Browser, authenticator: &mut Authenticator, origin: &str, name: &str) -> Answer {
    let token = browser.form_token();
    let options = browser.post(&format!("{PASSKEYS}/options"), &[("form".to_owned(), token.clone())]);
    assert_eq!(options.status, 200, "{}", options.text());
    let credential = authenticator.make(origin, &options.json()["publicKey"]).unwrap();
    let fields = filled_in(&credential, &options.json());
    browser.post(PASSKEYS, &with(fields, &[("form", &token), ("name", name), ("return_to", "/account/sessions")]))
}

/// What is shown of a passkey on a page of this origin.
fn shown(browser: &Browser, authenticator: &mut Authenticator, origin: &str) -> Fields {
    let options = browser.post("/account/passkey-options", &[]);
    assert_eq!(options.status, 200, "{}", options.text());
    filled_in(&authenticator.show(origin, &options.json()["publicKey"]), &options.json())
}

fn with_passkey() -> (Server, Browser, Authenticator) {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let (browser, mut authenticator) = (Browser::new(server.client()), Authenticator::counting());
    browser.log_in(EMAIL, PASSWORD);
    let registered = register(&browser, &mut authenticator, HERE, "");
    assert_eq!(registered.status, 200, "{}", registered.text());
    (server, browser, authenticator)
}

#[test]
fn a_passkey_is_added_on_a_page_and_logs_in_without_an_address() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let (browser, mut authenticator) = (Browser::new(server.client()), Authenticator::counting());
    browser.log_in(EMAIL, PASSWORD);
    let registered = register(&browser, &mut authenticator, HERE, "Blue key");
    let page = registered.text();
    assert_eq!((registered.status, page.matches("<li><code>").count()), (200, 10), "{page}");
    assert!(page.contains(r#"<a href="/account/sessions">"#), "{page}");
    assert!(browser.get(PAGE).text().contains("<strong>Blue key</strong>"));
    browser.submit("/account", "/account/logout", &[]);

    let elsewhere = shown(&browser, &mut authenticator, "https://evil.example");
    let refused = browser.post("/account/login/passkey", &elsewhere);
    assert_eq!((refused.status, browser.get("/account").status), (400, 303));
    assert!(refused.text().contains(r#"role="alert""#), "{}", refused.text());
    let proof = with(shown(&browser, &mut authenticator, HERE), &[("return_to", "/account/sessions")]);
    assert_leads_to(&browser.post("/account/login/passkey", &proof), "/account/sessions");
    assert_eq!(browser.get("/account/sessions").status, 200);
    let replayed = Browser::new(server.client()).post("/account/login/passkey", &proof);
    assert_eq!(replayed.status, 400, "{}", replayed.text());
}

#[test]
fn a_passkey_of_another_origin_is_not_kept() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let browser = Browser::new(server.client());
    browser.log_in(EMAIL, PASSWORD);
    let refused = register(&browser, &mut Authenticator::new(), "https://evil.example", "");
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(!browser.get(PAGE).text().contains(r#"class="cards""#), "{}", browser.get(PAGE).text());
}

#[test]
fn a_passkey_is_shown_after_the_password() {
    let (server, _, mut authenticator) = with_passkey();
    let browser = Browser::new(server.client());
    let asked = browser.submit("/account/login", "/account/login", &[("email", EMAIL), ("password", PASSWORD)]).text();
    assert!(!asked.contains(r#"name="code""#), "there is no app: {asked}");
    let action = "/account/second-factor/passkey";
    let mut pending = hidden_fields(&asked, action);
    pending.retain(|(_, value)| !value.is_empty());
    let wrong = [pending.clone(), shown(&browser, &mut authenticator, "https://evil.example")].concat();
    let refused = browser.post(action, &wrong);
    assert!(refused.status == 400 && refused.text().contains(action), "{}", refused.text());
    let right = [pending, shown(&browser, &mut authenticator, HERE)].concat();
    assert_leads_to(&browser.post(action, &right), "/account");
}

#[test]
fn a_passkey_shows_once_more_who_somebody_is() {
    let (_server, browser, mut authenticator) = with_passkey();
    let page = browser.get("/account/reauthenticate?return_to=/account/export").text();
    assert!(!page.contains(r#"name="password""#), "the password alone is of no use: {page}");
    let more = [("form", &*browser.form_token()), ("return_to", "/account/export")];
    let proof = with(shown(&browser, &mut authenticator, HERE), &more);
    let before = browser.cookie("__Host-ore_session");
    assert_leads_to(&browser.post("/account/reauthenticate/passkey", &proof), "/account/export");
    assert_ne!(browser.cookie("__Host-ore_session"), before);
    let mut stranger = Authenticator::new();
    stranger.make(
        HERE,
        &browser.post(&format!("{PASSKEYS}/options"), &[("form".to_owned(), browser.form_token())]).json()["publicKey"],
    );
    let proof = with(shown(&browser, &mut stranger, HERE), &more);
    assert_eq!(browser.post("/account/reauthenticate/passkey", &proof).status, 400);
}

#[test]
fn a_passkey_gets_another_name_and_is_deleted() {
    let (server, before, mut authenticator) = with_passkey();
    // The session in which the first factor was added has not shown it.
    let path = before.get(PAGE).text();
    let path = path.split(r#"href="/account/second-factors/passkeys/"#).nth(1).unwrap().split('"').next().unwrap();
    let path = format!("{PASSKEYS}/{path}");
    let refused = before.submit(&path, &path, &[("name", "mine")]);
    assert_leads_to(&refused, &format!("/account/reauthenticate?return_to={PAGE}"));
    let browser = Browser::new(server.client());
    assert_leads_to(&browser.post("/account/login/passkey", &shown(&browser, &mut authenticator, HERE)), "/account");
    let page = browser.get(PAGE).text();
    assert!(page.contains("<strong>Firefox, Linux</strong>"), "{page}");
    let named = browser.submit(&path, &path, &[("name", "<b>mine</b>")]);
    assert_leads_to(&named, "/account/second-factors?done=profile-saved");
    let page = browser.get(PAGE).text();
    assert!(page.contains("&lt;b&gt;mine&lt;/b&gt;") && !page.contains("<b>"), "{page}");
    let empty = browser.submit(&path, &path, &[("name", "")]);
    assert!(empty.status == 422 && empty.text().contains(r#"id="name-wrong""#), "{}", empty.text());
    server.token_of("eve@example.org", PASSWORD);
    let eve = Browser::new(server.client());
    eve.log_in("eve@example.org", PASSWORD);
    assert_eq!(eve.get(&path).status, 404);
    let deletion = with(Vec::new(), &[("form", &eve.form_token())]);
    assert_leads_to(&eve.post(&format!("{path}/delete"), &deletion), "/account/second-factors?done=factor-removed");
    assert_eq!(browser.get(&path).status, 200, "it is not hers");
    let deleted = browser.submit(&path, &format!("{path}/delete"), &[]);
    assert_leads_to(&deleted, "/account/second-factors?done=factor-removed");
    let proof = shown(&browser, &mut authenticator, HERE);
    assert_eq!(browser.post("/account/login/passkey", &proof).status, 400);
}

#[test]
fn where_nobody_knows_the_site_there_are_no_passkeys() {
    let server = Server::with(&[("BACKEND_PUBLIC_URL", "http://127.0.0.1:8000")]);
    server.token_of(EMAIL, PASSWORD);
    let browser = Browser::new(server.client());
    assert!(!browser.get("/account/login").text().contains("data-passkey"));
    assert_eq!(browser.post("/account/passkey-options", &[]).status, 403);
    browser.log_in(EMAIL, PASSWORD);
    let page = browser.get(PAGE);
    assert!(page.status == 200 && !page.text().contains("data-passkey"), "{}", page.text());
}

#[test]
fn passkeys_that_were_switched_off_are_not_asked_for() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let browser = Browser::new(server.client());
    browser.log_in(EMAIL, PASSWORD);
    let made = register(&browser, &mut Authenticator::new(), HERE, "").text();
    let code = regex::Regex::new("<li><code>([^<]+)</code>").unwrap().captures(&made).unwrap()[1].to_owned();
    let test_dir = server.test_dir.clone();
    drop(server);
    // An address is no name of a host, which passkeys are for.
    let server = test_dir.serve(&[("BACKEND_PUBLIC_URL", "http://127.0.0.1:8000")]);
    let browser = Browser::new(server.client());
    let asked = browser.submit("/account/login", "/account/login", &[("email", EMAIL), ("password", PASSWORD)]);
    let page = asked.text();
    assert!(page.contains(r#"name="recovery_code""#) && !page.contains("data-passkey"), "{page}");
    let mut fields = hidden_fields(&page, "/account/second-factor");
    fields.push(("recovery_code".to_owned(), code));
    assert_leads_to(&browser.post("/account/second-factor", &fields), "/account");
    let page = browser.get("/account/reauthenticate").text();
    assert!(page.contains("Not available here") && !page.contains("data-passkey"), "{page}");
}
