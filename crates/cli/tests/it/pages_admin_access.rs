//! Who may open and use which page of administration.

use rstest::rstest;

use crate::support::{Browser, EMAIL, PASSWORD, Server, admin_browser, with_admin};

/// A service account that is not there.
const ACCOUNT: &str = "/admin/service-accounts/b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35";
const KEYS_OF_ACCOUNT: &str = "/admin/service-accounts/b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35/keys";

/// No one permission is enough.
const EVERYTHING: &str = "every permission";

/// Each page, and what it takes; there are users 1 and 2.
const PAGES: &[(&str, &str)] = &[
    ("/admin", "users.read"),
    ("/admin/users", "users.read"),
    ("/admin/users/new", "users.write"),
    ("/admin/users/2", "users.read"),
    ("/admin/users/2/impersonate", "users.impersonate"),
    ("/admin/roles", "users.read"),
    ("/admin/roles/support", "users.read"),
    ("/admin/service-accounts", "keys.read"),
    (ACCOUNT, "keys.read"),
    (KEYS_OF_ACCOUNT, "keys.write"),
    ("/admin/audit", "audit.read"),
    ("/admin/audit/export", "audit.read"),
    ("/admin/mail", "mail.read"),
    ("/admin/keys", EVERYTHING),
    ("/admin/system", EVERYTHING),
];

/// Each form, and what it takes.
const FORMS: &[(&str, &str)] = &[
    ("/admin/users/new", "users.write"),
    ("/admin/users/2/profile", "users.write"),
    ("/admin/users/2/address", "users.write"),
    ("/admin/users/2/roles", "users.write"),
    ("/admin/users/2/state", "users.write"),
    ("/admin/users/2/invitation", "users.write"),
    ("/admin/users/2/password-reset", "users.write"),
    ("/admin/users/2/unlock", "users.write"),
    ("/admin/users/2/log-out", "users.write"),
    ("/admin/users/2/end-session", "users.write"),
    ("/admin/users/2/delete-key", "keys.write"),
    ("/admin/users/2/second-factors", "users.write"),
    ("/admin/users/2/delete", "users.write"),
    ("/admin/users/2/impersonate", "users.impersonate"),
    ("/admin/roles", "roles.write"),
    ("/admin/roles/support", "roles.write"),
    ("/admin/roles/support/delete", "roles.write"),
    ("/admin/service-accounts", "keys.write"),
    (ACCOUNT, "keys.write"),
    (KEYS_OF_ACCOUNT, "keys.write"),
    ("/admin/service-accounts/b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35/delete-key", "keys.write"),
    ("/admin/service-accounts/b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35/delete", "keys.write"),
    ("/admin/mail/retry", EVERYTHING),
    ("/admin/keys/stage", EVERYTHING),
    ("/admin/keys/activate", EVERYTHING),
    ("/admin/keys/retire", EVERYTHING),
];

/// Somebody who may do this alone.
fn limited_to(server: &Server, permission: &str) -> Browser {
    let (role, email) = (permission.replace('.', "-"), format!("{permission}@example.org"));
    server.token_of(&email, PASSWORD);
    server.test_dir.run(&["role", "create", &role, "--permission", permission]).succeeded();
    server.test_dir.grant(&email, &role);
    let browser = Browser::new(server.client());
    browser.log_in(&email, PASSWORD);
    browser
}

