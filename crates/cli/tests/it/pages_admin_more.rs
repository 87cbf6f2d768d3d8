//! The pages of roles, service accounts, the audit log, mail and signing keys.

use std::num::NonZeroU32;

use ore_persistence::{Database, DatabaseOptions};
use serde_json::{Value, json};

use crate::support::{
    Answer, Browser, EMAIL, Mailbox, PASSWORD, Server, ServerProcess, admin_browser, browser_of_admin, call,
    hidden_fields, make_admin,
};

const SCRIPT: &str = r#"<script>alert(1)</script>"><img src=x onerror=alert(1)>"#;

#[track_caller]
fn assert_leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(path)), "{}", answer.text());
}

#[test]
fn a_role_is_made_changed_and_deleted() {
    let (server, admin) = admin_browser(&[]);
    let new = [("name", "support"), ("description", SCRIPT), ("permissions", "users.read")];
    assert_leads_to(&admin.submit("/admin/roles", "/admin/roles", &new), "/admin/roles?done=profile-saved");
    let again = admin.submit("/admin/roles", "/admin/roles", &new);
    assert_eq!(again.status, 400, "{}", again.text());
    for path in ["/admin/roles", "/admin/roles/support"] {
        let page = admin.get(path).text();
        assert!(page.contains("&lt;img src=x onerror") && !page.contains("<script>"), "{path}: {page}");
    }
    let path = "/admin/roles/support";
    let stale = hidden_fields(&admin.get(path).text(), path);
    let edit = [("description", "Answers the users"), ("permissions", "users.read"), ("permissions", "audit.read")];
    assert_leads_to(&admin.submit(path, path, &edit), "/admin/roles/support?done=profile-saved");
    assert_eq!(admin.post(path, &stale).status, 412);
    let page = admin.get(path).text();
    assert!(page.contains("users.read, audit.read") && page.contains("Answers the users"), "{page}");
    let delete = "/admin/roles/support/delete";
    assert_eq!(admin.submit(path, delete, &[]).status, 422);
    assert_leads_to(&admin.submit(path, delete, &[("confirmed", "true")]), "/admin/roles?done=role-deleted");
    assert_eq!(admin.get(path).status, 404);
    // What is built in has no form, and takes none.
    let built_in = admin.get("/admin/roles/admin").text();
    assert!(!built_in.contains(r#"action="/admin/roles/admin""#), "{built_in}");
    assert_eq!(admin.post("/admin/roles/admin", &stale).status, 400);
    let listed = server.test_dir.run(&["audit", "list", "--action", "role.delete", "--json"]).succeeded();
    assert!(listed.contains("success"), "{listed}");
}

#[test]
fn nobody_gives_what_they_do_not_have() {
    let (server, _) = admin_browser(&[]);
    server.token_of(EMAIL, PASSWORD);
    let run = |arguments: &[&str]| server.test_dir.run(arguments).succeeded();
    run(&["role", "create", "clerk", "--permission", "users.read", "--permission", "roles.write"]);
    run(&["user", "grant", EMAIL, "clerk"]);
    let clerk = Browser::new(server.client());
    clerk.log_in(EMAIL, PASSWORD);
    let page = clerk.get("/admin/roles").text();
    assert!(page.contains(r#"value="roles.write""#) && !page.contains(r#"value="keys.write""#), "{page}");
    let more = [("name", "more"), ("description", ""), ("permissions", "keys.write")];
    assert_eq!(clerk.submit("/admin/roles", "/admin/roles", &more).status, 403);
}

#[test]
fn a_service_account_gets_a_key_that_is_shown_once() {
    let (server, admin) = admin_browser(&[]);
    let list = "/admin/service-accounts";
    let new = [("name", SCRIPT), ("permissions", "users.read")];
    let made = admin.submit(list, list, &new);
    assert_eq!(made.status, 303, "{}", made.text());
    let path = made.header("location").unwrap().split('?').next().unwrap().to_owned();
    for page in [list, path.as_str()] {
        let text = admin.get(page).text();
        assert!(text.contains("&lt;img src=x onerror") && !text.contains("<script>"), "{page}: {text}");
    }
    let keys = format!("{path}/keys");
    let mut form = hidden_fields(&admin.get(&keys).text(), &keys);
    form.extend(
        [("name", "Production"), ("expires_in_days", "30")].map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let (first, second) = (admin.post(&keys, &form), admin.post(&keys, &form));
    let key_in = |answer: &Answer| {
        let text = answer.text();
        regex::Regex::new("ore_ak_[0-9A-Za-z]{49}").unwrap().find(&text).unwrap().as_str().to_owned()
    };
    // A page that is loaded again makes no other key, and looks as it did.
    assert_eq!((first.status, key_in(&first)), (200, key_in(&second)));
    for answer in [&first, &second] {
        assert!(answer.header("content-security-policy").unwrap().contains("style-src 'self'"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let key = key_in(&first);
    let users = server.request("GET", "/api/v1/users").header("X-API-Key", &key);
    assert_eq!(crate::support::send(users).status, 200);
    let page = admin.get(&path).text();
    assert!(page.contains("Production") && !page.contains(&key), "{page}");
    let renamed = [("name", "Billing"), ("permissions", "audit.read")];
    assert_leads_to(&admin.submit(&path, &path, &renamed), &format!("{path}?done=profile-saved"));
    assert_leads_to(&admin.submit(&path, &format!("{path}/delete-key"), &[]), &format!("{path}?done=key-deleted"));
    let deleted = admin.submit(&path, &format!("{path}/delete"), &[("confirmed", "true")]);
    assert_leads_to(&deleted, "/admin/service-accounts?done=service-account-deleted");
    assert_eq!(admin.get(&path).status, 404);
}

/// A link on another site leads there, too.
#[test]
fn whoever_only_looks_at_the_page_for_a_key_has_not_tried_to_make_one() {
    let (server, admin) = admin_browser(&[]);
    let list = "/admin/service-accounts";
    let made = admin.submit(list, list, &[("name", "Billing"), ("permissions", "users.read")]);
    let keys = format!("{}/keys", made.header("location").unwrap().split('?').next().unwrap());
    server.token_of(EMAIL, PASSWORD);
    server.test_dir.run(&["role", "create", "clerk", "--permission", "keys.write"]).succeeded();
    server.test_dir.run(&["user", "grant", EMAIL, "clerk"]).succeeded();
    let clerk = Browser::new(server.client());
    clerk.log_in(EMAIL, PASSWORD);
    let told = || server.test_dir.run(&["audit", "list", "--action", "key.create", "--json"]).succeeded();
    assert_eq!(clerk.send("GET", &keys, &[("Sec-Fetch-Site", "cross-site")], None).status, 403);
    assert!(!told().contains("key.create"), "{}", told());
    assert_eq!(clerk.post(&keys, &[("form".to_owned(), clerk.form_token())]).status, 403);
    assert!(told().contains("key.create"));
}

#[test]
fn the_audit_log_is_filtered_and_downloaded() {
    let (server, admin) = admin_browser(&[]);
    server.token_of(EMAIL, PASSWORD);
    server.login(EMAIL, "wrong horse battery");
    let failed = admin.get("/admin/audit?action=auth.login&outcome=failure&actor=&after=2020-01-01").text();
    assert!(failed.contains("wrong_password") && failed.contains("/admin/users/2"), "{failed}");
    assert!(!failed.contains("<code>auth.register</code>"), "{failed}");
    let first = admin.get("/admin/audit?limit=1").text();
    assert!(first.contains("Next page"), "{first}");
    assert_eq!(admin.get("/admin/audit?outcome=maybe").status, 422);
    let file = admin.get("/admin/audit/export?action=auth.login&outcome=failure&actor=");
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"audit.json\""));
    let entries = file.json();
    assert_eq!((entries.as_array().unwrap().len(), &entries[0]["reason"]), (1, &json!("wrong_password")));
    assert_eq!(entries[0]["subject"], json!({"type": "user", "id": "2"}));
    assert_eq!(admin.get("/admin/audit/export?outcome=maybe").status, 422);
    assert_eq!(admin.get("/admin/audit/export?action=key.create").json(), json!([]));
    let listed = server.test_dir.run(&["audit", "list", "--action", "audit.export", "--json"]).succeeded();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["actor"]), (2, &json!({"type": "user", "id": "1"})));
    let of_user = admin.get("/admin/users/2").text();
    assert!(of_user.contains(r#"href="/admin/audit?subject=user%3A2""#), "{of_user}");
}

#[test]
fn no_link_elsewhere_has_the_audit_log_given_out() {
    let (server, admin) = admin_browser(&[]);
    let file = "/admin/audit/export?action=auth.login&cursor=x";
    let foreign = [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        // In a mail.
        ("Sec-Fetch-Site", "none"),
        ("Referer", "https://evil.example/admin/audit"),
        ("Origin", "null"),
    ];
    for header in foreign {
        let answer = admin.send("GET", file, &[header], None);
        assert_leads_to(&answer, "/admin/audit?action=auth.login");
    }
    let page = admin.send("GET", "/admin/audit?action=auth.login", &[foreign[0]], None).text();
    assert!(page.contains(r#"href="/admin/audit/export?action=auth.login""#), "{page}");
    let file = "/admin/audit/export?action=auth.login";
    let head = admin.send("HEAD", file, &[("Sec-Fetch-Site", "same-origin")], None);
    let disposition = Some("attachment; filename=\"audit.json\"");
    assert_eq!((head.status, head.header("content-disposition"), head.body.len()), (200, disposition, 0));
    let told = || server.test_dir.run(&["audit", "list", "--action", "audit.export", "--json"]).succeeded();
    assert_eq!(serde_json::from_str::<Value>(&told()).unwrap(), json!([]));

    let own = format!("http://127.0.0.1:{}/admin/audit", server.port);
    let wanted = [vec![("Sec-Fetch-Site", "same-origin")], vec![("Referer", &*own)], vec![]];
    for headers in &wanted {
        let answer = admin.send("GET", file, headers, None);
        assert_eq!((answer.status, answer.header("content-disposition")), (200, disposition), "{headers:?}");
    }
    let told: Value = serde_json::from_str(&told()).unwrap();
    assert_eq!(told.as_array().unwrap().len(), wanted.len());
}

#[test]
fn what_is_given_out_of_the_audit_log_is_whole() {
    let (server, admin) = admin_browser(&[]);
    let url = server.test_dir.sqlalchemy_url().parse().unwrap();
    // As if they were sealed, which so many at once would take a while.
    let copies = "WITH RECURSIVE copies (copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < 10001)
        INSERT INTO audit_log (at, action, outcome, actor_type, actor_id, seal_number)
        SELECT at, 'copied', 'success', 'user', '1', 1000000 + copy FROM copies, audit_log
        WHERE audit_log.id = (SELECT MIN(id) FROM audit_log)";
    Database::new(DatabaseOptions::new(url, NonZeroU32::MIN)).execute(copies).unwrap();
    let entries = admin.get("/admin/audit/export?action=copied&sort=id").json();
    let ids: Vec<_> = entries.as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 10_001);
    assert!(ids.is_sorted_by(|one, other| one < other));

    let token = server.login("admin@example.org", PASSWORD).token();
    let own = call(&server, "GET", "/api/v1/auth/me/export", &token);
    assert_eq!(own.header("transfer-encoding"), Some("chunked"), "it is sent as it is read");
    let own = own.json()["data"]["audit"].clone();
    let ids: Vec<_> = own.as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()).collect();
    assert!(ids.len() > 10_001 && ids.is_sorted_by(|one, other| one > other), "{}", ids.len());
}

#[test]
fn details_of_the_audit_log_are_text() {
    let (server, admin) = admin_browser(&[]);
    server.token_of(EMAIL, PASSWORD);
    let path = "/admin/users/2/impersonate";
    assert_leads_to(&admin.submit(path, path, &[("reason", SCRIPT)]), "/account");
    admin.submit("/account", "/account/impersonation/end", &[]);
    let hostile = Browser::new(server.client()).saying("User-Agent", r#"<img src=x onerror="alert(1)">"#);
    hostile.log_in(EMAIL, PASSWORD);
    let page = admin.get("/admin/audit").text();
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>") && !page.contains("<img"), "{page}");
}

/// Only the command line asks for mails that were given up to be sent again at once.
#[test]
fn a_mail_that_was_given_up_is_tried_again() {
    let mailbox = Mailbox::with(&json!({ "replies": { "DATA": "550 no" } }));
    let server = ServerProcess::with(&mailbox.settings());
    make_admin(&server);
    let admin = browser_of_admin(&server);
    server.log().wait_for_message("A mail could not be sent and is given up");
    let page = admin.get("/admin/mail").text();
    assert!(page.contains(r#"href="/admin/users/1""#) && page.contains("verify_email"), "{page}");
    assert_leads_to(&admin.submit("/admin/mail", "/admin/mail/retry", &[]), "/admin/mail?done=mail-retried");
    let listed = server.test_dir.run(&["audit", "list", "--action", "mail.retry", "--json"]).succeeded();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&listed[0]["actor"]["type"], &listed[0]["details"]["mails"]), (&json!("user"), &json!(1)));
}

#[test]
fn signing_keys_are_staged_and_never_hurried() {
    let settings = [("BACKEND_ALGORITHM", "EdDSA")];
    let (server, admin) = admin_browser(&settings);
    let page = admin.get("/admin/keys").text();
    assert!(page.contains("active") && !page.contains(r#"action="/admin/keys/retire""#), "{page}");
    assert_leads_to(&admin.submit("/admin/keys", "/admin/keys/stage", &[]), "/admin/keys?done=key-staged");
    let early = admin.submit("/admin/keys", "/admin/keys/activate", &[]);
    assert_eq!(early.status, 400);
    assert!(early.text().contains("ten minutes"), "{}", early.text());
    let keys = server.test_dir.run_with(&["keys", "list", "--json"], &settings).succeeded();
    let keys: Value = serde_json::from_str(&keys).unwrap();
    assert_eq!((&keys[0]["state"], &keys[1]["state"]), (&json!("active"), &json!("next")));
    // The one that signs has no form, and is not ended by one.
    let mut form = hidden_fields(&admin.get("/admin/keys").text(), "/admin/keys/retire");
    form.retain(|(name, _)| name != "kid");
    form.push(("kid".to_owned(), keys[0]["kid"].as_str().unwrap().to_owned()));
    assert_eq!(admin.post("/admin/keys/retire", &form).status, 400);
    assert_leads_to(&admin.submit("/admin/keys", "/admin/keys/retire", &[]), "/admin/keys?done=key-retired");
}

#[test]
fn a_shared_secret_has_no_keys_to_look_after() {
    let (_server, admin): (Server, Browser) = admin_browser(&[]);
    let page = admin.get("/admin/keys").text();
    assert!(page.contains("shared secret") && !page.contains("/admin/keys/stage"), "{page}");
    let form = hidden_fields(&admin.get("/account").text(), "/account/logout");
    assert_eq!(admin.post("/admin/keys/stage", &form).status, 403);
}

#[test]
fn the_system_is_told_without_its_secrets() {
    let (_server, admin) = admin_browser(&[]);
    let page = admin.get("/admin/system").text();
    assert!(page.contains(env!("CARGO_PKG_VERSION")) && page.contains("BACKEND_SECRET_KEY"), "{page}");
    assert!(!page.contains(crate::support::SECRET_KEY), "{page}");
    assert!(page.contains("auth_attempts_total") && page.contains("worker_pool_wait_seconds"), "{page}");
}
