//! A log-in that needs more than the password, and what asks for it again, on the pages.

use crate::support::{Answer, Browser, EMAIL, Enrolled, PASSWORD, Server, hidden_fields};

const ACTION: &str = "/account/second-factor";

fn with_enrolled() -> (Server, Browser, Enrolled) {
    let server = Server::start();
    let enrolled = Enrolled::new(&server, EMAIL, &server.token_of(EMAIL, PASSWORD));
    let browser = Browser::new(server.client());
    (server, browser, enrolled)
}

/// Gives the password, and then these fields to the form that follows.
fn log_in_with(browser: &Browser, more: &[(&str, &str)]) -> Answer {
    let login = [("email", EMAIL), ("password", PASSWORD)];
    let asked = browser.submit("/account/login?return_to=/account/sessions", "/account/login", &login);
    assert_eq!(asked.status, 200, "{}", asked.text());
    let mut fields = hidden_fields(&asked.text(), ACTION);
    fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    browser.post(ACTION, &fields)
}

#[test]
fn the_code_of_the_app_follows_the_password() {
    let (_server, browser, ada) = with_enrolled();
    let answer = log_in_with(&browser, &[("code", "000000"), ("recovery_code", "")]);
    assert_eq!((answer.status, browser.get("/account").status), (400, 303), "{}", answer.text());
    let mut again = hidden_fields(&answer.text(), ACTION);
    again.push(("code".to_owned(), ada.next_code()));
    let answer = browser.post(ACTION, &again);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/account/sessions")), "{}", answer.text());
    assert_eq!(browser.get("/account").status, 200);
    let used = browser.post(ACTION, &again);
    assert_eq!(used.status, 400);
    assert!(used.text().contains(r#"action="/account/login""#), "{}", used.text());
}

#[test]
fn a_device_that_is_remembered_is_not_asked_again() {
    let (_server, browser, ada) = with_enrolled();
    let answer =
        log_in_with(&browser, &[("code", ""), ("recovery_code", &ada.recovery_codes[0]), ("remember_device", "yes")]);
    assert_eq!(answer.status, 303, "{}", answer.text());
    browser.submit("/account", "/account/logout", &[]);
    browser.log_in(EMAIL, PASSWORD);
    // It has shown the password alone.
    for page in ["/account/password", "/account/email", "/account/delete"] {
        let leads = format!("/account/reauthenticate?return_to={page}");
        assert_eq!(browser.get(page).header("location"), Some(leads.as_str()), "{page}");
    }
}

#[test]
fn the_password_alone_is_not_enough_to_authenticate_again() {
    let (server, browser, ada) = with_enrolled();
    assert_eq!(log_in_with(&browser, &[("recovery_code", &ada.recovery_codes[0])]).status, 303);
    let page = "/account/reauthenticate?return_to=/account/export";
    let answer = browser.submit(page, "/account/reauthenticate", &[("password", PASSWORD), ("code", "")]);
    assert_eq!(answer.status, 400, "{}", answer.text());
    let both = [("password", PASSWORD), ("code", &*ada.next_code())];
    let answer = browser.submit(page, "/account/reauthenticate", &both);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/account/export")), "{}", answer.text());
    drop(server);
}
