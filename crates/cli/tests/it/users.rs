//! What administrators do with the accounts of others, over HTTP.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, Mailbox, PASSWORD, Server, call, post, send, with_admin};

const USERS: &str = "/api/v1/users";
const ROLES: &str = "/api/v1/roles";

fn change(server: &Server, path: &str, token: &str, body: &Value) -> Answer {
    let etag = call(server, "GET", path, token).header("etag").unwrap_or("\"none\"").to_owned();
    send(server.request("PATCH", path).bearer_auth(token).header("If-Match", etag).json(body))
}

fn remove(server: &Server, path: &str, token: &str) -> Answer {
    send(server.request("DELETE", path).bearer_auth(token).header("If-Match", "*"))
}

fn reason(answer: &Answer) -> (u16, String) {
    let json = answer.json();
    let reason = json["details"]["reason"].as_str().unwrap_or_default();
    (answer.status, reason.to_owned())
}

fn emails(page: &Answer) -> Vec<String> {
    let items = page.json()["data"]["items"].clone();
    items.as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_administrator_makes_changes_and_deletes_a_user() {
    let (server, admin) = with_admin(&[]);
    let body = json!({"email": EMAIL, "password": PASSWORD, "display_name": "Ada", "locale": "en"});
    let created = post(&server, USERS, &admin, &body);
    assert_eq!(created.status, 201, "{}", created.text());
    let path = format!("/api/v1/{}", created.header("location").unwrap());
    let user = call(&server, "GET", &path, &admin);
    assert_eq!(user.json()["data"], created.json()["data"]);
    assert_eq!(user.header("cache-control"), Some("no-store"));
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
    assert_eq!(reason(&post(&server, USERS, &admin, &body)), (400, "USER_ALREADY_EXISTS".to_owned()));

    let changed = change(&server, &path, &admin, &json!({"display_name": null, "is_active": false}));
    let data = &changed.json()["data"];
    assert_eq!(
        (&data["display_name"], &data["is_active"], &data["locale"]),
        (&Value::Null, &json!(false), &json!("en"))
    );
    assert_eq!(server.login(EMAIL, PASSWORD).status, 400);

    let deleted = remove(&server, &path, &admin);
    assert_eq!((deleted.status, &deleted.json()["data"]), (200, &Value::Null));
    assert_eq!(call(&server, "GET", &path, &admin).status, 404);
    assert_eq!(remove(&server, &path, &admin).status, 404);
}

#[test]
fn a_change_needs_the_tag_of_what_it_changes() {
    let (server, admin) = with_admin(&[]);
    post(&server, USERS, &admin, &json!({"email": EMAIL, "password": PASSWORD}));
    let path = format!("{USERS}/2");
    let user = call(&server, "GET", &path, &admin);
    let etag = user.header("etag").unwrap().to_owned();
    let send_change = |if_match: Option<&str>, path: &str, body: &Value| {
        let request = server.request("PATCH", path).bearer_auth(&admin).json(body);
        send(if_match.into_iter().fold(request, |request, value| request.header("If-Match", value))).status
    };
    let (good, bad) = (json!({"display_name": "Ada"}), json!({"roles": "x"}));
    assert_eq!(send_change(None, "/api/v1/users/99", &bad), 404);
    assert_eq!(send_change(None, &path, &bad), 428);
    assert_eq!(send_change(Some("\"other\""), &path, &bad), 412);
    assert_eq!(send_change(Some(&format!("W/{etag}")), &path, &good), 412);
    assert_eq!(send_change(Some(&etag), &path, &bad), 422);
    // A log-in is no change.
    server.login(EMAIL, PASSWORD);
    assert_eq!(send_change(Some(&etag), &path, &good), 200);
    assert_eq!(send_change(Some(&etag), &path, &good), 412);
    assert_eq!(send_change(Some("*"), &path, &good), 200);

    let etag = call(&server, "GET", &path, &admin).header("etag").unwrap().to_owned();
    let again = send(server.request("GET", &path).bearer_auth(&admin).header("If-None-Match", &etag));
    assert_eq!((again.status, again.text().as_str(), again.header("etag")), (304, "", Some(etag.as_str())));
}

#[test]
fn nobody_gives_or_changes_what_they_do_not_have() {
    let (server, admin) = with_admin(&[]);
    let support = server.token_of("support@example.org", PASSWORD);
    assert_eq!(reason(&call(&server, "GET", USERS, &support)), (403, "MISSING_PERMISSION".to_owned()));
    post(&server, ROLES, &admin, &json!({"name": "support", "permissions": ["users.read", "users.write"]}));
    post(&server, ROLES, &admin, &json!({"name": "audit", "permissions": ["audit.read"]}));
    assert_eq!(change(&server, "/api/v1/users/2", &admin, &json!({"roles": ["support"]})).status, 200);

    // The role acts at once, and everything but what it allows is refused.
    let refused = |answer: Answer, permission: &str| {
        assert_eq!(reason(&answer), (403, "MISSING_PERMISSION".to_owned()), "{}", answer.text());
        assert_eq!(answer.json()["details"]["permission"], permission);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer error=\"insufficient_scope\""));
    };
    assert_eq!(call(&server, "GET", USERS, &support).status, 200);
    refused(post(&server, ROLES, &support, &json!({"name": "more", "permissions": []})), "roles.write");
    let new = json!({"email": EMAIL, "password": PASSWORD, "roles": ["audit"]});
    refused(post(&server, USERS, &support, &new), "audit.read");
    refused(change(&server, "/api/v1/users/2", &support, &json!({"roles": ["support", "audit"]})), "audit.read");
    refused(change(&server, "/api/v1/users/1", &support, &json!({"display_name": "Eve"})), "users.impersonate");
    for (method, path) in [("POST", "logout"), ("POST", "unlock"), ("POST", "password-reset"), ("POST", "invitation")] {
        refused(call(&server, method, &format!("{USERS}/1/{path}"), &support), "users.impersonate");
    }
    refused(remove(&server, "/api/v1/users/1", &support), "users.impersonate");

    let body = json!({"roles": ["nobody"]});
    let unknown = change(&server, "/api/v1/users/2", &admin, &body);
    assert_eq!((unknown.status, &unknown.json()["details"]["errors"][0]["code"]), (422, &json!("role_unknown")));
    let names: Vec<_> = (10..50).map(|number| format!("{}{number}", "r".repeat(62))).collect();
    let many = change(&server, "/api/v1/users/2", &admin, &json!({"roles": names}));
    assert_eq!((many.status, &many.json()["details"]["errors"][0]["code"]), (422, &json!("roles_too_long")));
    assert_eq!(remove(&server, "/api/v1/roles/support", &admin).status, 200);
    refused(call(&server, "GET", USERS, &support), "users.read");
}