fn form_token(browser: &Browser) -> Vec<(String, String)> {
    let page = browser.get("/account").text();
    let token = page.split(r#"name="form" value=""#).nth(1).unwrap().split('"').next().unwrap();
    vec![("form".to_owned(), token.to_owned())]
}

#[test]
fn every_form_of_administration_is_in_the_table() {
    let paths = ore_pages::endpoints();
    let of_administration = paths.iter().filter(|endpoint| endpoint.path().starts_with("/admin"));
    let (mut pages, mut forms) = (Vec::new(), Vec::new());
    for endpoint in of_administration {
        let id = if endpoint.path().contains("/users/") { "2" } else { "b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35" };
        let path = endpoint.path().replace("{id}", id).replace("{name}", "support");
        for method in endpoint.methods() {
            match method.as_str() {
                "GET" => pages.push(path.clone()),
                "POST" => forms.push(path.clone()),
                _ => {}
            }
        }
    }
    let names = |table: &[(&str, &str)]| table.iter().map(|(path, _)| (*path).to_owned()).collect::<Vec<_>>();
    assert_eq!((pages, forms), (names(PAGES), names(FORMS)));
}

#[test]
fn nobody_is_led_to_the_log_in_and_back() {
    let (server, _) = admin_browser(&[]);
    let nobody = Browser::new(server.client());
    for (path, _) in PAGES {
        let answer = nobody.get(path);
        // Whoever has logged in for a file finds the link to it.
        let page = path.strip_suffix("/export").unwrap_or(path);
        let login = format!("/account/login?return_to={page}");
        assert_eq!((answer.status, answer.header("location")), (303, Some(login.as_str())), "{path}");
    }
    for (path, _) in FORMS {
        assert_eq!(nobody.post(path, &[]).status, 303, "{path}");
    }
    let login = [("email", "admin@example.org"), ("password", PASSWORD)];
    let answer = nobody.submit("/account/login?return_to=/admin/users/2", "/account/login", &login);
    assert_eq!(answer.header("location"), Some("/admin/users/2"));
}

#[test]
fn a_user_is_refused_everywhere_and_sees_no_way_there() {
    let (server, _) = admin_browser(&[]);
    server.token_of(EMAIL, PASSWORD);
    let user = Browser::new(server.client());
    user.log_in(EMAIL, PASSWORD);
    let token = form_token(&user);
    for (path, _) in PAGES {
        let answer = user.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (403, Some("text/html; charset=utf-8")), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
    for (path, _) in FORMS {
        assert_eq!(user.post(path, &token).status, 403, "{path}");
    }
    assert!(!user.get("/account").text().contains("/admin"));
    let listed = server.test_dir.run(&["audit", "list", "--action", "auth.authorize", "--json"]).succeeded();
    assert!(listed.contains("missing_permission") && listed.contains("/admin/users/{id}"), "{listed}");
}

#[rstest]
#[case("users.read")]
#[case("users.write")]
#[case("users.impersonate")]
#[case("roles.write")]
#[case("keys.read")]
#[case("keys.write")]
#[case("audit.read")]
#[case("mail.read")]
fn somebody_who_may_do_one_thing_sees_what_takes_that(#[case] permission: &str) {
    let (server, _) = admin_browser(&[]);
    server.token_of(EMAIL, PASSWORD);
    let browser = limited_to(&server, permission);
    for (path, needed) in PAGES.iter().skip(1) {
        let status = browser.get(path).status;
        // Of what is not there those who may see it learn that.
        assert!(if *needed == permission { matches!(status, 200 | 404) } else { status == 403 }, "{path}: {status}");
    }
    let shows = permission != "users.write"
        && permission != "users.impersonate"
        && !matches!(permission, "keys.write" | "roles.write");
    assert_eq!(browser.get("/admin").status, if shows { 200 } else { 403 });
    let token = form_token(&browser);
    for (path, needed) in FORMS.iter().filter(|(_, needed)| *needed != permission) {
        assert_eq!(browser.post(path, &token).status, 403, "{path} takes {needed}");
    }
}

/// Links and forms are for what whoever looks may do.
#[test]
fn whoever_may_only_look_sees_no_form() {
    let (server, _) = admin_browser(&[]);
    server.token_of(EMAIL, PASSWORD);
    let auditor = limited_to(&server, "users.read");
    let page = auditor.get("/admin/users/2").text();
    assert!(page.contains(EMAIL) && !page.contains(r#"action="/admin"#) && !page.contains("/impersonate"), "{page}");
    assert!(!auditor.get("/admin/users").text().contains("/admin/users/new"));
    assert!(auditor.get("/account").text().contains(r#"href="/admin""#));
}

/// The API shows roles to those with `users.read`.
#[test]
fn whoever_may_not_see_roles_is_offered_their_own() {
    let (server, admin) = admin_browser(&[]);
    let offers = |browser: &Browser, role: &str| {
        browser.get("/admin/users/new").text().contains(&format!(r#"name="roles" value="{role}""#))
    };
    let writer = limited_to(&server, "users.write");
    assert_eq!([offers(&admin, "admin"), offers(&admin, "users-write")], [true, true]);
    assert_eq!([offers(&writer, "admin"), offers(&writer, "users-write")], [false, true]);
}

#[test]
fn forms_of_other_sites_and_of_other_sessions_are_refused() {
    let (server, admin) = admin_browser(&[]);
    server.token_of(EMAIL, PASSWORD);
    let token = form_token(&admin);
    let other = Browser::new(server.client());
    other.log_in("admin@example.org", PASSWORD);
    for (path, _) in FORMS {
        let cross_site = admin.send("POST", path, &[("Sec-Fetch-Site", "cross-site")], Some(&token));
        assert_eq!(cross_site.status, 403, "{path}");
        assert_eq!((other.post(path, &token).status, admin.post(path, &[]).status), (403, 403), "{path}");
    }
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn who_must_get_a_second_factor_first_gets_nothing() {
    let (server, _) = with_admin(&[("BACKEND_REQUIRE_MFA", "admin")]);
    server.token_of(EMAIL, PASSWORD);
    let admin = Browser::new(server.client());
    admin.log_in("admin@example.org", PASSWORD);
    for (path, _) in PAGES {
        let page = admin.get(path);
        assert!(page.status != 200 && !page.text().contains(EMAIL), "{path}");
    }
    for (path, _) in FORMS {
        assert!(matches!(admin.post(path, &[]).status, 303 | 403), "{path}");
    }
    let arguments = ["audit", "list", "--action", "auth.authorize", "--outcome", "denied", "--limit", "200", "--json"];
    let listed = server.test_dir.run(&arguments).succeeded();
    for call in ["GET /admin/users", "GET /admin/audit/export", "POST /admin/keys/stage"] {
        assert!(listed.contains("mfa_enrolment_required") && listed.contains(&format!("{call}\"")), "{call}: {listed}");
    }
}
