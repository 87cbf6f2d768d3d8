//! The pages of administration: who may see which, and what is done to users on them.

use std::time::Duration;

use crate::support::{Answer, Browser, EMAIL, PASSWORD, Server, admin_browser, eventually, hidden_fields};

const SCRIPT: &str = r#"<script>alert(1)</script>"><img src=x onerror=alert(1)>"#;

#[track_caller]
fn assert_leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(path)), "{}", answer.text());
}

/// Counts failed log-ins, and has room for all calls of a test.
const COUNTING: [(&str, &str); 3] = [
    ("BACKEND_RATE_LIMIT_ENABLED", "true"),
    ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "1000"),
    ("BACKEND_RATE_LIMIT_TOTAL_BURST", "1000"),
];

/// With another user, whose key is 2.
fn with_user(settings: &[(&str, &str)]) -> (Server, Browser) {
    let (server, admin) = admin_browser(settings);
    server.token_of(EMAIL, PASSWORD);
    (server, admin)
}

fn audit_entries(server: &Server, action: &str) -> String {
    server.test_dir.run(&["audit", "list", "--action", action, "--json"]).succeeded()
}

#[test]
fn users_are_found_in_order_and_page_by_page() {
    let (server, admin) = with_user(&[]);
    for number in 0..3 {
        server.token_of(&format!("grace{number}@example.org"), PASSWORD);
    }
    let page = admin.get("/admin/users?q=GRACE&is_active=&role=&sort=email&created_after=2020-01-01&limit=2");
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let place = |text: &str, it: &str| text.find(it).unwrap_or_else(|| panic!("no {it}: {text}"));
    assert!(place(&text, "grace0@example.org") < place(&text, "grace1@example.org"), "{text}");
    assert!(!text.contains("grace2@") && !text.contains(EMAIL), "{text}");
    let next = text.split(r#"rel="next""#).next().unwrap().rsplit(r#"href=""#).next().unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&");
    let second = admin.get(&next).text();
    assert!(second.contains("grace2@example.org") && !second.contains("grace1@"), "{second}");
    assert!(second.contains("First page") && !second.contains("Next page"), "{second}");
    server.deactivate("grace1@example.org");
    let disabled = admin.get("/admin/users?is_active=false").text();
    assert!(disabled.contains("grace1@example.org") && !disabled.contains("grace0@"), "{disabled}");
    let admins = admin.get("/admin/users?role=admin").text();
    assert!(admins.contains("admin@example.org") && !admins.contains(EMAIL), "{admins}");
}

#[test]
fn a_query_that_no_list_takes_is_told_on_the_page() {
    let (_server, admin) = admin_browser(&[]);
    for query in ["sort=size", "role=%22%3E", "cursor=x", "created_after=soon", "nothing=1", "q=a&q=b"] {
        let page = admin.get(&format!("/admin/users?{query}"));
        assert_eq!(page.status, 422, "{query}");
        assert!(page.text().contains(r#"role="alert""#), "{}", page.text());
    }
}

/// A form token beside a text of an attacker would be told by the length of what is compressed.
#[test]
fn a_page_that_shows_its_query_is_not_compressed() {
    let (_server, admin) = admin_browser(&[]);
    let headers = [("Accept-Encoding", "gzip"), ("Sec-Fetch-Site", "none")];
    for path in ["/admin/users?q=a", "/admin/users?sort=size", "/account/reauthenticate?return_to=/admin/a"] {
        let page = admin.send("GET", path, &headers, None);
        assert_eq!(page.header("content-encoding"), None, "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    }
    let plain = admin.send("GET", "/admin/users/1", &headers, None);
    assert_eq!(plain.header("content-encoding"), Some("gzip"));
}

#[test]
fn a_user_is_changed_as_it_was_seen() {
    let (server, admin) = with_user(&[]);
    let edit =
        |form: &str, fields: &[(&str, &str)]| admin.submit("/admin/users/2", &format!("/admin/users/2/{form}"), fields);
    assert_leads_to(
        &edit("profile", &[("display_name", "Ada"), ("locale", "zh-CN")]),
        "/admin/users/2?done=profile-saved",
    );
    assert_leads_to(
        &edit("address", &[("email", "ada.l@example.org"), ("email_verified", "true")]),
        "/admin/users/2?done=profile-saved",
    );
    let page = admin.get("/admin/users/2").text();
    assert!(page.contains(r#"value="ada.l@example.org""#) && page.contains(r#"value="Ada""#), "{page}");
    // A new address is not verified where nothing is said.
    edit("address", &[("email", "ada@example.net"), ("email_verified", "")]);
    assert!(admin.get("/admin/users/2").text().contains(">not verified</span>"));
    let invalid = edit("address", &[("email", "ada"), ("email_verified", "")]);
    assert_eq!(invalid.status, 422);
    assert!(invalid.text().contains(r#"id="email-wrong""#) && invalid.text().contains(r#"value="ada""#));
    let stale = hidden_fields(&admin.get("/admin/users/2").text(), "/admin/users/2/roles");
    edit("profile", &[("display_name", "Countess"), ("locale", "")]);
    let late = admin.post("/admin/users/2/roles", &stale);
    assert_eq!(late.status, 412, "{}", late.text());
    let without: Vec<_> = stale.into_iter().filter(|(name, _)| name != "tag").collect();
    assert_eq!(admin.post("/admin/users/2/roles", &without).status, 428);
    assert_leads_to(&edit("roles", &[("roles", "admin")]), "/admin/users/2?done=profile-saved");
    assert!(server.test_dir.run(&["user", "show", "2", "--json"]).succeeded().contains("\"admin\""));
}

#[test]
fn the_last_admin_and_whoever_may_do_more_stay_as_they_are() {
    let (server, admin) = with_user(&[&COUNTING[..], &[("BACKEND_MAIL_DIR", "mail")]].concat());
    let last = admin.submit("/admin/users/1", "/admin/users/1/state", &[]);
    assert_eq!(last.status, 400);
    assert!(last.text().contains(r#"role="alert""#), "{}", last.text());
    let run = |arguments: &[&str]| server.test_dir.run(arguments).succeeded();
    run(&["role", "create", "support", "--permission", "users.read", "--permission", "users.write"]);
    run(&["user", "grant", EMAIL, "support"]);
    let support = Browser::new(server.client());
    support.log_in(EMAIL, PASSWORD);
    for action in ["state", "unlock", "password-reset", "delete"] {
        let refused = support.submit("/admin/users/1", &format!("/admin/users/1/{action}"), &[("confirmed", "true")]);
        assert_eq!(refused.status, 403, "{action}: {}", refused.text());
    }
    let granted = support.submit("/admin/users/2", "/admin/users/2/roles", &[("roles", "admin")]);
    assert_eq!(granted.status, 403);
}

#[test]
fn sessions_are_ended_and_a_user_is_deactivated_and_deleted() {
    let (server, admin) = with_user(&[&COUNTING[..], &[("BACKEND_MAIL_DIR", "mail")]].concat());
    let user = Browser::new(server.client());
    user.log_in(EMAIL, PASSWORD);
    let action = |action: &str, fields: &[(&str, &str)]| {
        admin.submit("/admin/users/2", &format!("/admin/users/2/{action}"), fields)
    };
    // The one that was used last comes first.
    assert_leads_to(&action("end-session", &[]), "/admin/users/2?done=session-ended");
    assert_leads_to(&user.get("/account"), "/account/login?return_to=/account");
    user.log_in(EMAIL, PASSWORD);
    assert_leads_to(&action("log-out", &[]), "/admin/users/2?done=session-ended");
    assert_eq!(user.get("/account").status, 303);
    assert_leads_to(&action("unlock", &[]), "/admin/users/2?done=unlocked");
    assert_leads_to(&action("password-reset", &[]), "/admin/users/2?done=mail-requested");
    user.log_in(EMAIL, PASSWORD);
    assert_leads_to(&action("state", &[]), "/admin/users/2?done=profile-saved");
    assert_eq!((user.get("/account").status, server.login(EMAIL, PASSWORD).status), (303, 400));
    assert_leads_to(&action("state", &[]), "/admin/users/2?done=profile-saved");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
    assert_eq!(action("delete", &[]).status, 422);
    assert_leads_to(&action("delete", &[("confirmed", "true")]), "/admin/users?done=user-deleted");
    assert_eq!((server.login(EMAIL, PASSWORD).status, admin.get("/admin/users/2").status), (400, 404));
    for action in ["session.end", "auth.logout_all", "user.unlock", "user.update", "user.delete"] {
        assert!(audit_entries(&server, action).contains("\"success\""), "{action}");
    }
}

#[test]
fn where_no_failed_log_in_is_counted_none_is_forgotten() {
    for (settings, expected) in [(&[][..], false), (&COUNTING[..], true)] {
        let (_server, admin) = with_user(settings);
        let page = admin.get("/admin/users/2").text();
        assert_eq!(page.contains("/admin/users/2/unlock"), expected, "{page}");
    }
}

#[test]
fn an_account_is_made_once_however_often_its_form_is_sent() {
    let (server, admin) = admin_browser(&[]);
    let mut form = hidden_fields(&admin.get("/admin/users/new").text(), "/admin/users/new");
    let fields =
        [("email", "grace@example.org"), ("password", PASSWORD), ("display_name", "Grace"), ("roles", "admin")];
    form.extend(fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
    for _ in 0..2 {
        assert_leads_to(&admin.post("/admin/users/new", &form), "/admin/users/2?done=user-created");
    }
    form.retain(|(name, _)| name != "idempotency_key");
    assert_eq!(admin.post("/admin/users/new", &form).status, 400);
    assert_eq!(server.login("grace@example.org", PASSWORD).status, 200);
    let invalid = admin.submit("/admin/users/new", "/admin/users/new", &[("email", "grace"), ("password", "short")]);
    assert_eq!(invalid.status, 422);
    assert!(invalid.text().contains(r#"id="email-wrong""#) && invalid.text().contains(r#"id="password-wrong""#));
}

#[test]
fn lost_factors_are_reset_by_somebody_who_has_just_shown_who_they_are() {
    let (server, admin) = admin_browser(&[("BACKEND_REAUTH_SECONDS", "5")]);
    crate::support::Enrolled::new(&server, EMAIL, &server.token_of(EMAIL, PASSWORD));
    eventually(Duration::from_secs(30), || admin.get("/account/delete").status, 303);
    let action = "/admin/users/2/second-factors";
    let asked = admin.submit("/admin/users/2", action, &[]);
    assert_leads_to(&asked, "/account/reauthenticate?return_to=/admin/users/2");
    let again = "/account/reauthenticate?return_to=/admin/users/2";
    assert_leads_to(&admin.submit(again, "/account/reauthenticate", &[("password", PASSWORD)]), "/admin/users/2");
    assert_leads_to(&admin.submit("/admin/users/2", action, &[]), "/admin/users/2?done=factors-reset");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn a_script_that_was_stored_is_text_on_every_page() {
    let (server, admin) = with_user(&[]);
    let hostile = Browser::new(server.client()).saying("User-Agent", r#"<img src=x onerror="alert(1)">"#);
    hostile.log_in(EMAIL, PASSWORD);
    hostile.submit("/account/profile", "/account/profile", &[("display_name", SCRIPT), ("locale", "")]);
    hostile.submit("/account/api-keys", "/account/api-keys", &[("name", SCRIPT), ("expires_in_days", "7")]);
    for path in ["/admin/users", "/admin/users/2"] {
        let page = admin.get(path).text();
        assert!(!page.contains("<script>") && !page.contains("<img"), "{path}: {page}");
        assert!(page.contains("&lt;img src=x onerror"), "{path}: {page}");
    }
    let searched = admin.get("/admin/users?q=%22%3E%3Cscript%3E").text();
    assert!(searched.contains("&quot;&gt;&lt;script&gt;") && !searched.contains("<script>"), "{searched}");
}
