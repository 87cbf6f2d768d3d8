//! The authenticator app and the recovery codes of a user, on the pages.

use ore_security::totp::TotpSecret;
use regex::Regex;

use crate::support::{Answer, Browser, EMAIL, Enrolled, PASSWORD, Server, hidden_fields, with_admin};

const PAGE: &str = "/account/second-factors";
const ENROL: &str = "/account/second-factors/totp";
const CONFIRM: &str = "/account/second-factors/totp/confirm";
const CODES: &str = "/account/second-factors/recovery-codes";

#[track_caller]
fn assert_leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(path)), "{}", answer.text());
}

/// The secret that a page shows to be typed.
fn secret_on(page: &str) -> String {
    let field = Regex::new(r#"<input id="secret" readonly value="([A-Z2-7]+)""#).unwrap();
    field.captures(page).unwrap_or_else(|| panic!("{page}"))[1].to_owned()
}

fn codes_on(page: &str) -> Vec<String> {
    let code = Regex::new("<li><code>([0-9A-Z-]+)</code></li>").unwrap();
    code.captures_iter(page).map(|found| found[1].to_owned()).collect()
}

fn confirm(browser: &Browser, page: &str, code: &str) -> Answer {
    let mut fields = hidden_fields(page, CONFIRM);
    fields.push(("code".to_owned(), code.to_owned()));
    browser.post(CONFIRM, &fields)
}

/// Adds an app as somebody does who came from a page, and returns what the last page says.
fn enrol(browser: &Browser, page: &str) -> (TotpSecret, String) {
    let offered = browser.submit(page, ENROL, &[]);
    assert_eq!(offered.status, 200, "{}", offered.text());
    let secret = TotpSecret::from_base32(&secret_on(&offered.text())).unwrap();
    let confirmed = confirm(browser, &offered.text(), &Enrolled::code(&secret));
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    (secret, confirmed.text())
}

fn signed_in(server: &Server) -> Browser {
    server.token_of(EMAIL, PASSWORD);
    let browser = Browser::new(server.client());
    browser.log_in(EMAIL, PASSWORD);
    browser
}

fn log_in_with(browser: &Browser, code: &str) -> Answer {
    let login = [("email", EMAIL), ("password", PASSWORD)];
    let asked = browser.submit("/account/login", "/account/login", &login);
    let mut fields = hidden_fields(&asked.text(), "/account/second-factor");
    fields.push(("code".to_owned(), code.to_owned()));
    browser.post("/account/second-factor", &fields)
}

#[test]
fn an_app_is_added_with_a_picture_or_by_typing_and_asked_for_at_the_next_log_in() {
    let server = Server::start();
    let browser = signed_in(&server);
    assert!(!browser.get(PAGE).text().contains(CODES), "there are no codes without a factor");
    let offered = browser.submit(PAGE, ENROL, &[]);
    let page = offered.text();
    assert_eq!(offered.header("cache-control"), Some("no-store"));
    assert!(
        page.contains(r#"role="img"#) && page.contains("<svg") && page.contains("href=\"otpauth://totp/"),
        "{page}"
    );
    let secret = secret_on(&page);
    for wrong in ["000000", "12345"] {
        let refused = confirm(&browser, &page, wrong);
        assert!(matches!(refused.status, 400 | 422), "{}", refused.text());
        assert_eq!(secret_on(&refused.text()), secret, "the same secret goes on to be offered");
    }
    assert!(!browser.get(PAGE).text().contains(&secret), "the secret is in answers to those who asked alone");
    let secret = TotpSecret::from_base32(&secret).unwrap();
    let shown = confirm(&browser, &page, &Enrolled::code(&secret)).text();
    let codes = codes_on(&shown);
    assert!(codes.len() == 10 && shown.contains(r#"data-copy="codes""#), "{shown}");
    let overview = browser.get(PAGE).text();
    assert!(overview.contains("<strong>10</strong>") && !overview.contains(&codes[0]), "{overview}");
    browser.submit("/account", "/account/logout", &[]);
    let ada = Enrolled { email: EMAIL.to_owned(), secret, recovery_codes: codes, token: String::new() };
    assert_leads_to(&log_in_with(&browser, &ada.next_code()), "/account");
}

#[test]
fn codes_are_made_anew_and_the_app_is_removed() {
    let server = Server::start();
    let browser = signed_in(&server);
    let (_, first) = enrol(&browser, PAGE);
    let renewed = browser.submit(PAGE, CODES, &[]);
    let (first, second) = (codes_on(&first), codes_on(&renewed.text()));
    assert!(second.len() == 10 && first != second, "{}", renewed.text());
    let removed = browser.submit(PAGE, "/account/second-factors/totp/remove", &[]);
    assert_leads_to(&removed, "/account/second-factors?done=factor-removed");
    assert!(browser.get("/account/second-factors?done=factor-removed").text().contains("was removed"));
    let activity = browser.get("/account/activity").text();
    assert!(activity.contains("Authenticator app added") && activity.contains("Recovery codes made"), "{activity}");
    let again = Browser::new(server.client());
    again.log_in(EMAIL, PASSWORD);
}

#[test]
fn who_must_have_a_second_factor_is_led_to_where_to_get_one_and_back() {
    let (server, _) = with_admin(&[("BACKEND_REQUIRE_MFA", "admin")]);
    let browser = Browser::new(server.client());
    browser.log_in("admin@example.org", PASSWORD);
    for path in ["/account", "/account/sessions", "/account/export"] {
        assert_leads_to(&browser.get(path), &format!("{PAGE}?return_to={path}"));
    }
    for path in ["/account/forgot", "/account/reset", "/account/verify"] {
        assert_eq!(browser.get(path).status, 200, "{path}");
    }
    let form = [("form".to_owned(), browser.form_token())];
    for path in ["/account/profile", "/account/sessions/end-all", CODES, "/account/second-factors/totp/remove"] {
        assert!(browser.post(path, &form).header("location").unwrap().starts_with(PAGE), "{path}");
    }
    let page = format!("{PAGE}?return_to=/account/sessions");
    let text = browser.get(&page).text();
    assert!(text.contains("You must add a second factor") && text.contains("/account/logout"), "{text}");
    let (_, shown) = enrol(&browser, &page);
    assert!(shown.contains(r#"<a href="/account/sessions">"#), "{shown}");
    assert_eq!(browser.get("/account/sessions").status, 200);
    let refused = browser.submit(PAGE, "/account/second-factors/totp/remove", &[]);
    assert_eq!(refused.status, 400, "{}", refused.text());
}

#[test]
fn who_must_have_a_second_factor_may_log_out_instead() {
    let (server, _) = with_admin(&[("BACKEND_REQUIRE_MFA", "admin")]);
    let browser = Browser::new(server.client());
    browser.log_in("admin@example.org", PASSWORD);
    assert_leads_to(&browser.submit(PAGE, "/account/logout", &[]), "/account/login?done=logged-out");
}

#[test]
fn a_secret_counts_in_the_session_alone_that_asked_for_it() {
    let server = Server::start();
    let (browser, other) = (signed_in(&server), Browser::new(server.client()));
    other.log_in(EMAIL, PASSWORD);
    let offered = browser.submit(PAGE, ENROL, &[]).text();
    let secret = TotpSecret::from_base32(&secret_on(&offered)).unwrap();
    let fields = [("form".to_owned(), other.form_token()), ("code".to_owned(), Enrolled::code(&secret))];
    let refused = other.post(CONFIRM, &fields);
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(!refused.text().contains(&secret_on(&offered)));
}
