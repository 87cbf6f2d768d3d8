//! Somebody acts as another user on the pages.

use crate::support::{Answer, Browser, EMAIL, PASSWORD, Server, admin_browser, hidden_fields};

const SESSION: &str = "__Host-ore_session";
const REASON: (&str, &str) = ("reason", "Ticket 4711");
const END: &str = "/account/impersonation/end";

#[track_caller]
fn assert_leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(path)), "{}", answer.text());
}

/// An admin who acts as user 2.
fn acting() -> (Server, Browser) {
    let (server, admin) = admin_browser(&[("BACKEND_MAIL_DIR", "mail")]);
    server.token_of(EMAIL, PASSWORD);
    let path = "/admin/users/2/impersonate";
    assert_leads_to(&admin.submit(path, path, &[REASON]), "/account");
    (server, admin)
}

fn is_acting(browser: &Browser) -> bool {
    browser.get("/account").text().contains(r#"class="acting""#)
}

#[test]
fn an_admin_acts_as_a_user_and_goes_back() {
    let (server, admin) = acting();
    let cookie = admin.cookie(SESSION);
    let page = admin.get("/account").text();
    assert!(
        page.contains(r#"class="acting""#) && page.contains(EMAIL) && !page.contains("admin@example.org"),
        "{page}"
    );
    assert!(!page.contains(r#"action="/account/logout""#) && !page.contains(r#"href="/admin""#), "{page}");
    // A page of an error has the banner too.
    assert!(admin.get("/admin").text().contains(r#"class="acting""#));
    let saved = admin.submit("/account/profile", "/account/profile", &[("display_name", "Ada"), ("locale", "")]);
    assert_leads_to(&saved, "/account/profile?done=profile-saved");
    assert_leads_to(&admin.submit("/account", END, &[]), "/admin/users/2?done=acting-ended");
    assert!(!is_acting(&admin) && admin.get("/account").text().contains("admin@example.org"));
    assert_eq!(admin.cookie(SESSION), cookie);
    let listed = server.test_dir.run(&["audit", "list", "--action", "user.impersonate", "--json"]).succeeded();
    assert!(listed.contains("Ticket 4711"), "{listed}");
    let listed = server.test_dir.run(&["audit", "list", "--action", "user.update", "--json"]).succeeded();
    assert!(
        listed.contains(r#""actor": {"#) || listed.contains("user:1") || listed.contains(r#""id":"1""#),
        "{listed}"
    );
}

#[test]
fn whoever_acts_is_refused_what_a_call_would_refuse() {
    let (_server, admin) = acting();
    for path in ["/admin", "/admin/users", "/admin/users/new", "/admin/users/2", "/account/delete", "/account/export"] {
        assert_eq!(admin.get(path).status, 403, "{path}");
    }
    let password = [("current_password", PASSWORD), ("new_password", "another horse battery")];
    assert_eq!(admin.submit("/account/password", "/account/password", &password).status, 403);
    let address = [("new_email", "eve@example.org"), ("password", PASSWORD)];
    assert_eq!(admin.submit("/account/email", "/account/email", &address).status, 403);
    let key = [("name", "a"), ("expires_in_days", "7")];
    assert_eq!(admin.submit("/account/api-keys", "/account/api-keys", &key).status, 403);
    assert_eq!(admin.submit("/account/sessions", "/account/sessions/end-all", &[]).status, 403);
}

/// Also one that has the permissions of the user does nothing with them.
#[test]
fn the_rights_of_another_administrator_are_used_under_ones_own_name() {
    let (server, admin) = admin_browser(&[]);
    server.token_of(EMAIL, PASSWORD);
    server.test_dir.grant(EMAIL, "admin");
    let path = "/admin/users/2/impersonate";
    assert_leads_to(&admin.submit(path, path, &[REASON]), "/account");
    assert_eq!(admin.get("/admin/users").status, 200);
    let form = hidden_fields(&admin.get("/account").text(), END);
    for action in ["users/new", "users/1/unlock", "users/1/log-out", "users/1/delete", "users/1/impersonate"] {
        let refused = admin.post(&format!("/admin/{action}"), &form);
        assert_eq!(refused.status, 403, "{action}: {}", refused.text());
    }
    assert_eq!(admin.get("/admin/users/new").status, 403);
}

#[test]
fn a_form_of_oneself_is_not_sent_as_somebody_else() {
    let (server, admin) = admin_browser(&[]);
    server.token_of(EMAIL, PASSWORD);
    let mut own = hidden_fields(&admin.get("/account/profile").text(), "/account/profile");
    own.push(("display_name".to_owned(), "Mine".to_owned()));
    let path = "/admin/users/2/impersonate";
    assert_leads_to(&admin.submit(path, path, &[REASON]), "/account");
    assert_eq!(admin.post("/account/profile", &own).status, 403);
    // The way back takes the token of the session that it ends.
    assert_eq!(admin.post(END, &own).status, 403);
    assert!(is_acting(&admin));
}

#[test]
fn only_the_browser_in_which_it_began_acts() {
    let (server, admin) = acting();
    let other = Browser::new(server.client());
    other.log_in("admin@example.org", PASSWORD);
    assert!(!is_acting(&other) && is_acting(&admin));
    // Nobody acts by a cookie: what an attacker plants is of their own account.
    let victim = Browser::new(server.client());
    victim.log_in(EMAIL, PASSWORD);
    assert!(!is_acting(&victim));
}

#[test]
fn it_ends_with_the_right_to_it_and_with_the_session_of_whoever_acts() {
    let (server, admin) = acting();
    let run = |arguments: &[&str]| server.test_dir.run(arguments).succeeded();
    server.token_of("root@example.org", PASSWORD);
    run(&["user", "grant", "root@example.org", "admin"]);
    run(&["user", "revoke", "admin@example.org", "admin"]);
    let page = admin.get("/account").text();
    assert!(page.contains("admin@example.org") && !page.contains(r#"class="acting""#), "{page}");
    run(&["user", "grant", "admin@example.org", "admin"]);
    assert!(!is_acting(&admin));
    let path = "/admin/users/2/impersonate";
    assert_leads_to(&admin.submit(path, path, &[REASON]), "/account");
    run(&["user", "logout", "admin@example.org"]);
    assert_eq!(admin.get("/account").status, 303);
    assert_leads_to(&admin.post(END, &[]), "/account");
}

#[test]
fn a_log_out_ends_the_acting_and_a_log_in_ends_both() {
    let (_server, admin) = acting();
    let form = hidden_fields(&admin.get("/account").text(), END);
    assert_leads_to(&admin.post("/account/logout", &form), "/admin/users/2?done=acting-ended");
    assert!(!is_acting(&admin) && admin.get("/account").text().contains("admin@example.org"));
    let path = "/admin/users/2/impersonate";
    assert_leads_to(&admin.submit(path, path, &[REASON]), "/account");
    let before = admin.cookie(SESSION).unwrap();
    let login = [("email".to_owned(), EMAIL.to_owned()), ("password".to_owned(), PASSWORD.to_owned())];
    assert_leads_to(&admin.post("/account/login", &login), "/account");
    assert!(!is_acting(&admin));
    admin.set_cookie(SESSION, &before);
    assert_eq!(admin.get("/account").status, 303);
}

#[test]
fn nobody_acts_as_themselves_and_a_reason_is_given() {
    let (server, admin) = admin_browser(&[]);
    server.token_of(EMAIL, PASSWORD);
    assert_eq!(admin.get("/admin/users/1/impersonate").status, 403);
    assert_eq!(admin.get("/admin/users/99/impersonate").status, 404);
    let path = "/admin/users/2/impersonate";
    let refused = admin.submit(path, path, &[("reason", " ")]);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains(r#"id="reason-wrong""#), "{}", refused.text());
    assert!(!is_acting(&admin));
}

/// A link on another site leads there, too.
#[test]
fn whoever_only_looks_at_the_page_has_not_tried_to_act() {
    let (server, admin) = admin_browser(&[]);
    let told = || server.test_dir.run(&["audit", "list", "--action", "user.impersonate", "--json"]).succeeded();
    let path = "/admin/users/1/impersonate";
    assert_eq!(admin.send("GET", path, &[("Sec-Fetch-Site", "cross-site")], None).status, 403);
    assert!(!told().contains("user.impersonate"), "{}", told());
    let form = [("form".to_owned(), admin.form_token()), ("reason".to_owned(), "Ticket 4711".to_owned())];
    assert_eq!(admin.post(path, &form).status, 403);
    assert!(told().contains("user.impersonate"));
}
