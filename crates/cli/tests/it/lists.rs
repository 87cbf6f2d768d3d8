//! What every list takes, over HTTP.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, call, operations, post, success, with_admin};

/// Of nobody and nothing: a query is looked at first.
const ANY: &str = "00000000-0000-4000-8000-000000000000";

/// The paths of all lists of the document, with what it says of them.
fn lists(document: &Value) -> Vec<(String, &Value)> {
    let is_list = |operation: &Value| {
        let (_, success) = success(operation);
        success["content"]["application/json"]["example"]["data"].get("next_cursor").is_some()
    };
    let lists = operations(document).filter(|(method, _, operation)| method == "GET" && is_list(operation));
    lists.map(|(_, path, operation)| (path, operation)).collect()
}

#[test]
fn every_list_has_pages_and_refuses_what_it_does_not_know() {
    let (server, admin) = with_admin(&[]);
    let document = server.test_dir.openapi(&[]);
    let lists = lists(&document);
    assert!(lists.len() >= 10, "{lists:?}");
    for (path, operation) in lists {
        let parameters: Vec<_> =
            operation["parameters"].as_array().unwrap().iter().map(|parameter| &parameter["name"]).collect();
        for name in ["limit", "cursor", "count", "sort"] {
            assert!(parameters.contains(&&json!(name)), "{path}: {name}");
        }
        let path = path.replace("/users/{id}", "/users/1").replace("{id}", ANY);
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=1&limit=1", "limit"),
            ("sort=nothing", "sort"),
            ("cursor=x", "cursor"),
            ("nothing=1", "query"),
        ] {
            let refused = call(&server, "GET", &format!("{path}?{query}"), &admin);
            let fields = &refused.json()["details"]["errors"][0]["field"];
            assert_eq!((refused.status, fields), (422, &json!(field)), "{path}?{query}");
        }
    }
}

/// The keys of the items of the page, and the query that leads to the next one.
fn page(server: &Server, token: &str, path: &str, key: &str) -> (Vec<Value>, Option<String>) {
    let answer = call(server, "GET", path, token);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    let data = &answer.json()["data"];
    let next = answer.header("link").map(|link| {
        let query = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        assert!(query.contains("cursor="), "{link}");
        query.to_owned()
    });
    assert_eq!(data["next_cursor"].is_null(), next.is_none(), "{path}");
    (data["items"].as_array().unwrap().iter().map(|item| item[key].clone()).collect(), next)
}

#[rstest]
#[case::own_sessions("/api/v1/auth/sessions", "id", &["", "sort=created_at&", "sort=-created_at&", "sort=last_used_at&"])]
#[case::sessions_of_a_user("/api/v1/users/1/sessions", "id", &["", "sort=created_at&"])]
#[case::roles("/api/v1/roles", "name", &["", "sort=-name&"])]
fn short_lists_have_pages_that_lead_to_each_other(#[case] path: &str, #[case] key: &str, #[case] queries: &[&str]) {
    let (server, admin) = with_admin(&[]);
    for number in 0..3 {
        server.login("admin@example.org", PASSWORD).token();
        let role = json!({ "name": format!("role{number}"), "permissions": [] });
        assert_eq!(post(&server, "/api/v1/roles", &admin, &role).status, 201);
    }
    for query in queries {
        let (whole, nothing) = page(&server, &admin, &format!("{path}?{query}count=true"), key);
        assert!(whole.len() >= 4 && nothing.is_none(), "{whole:?}");
        let mut found = Vec::new();
        let mut next = Some(format!("?{query}limit=2"));
        while let Some(query) = next {
            let (items, following) = page(&server, &admin, &format!("{path}{query}"), key);
            assert!(items.len() <= 2, "{items:?}");
            found.extend(items);
            next = following;
        }
        assert_eq!(found, whole, "{path}?{query}");
    }
    let (first, _) = page(&server, &admin, path, key);
    let (by_default, _) = page(&server, &admin, &format!("{path}?limit=200"), key);
    assert_eq!(first, by_default);
}