#[test]
fn the_last_admin_stays() {
    let (server, admin) = with_admin(&[]);
    let last = (400, "LAST_ADMIN".to_owned());
    for body in [json!({"is_active": false}), json!({"roles": []})] {
        assert_eq!(reason(&change(&server, "/api/v1/users/1", &admin, &body)), last);
    }
    assert_eq!(reason(&remove(&server, "/api/v1/users/1", &admin)), last);
    assert_eq!(reason(&call(&server, "DELETE", "/api/v1/auth/me", &admin)), last);
    server.test_dir.run(&["user", "deactivate", "admin@example.org"]).failed(1);
    server.test_dir.run(&["user", "revoke", "admin@example.org", "admin"]).failed(1);
    // One without a password cannot sign in.
    post(&server, USERS, &admin, &json!({"email": "other@example.org", "roles": ["admin"]}));
    assert_eq!(reason(&remove(&server, "/api/v1/users/1", &admin)), last);
    server.test_dir.run_reading(&["user", "set-password", "other@example.org"], PASSWORD).succeeded();
    assert_eq!(remove(&server, "/api/v1/users/1", &admin).status, 200);
}

#[test]
fn roles_are_made_changed_and_deleted() {
    let (server, admin) = with_admin(&[]);
    let created = post(&server, ROLES, &admin, &json!({"name": "support", "permissions": ["users.read"]}));
    assert_eq!((created.status, created.header("location")), (201, Some("roles/support")));
    let again = post(&server, ROLES, &admin, &json!({"name": "support", "permissions": []}));
    assert_eq!(reason(&again), (400, "ROLE_ALREADY_EXISTS".to_owned()));
    let body = json!({"description": "Answers", "permissions": []});
    let changed = change(&server, "/api/v1/roles/support", &admin, &body);
    let data = &changed.json()["data"];
    assert_eq!((&data["description"], &data["permissions"]), (&json!("Answers"), &json!([])));
    let listed = call(&server, "GET", ROLES, &admin).json()["data"]["items"].clone();
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["admin", "support", "user"]);
    for name in ["admin", "user"] {
        let path = format!("{ROLES}/{name}");
        let built_in = (400, "ROLE_IS_BUILT_IN".to_owned());
        assert_eq!(reason(&change(&server, &path, &admin, &json!({"permissions": []}))), built_in);
        assert_eq!(reason(&remove(&server, &path, &admin)), built_in);
        assert_eq!(reason(&post(&server, ROLES, &admin, &json!({"name": name, "permissions": []}))), built_in);
    }
    let unknown = post(&server, ROLES, &admin, &json!({"name": "Support", "permissions": ["users.fly"]}));
    let errors = unknown.json()["details"]["errors"].clone();
    let codes: Vec<_> = errors.as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["role_name_invalid", "permission_unknown"]);
    assert_eq!(remove(&server, "/api/v1/roles/support", &admin).status, 200);
    assert_eq!(call(&server, "GET", "/api/v1/roles/support", &admin).status, 404);
    assert_eq!(call(&server, "GET", "/api/v1/roles/No%20Name", &admin).status, 404);
}

