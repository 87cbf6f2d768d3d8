//! What people do with their account on the pages.

use std::time::Duration;

use serde_json::json;

use crate::support::{Answer, Browser, EMAIL, PASSWORD, Server, eventually, send};

const NEW_PASSWORD: &str = "another horse battery";

fn signed_in(settings: &[(&str, &str)]) -> (Server, Browser) {
    let server = Server::with(settings);
    server.token_of(EMAIL, PASSWORD);
    let browser = Browser::new(server.client());
    browser.log_in(EMAIL, PASSWORD);
    (server, browser)
}

#[track_caller]
fn assert_leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(path)), "{}", answer.text());
}

#[test]
fn a_session_of_another_device_is_ended_and_then_all_of_them() {
    let (server, browser) = signed_in(&[]);
    let other = Browser::new(server.client()).saying("User-Agent", "curl/8.5.0");
    other.log_in(EMAIL, PASSWORD);
    let page = other.get("/account/sessions").text();
    assert!(page.contains("Firefox, Linux") && page.contains("curl"), "{page}");
    // The last used comes first, which is the one that looks.
    let own = page.split(r#"name="id" value=""#).nth(1).unwrap().split('"').next().unwrap();
    let ended = browser.submit("/account/sessions", "/account/sessions/end", &[]);
    assert_eq!(ended.status, 303);
    let token = page.split(r#"name="form" value=""#).nth(1).unwrap().split('"').next().unwrap();
    let form = [("form".to_owned(), token.to_owned()), ("id".to_owned(), own.to_owned())];
    if other.get("/account").status == 200 {
        assert_leads_to(&other.post("/account/sessions/end", &form), "/account/login?done=logged-out");
    }
    let third = Browser::new(server.client());
    third.log_in(EMAIL, PASSWORD);
    let fourth = Browser::new(server.client());
    fourth.log_in(EMAIL, PASSWORD);
    let kept = fourth.submit("/account/sessions", "/account/sessions/end-all", &[("keep_current", "true")]);
    assert_leads_to(&kept, "/account/sessions?done=session-ended");
    assert_eq!((third.get("/account").status, fourth.get("/account").status), (303, 200));
    let all = fourth.submit("/account/sessions", "/account/sessions/end-all", &[]);
    assert_leads_to(&all, "/account/login?done=logged-out");
    assert_eq!(fourth.get("/account").status, 303);
}

#[test]
fn the_password_is_changed_with_the_present_one() {
    let (server, browser) = signed_in(&[]);
    let change = |current: &str| {
        let fields = [("current_password", current), ("new_password", NEW_PASSWORD), ("end_other_sessions", "true")];
        browser.submit("/account/password", "/account/password", &fields)
    };
    assert_eq!(change("wrong horse battery").status, 400);
    let other = Browser::new(server.client());
    other.log_in(EMAIL, PASSWORD);
    let copied = browser.cookie("__Host-ore_session");
    assert_leads_to(&change(PASSWORD), "/account?done=password-changed");
    assert_ne!(browser.cookie("__Host-ore_session"), copied, "whoever has a copy of the cookie does not go on with it");
    assert_eq!((browser.get("/account").status, other.get("/account").status), (200, 303));
    other.log_in(EMAIL, NEW_PASSWORD);
}

#[test]
fn an_api_key_is_made_shown_once_and_deleted() {
    let (server, browser) = signed_in(&[]);
    let fields = [("name", "Nightly report"), ("expires_in_days", "30")];
    let made = browser.submit("/account/api-keys", "/account/api-keys", &fields);
    assert_eq!(made.status, 200, "{}", made.text());
    let page = made.text();
    let key = regex::Regex::new("ore_ak_[0-9A-Za-z]{49}").unwrap().find(&page).unwrap().as_str();
    assert_eq!(server.me(key).status, 200);
    let list = browser.get("/account/api-keys").text();
    assert!(list.contains("Nightly report") && !list.contains(key), "{list}");
    let deleted = browser.submit("/account/api-keys", "/account/api-keys/delete", &[]);
    assert_leads_to(&deleted, "/account/api-keys?done=key-deleted");
    assert_eq!(server.me(key).status, 401);
}

#[test]
fn what_cannot_be_undone_asks_for_the_password_once_more() {
    let (_server, browser) = signed_in(&[("BACKEND_REAUTH_SECONDS", "5")]);
    eventually(Duration::from_secs(30), || browser.get("/account/delete").status, 303);
    assert_leads_to(&browser.get("/account/delete"), "/account/reauthenticate?return_to=/account/delete");
    let page = browser.get("/account").text();
    let token = page.split(r#"name="form" value=""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = [("form".to_owned(), token), ("confirmed".to_owned(), "true".to_owned())];
    for path in ["/account/delete", "/account/export", "/account/api-keys"] {
        assert_leads_to(&browser.post(path, &form), &format!("/account/reauthenticate?return_to={path}"));
    }
    let before = browser.cookie("__Host-ore_session").unwrap();
    let again = |password: &str| {
        let page = "/account/reauthenticate?return_to=/account/export";
        browser.submit(page, "/account/reauthenticate", &[("password", password)])
    };
    assert_eq!(again("wrong horse battery").status, 400);
    assert_leads_to(&again(PASSWORD), "/account/export");
    // The session goes on with another token.
    assert_ne!(browser.cookie("__Host-ore_session").unwrap(), before);
    assert_eq!(browser.get("/account/export").status, 200);
}

#[test]
fn the_data_are_exported_and_the_account_is_deleted() {
    let (server, browser) = signed_in(&[]);
    let export = browser.submit("/account/export", "/account/export", &[]);
    assert_eq!(export.header("content-disposition"), Some("attachment; filename=\"account.json\""));
    assert_eq!(export.json()["user"]["email"], json!(EMAIL));
    assert!(export.text().contains("user.export"), "{}", export.text());
    assert_eq!(browser.submit("/account/delete", "/account/delete", &[]).status, 422);
    let deleted = browser.submit("/account/delete", "/account/delete", &[("confirmed", "true")]);
    assert_leads_to(&deleted, "/account/login?done=deleted");
    assert_eq!(browser.cookie("__Host-ore_session"), None);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 400);
}

#[test]
fn what_was_done_is_listed_for_its_user_alone() {
    let (server, browser) = signed_in(&[]);
    let page = browser.get("/account/activity").text();
    assert!(page.contains("Registration") && page.contains("Log-in"), "{page}");
    server.login(EMAIL, "wrong horse battery");
    let page = browser.get("/account/activity").text();
    assert!(page.contains("refused"), "{page}");
    server.token_of("grace@example.org", PASSWORD);
    let other = Browser::new(server.client());
    other.log_in("grace@example.org", PASSWORD);
    assert!(!other.get("/account/activity").text().contains("refused"));
}

#[test]
fn what_was_done_longer_ago_is_on_further_pages() {
    let (_server, browser) = signed_in(&[]);
    for number in 0..60 {
        let fields = [("display_name", &*number.to_string()), ("locale", "")];
        assert_eq!(browser.submit("/account/profile", "/account/profile", &fields).status, 303);
    }
    let newest = browser.get("/account/activity").text();
    assert!(newest.matches("<li>").count() == 50 && newest.contains("just now"), "{newest}");
    let older = regex::Regex::new(r#"<a href="(/account/activity\?before=[A-Za-z0-9_-]+)" rel="next">"#).unwrap();
    let path = older.captures(&newest).unwrap_or_else(|| panic!("{newest}"))[1].to_owned();
    let rest = browser.get(&path).text();
    assert!(rest.contains("Registration") && !rest.contains(r#"rel="next""#), "{rest}");
    assert!(rest.contains(r#"<a href="/account/activity">"#), "{rest}");
    for place in ["", "1", "AAAA"] {
        let page = browser.get(&format!("/account/activity?before={place}")).text();
        assert_eq!(page.matches("<li>").count(), 50, "a place that is none leads to the newest");
    }
}

#[test]
fn a_disabled_user_is_out_at_once() {
    let (server, browser) = signed_in(&[]);
    server.deactivate(EMAIL);
    assert_leads_to(&browser.get("/account"), "/account/login?return_to=/account");
}

#[test]
fn the_token_of_the_cookie_is_looked_up_and_for_pages_alone() {
    let (server, browser) = signed_in(&[]);
    let token = browser.cookie("__Host-ore_session").unwrap();
    for _ in 0..3 {
        assert_eq!(browser.get("/account").status, 200);
    }
    assert_eq!(browser.cookie("__Host-ore_session"), Some(token.clone()));
    let exchanged = server.post("/api/v1/auth/refresh", &json!({ "refresh_token": token }));
    let form = format!("grant_type=refresh_token&refresh_token={token}");
    let of_oauth = server.request("POST", "/oauth/token").header("Content-Type", "application/x-www-form-urlencoded");
    let of_oauth = send(of_oauth.body(form));
    assert_eq!((exchanged.status, of_oauth.status), (401, 400), "{}", of_oauth.text());
    assert_eq!(browser.get("/account").status, 200, "nothing has happened to the session");
    // Nor does the token of another client open a page.
    let session = server.login(EMAIL, PASSWORD).json()["data"].clone();
    for token in ["refresh_token", "access_token", "device_token"] {
        browser.set_cookie("__Host-ore_session", session[token].as_str().unwrap_or("none"));
        assert_leads_to(&browser.get("/account"), "/account/login?return_to=/account");
    }
}
