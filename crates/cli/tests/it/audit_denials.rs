//! Refusals that the audit log tells of, and what the manual tells of the audit log.

use std::time::Duration;

use ore_domain::AuditAction;
use rstest::rstest;
use serde_json::{Value, json};

use crate::readme::{read, root};
use crate::support::{EMAIL, PASSWORD, Server, call, eventually, post, send, with_admin};

/// The reasons of refusals of such an act, and the ids of what it was about.
fn denials(server: &Server, action: &str) -> Vec<[Value; 2]> {
    let listed =
        server.test_dir.run(&["audit", "list", "--json", "--outcome", "denied", "--action", action]).succeeded();
    let entries: Vec<Value> = serde_json::from_str(&listed).unwrap();
    entries.iter().map(|entry| [entry["reason"].clone(), entry["subject"]["id"].clone()]).collect()
}

/// Before the `ETag` of what is to be changed counts.
#[rstest]
#[case::change("PATCH", "service_account.update")]
#[case::deletion("DELETE", "service_account.delete")]
fn whoever_may_not_change_a_service_account_is_told_of(#[case] method: &str, #[case] action: &str) {
    let (server, admin) = with_admin(&[]);
    let clerk = server.token_of(EMAIL, PASSWORD);
    post(&server, "/api/v1/roles", &admin, &json!({"name": "clerk", "permissions": ["keys.write"]}));
    server.test_dir.grant(EMAIL, "clerk");
    let body = json!({"name": "a", "permissions": ["mail.read"]});
    let made = post(&server, "/api/v1/service-accounts", &admin, &body);
    let path = format!("/api/v1/{}", made.header("location").unwrap());
    let request = server.request(method, &path).bearer_auth(&clerk).header("If-Match", "*").json(&body);
    assert_eq!(send(request).status, 403);
    assert_eq!(denials(&server, action), [[json!("missing_permission"), made.json()["data"]["id"].clone()]]);
}

#[test]
fn whoever_must_authenticate_again_or_enrol_first_is_told_of() {
    let (server, admin) = with_admin(&[("BACKEND_REAUTH_SECONDS", "1")]);
    eventually(Duration::from_secs(10), || call(&server, "GET", "/api/v1/auth/me/export", &admin).status, 401);
    assert_eq!(denials(&server, "auth.authorize")[0], [json!("reauthentication_required"), Value::Null]);

    let (server, admin) = with_admin(&[("BACKEND_REQUIRE_MFA", "admin")]);
    assert_eq!(call(&server, "GET", "/api/v1/users", &admin).status, 403);
    assert_eq!(denials(&server, "auth.authorize"), [[json!("mfa_enrolment_required"), Value::Null]]);
}

#[rstest]
#[case("docs/audit.md")]
#[case("docs/zh-CN/audit.md")]
fn the_manual_lists_every_action(#[case] page: &str) {
    let text = read(&root().join(page));
    let is_missing = |action: &&AuditAction| !text.contains(&format!("`{}`", action.name()));
    assert_eq!(AuditAction::ALL.iter().filter(is_missing).collect::<Vec<_>>(), Vec::<&AuditAction>::new());
}