#[test]
fn pages_of_users_lead_to_each_other() {
    let (server, admin) = with_admin(&[]);
    for name in ["ada", "bob", "eve"] {
        server.register(&format!("{name}@example.org"), PASSWORD);
    }
    let first = call(&server, "GET", "/api/v1/users?limit=2&sort=email&count=true", &admin);
    assert_eq!(emails(&first), ["ada@example.org", "admin@example.org"]);
    let data = &first.json()["data"];
    assert_eq!((&data["total"], &data["total_is_estimate"]), (&json!(4), &json!(false)));
    let link = first.header("link").unwrap();
    let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    let second = call(&server, "GET", &format!("{USERS}{next}"), &admin);
    assert_eq!(emails(&second), ["bob@example.org", "eve@example.org"]);
    assert_eq!((second.header("link"), &second.json()["data"]["next_cursor"]), (None, &Value::Null));

    let cursor = data["next_cursor"].as_str().unwrap();
    for query in [format!("cursor={cursor}"), format!("sort=-email&cursor={cursor}"), "cursor=x".to_owned()] {
        let refused = call(&server, "GET", &format!("{USERS}?{query}"), &admin);
        assert_eq!((refused.status, &refused.json()["details"]["errors"][0]["field"]), (422, &json!("cursor")));
    }
    assert_eq!(emails(&call(&server, "GET", "/api/v1/users?q=B", &admin)), ["bob@example.org"]);
    assert_eq!(call(&server, "GET", "/api/v1/users?is_activ=true", &admin).status, 422);
}

#[test]
fn whoever_asks_for_a_mail_is_told_that_none_is_configured() {
    let (server, admin) = with_admin(&[]);
    server.register(EMAIL, PASSWORD);
    for (path, action) in [("invitation", "user.invite"), ("password-reset", "password.forgot")] {
        let answer = post(&server, &format!("{USERS}/2/{path}"), &admin, &json!({}));
        assert_eq!(reason(&answer), (403, "NOT_CONFIGURED".to_owned()), "{path}");
        assert_eq!(post(&server, &format!("{USERS}/99/{path}"), &admin, &json!({})).status, 404);
        let listed = call(&server, "GET", &format!("/api/v1/audit?action={action}&subject=user:2"), &admin).json();
        let entry = &listed["data"]["items"][0];
        assert_eq!((&entry["outcome"], &entry["reason"]), (&json!("denied"), &json!("not_configured")), "{listed}");
    }
}

#[test]
fn an_invitation_sets_the_first_password() {
    let mut mailbox = Mailbox::open();
    let (server, admin) = with_admin(&mailbox.settings());
    // That of the administrator's own registration.
    mailbox.next();
    let created = post(&server, USERS, &admin, &json!({"email": EMAIL, "locale": "en"}));
    assert_eq!(created.json()["data"]["has_password"], false);
    let mail = mailbox.next();
    assert!(mail.text().contains("/invite#token="), "{}", mail.text());
    let body = json!({"token": mail.token(), "new_password": PASSWORD});
    assert_eq!(server.post("/api/v1/auth/password/reset", &body).status, 200);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
    let user = call(&server, "GET", "/api/v1/users/2", &admin).json()["data"].clone();
    assert_eq!((&user["has_password"], &user["email_verified"]), (&json!(true), &json!(true)));
}

#[rstest]
#[case::log_out("POST", "/api/v1/users/2/logout")]
#[case::deactivate("PATCH", "/api/v1/users/2")]
#[case::delete("DELETE", "/api/v1/users/2")]
fn an_administrator_ends_the_sessions_of_a_user(#[case] method: &str, #[case] path: &str) {
    let (server, admin) = with_admin(&[]);
    let token = server.token_of(EMAIL, PASSWORD);
    let sessions = call(&server, "GET", "/api/v1/users/2/sessions", &admin).json()["data"]["items"].clone();
    assert_eq!((sessions.as_array().unwrap().len(), &sessions[0]["is_current"]), (1, &json!(false)));
    let request = server.request(method, path).bearer_auth(&admin).header("If-Match", "*");
    assert_eq!(send(request.json(&json!({"is_active": false}))).status, 200);
    assert_eq!(server.me(&token).status, 401);
}

#[test]
fn an_administrator_ends_one_session() {
    let (server, admin) = with_admin(&[]);
    let (first, second) = (server.token_of(EMAIL, PASSWORD), server.login(EMAIL, PASSWORD).token());
    let items = call(&server, "GET", "/api/v1/users/2/sessions", &admin).json()["data"]["items"].clone();
    let latest = items[0]["id"].as_str().unwrap();
    assert_eq!(call(&server, "DELETE", &format!("/api/v1/users/1/sessions/{latest}"), &admin).status, 404);
    assert_eq!(call(&server, "DELETE", &format!("/api/v1/users/2/sessions/{latest}"), &admin).status, 200);
    let left = [&first, &second].map(|token| server.me(token).status);
    assert_eq!(left.iter().filter(|status| **status == 401).count(), 1, "{left:?}");
}
