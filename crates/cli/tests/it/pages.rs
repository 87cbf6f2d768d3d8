//! The pages as a browser uses them: getting in and out, and what pages of others must not do.

use rstest::rstest;

use crate::support::{Answer, Browser, DEBUG, EMAIL, PASSWORD, Server, send};

const SESSION: &str = "__Host-ore_session";

fn with_user(settings: &[(&str, &str)]) -> (Server, Browser) {
    let server = Server::with(settings);
    server.token_of(EMAIL, PASSWORD);
    let browser = Browser::new(server.client());
    (server, browser)
}

fn fields(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The cookie of the session in an answer, whole.
fn session_cookie(answer: &Answer) -> &str {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    cookies.into_iter().find(|cookie| cookie.starts_with(SESSION)).unwrap()
}

#[track_caller]
fn assert_leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(path)), "{}", answer.text());
}

#[test]
fn somebody_logs_in_looks_at_the_account_and_logs_out() {
    let (_server, browser) = with_user(&[]);
    assert_leads_to(&browser.get("/account/sessions"), "/account/login?return_to=/account/sessions");
    let login = [("email", EMAIL), ("password", PASSWORD)];
    let answer = browser.submit("/account/login?return_to=/account/sessions", "/account/login", &login);
    assert_leads_to(&answer, "/account/sessions");
    let cookie = session_cookie(&answer);
    assert!(cookie.ends_with("; Path=/; Max-Age=1209600; HttpOnly; Secure; SameSite=Lax"), "{cookie}");
    let overview = browser.get("/account");
    assert!(overview.status == 200 && overview.text().contains(EMAIL), "{}", overview.text());
    assert_leads_to(&browser.get("/account/login"), "/account");
    let kept = browser.cookie(SESSION).unwrap();
    let answer = browser.submit("/account", "/account/logout", &[]);
    assert_leads_to(&answer, "/account/login?done=logged-out");
    assert_eq!(answer.header("clear-site-data"), Some("\"cache\""));
    assert!(session_cookie(&answer).contains("=; Path=/; Max-Age=0;"));
    browser.set_cookie(SESSION, &kept);
    assert_leads_to(&browser.get("/account"), "/account/login?return_to=/account");
}

#[test]
fn a_wrong_password_is_told_on_the_page_and_in_the_audit_log() {
    let (server, browser) = with_user(&[]);
    let login = [("email", EMAIL), ("password", "\"><b>wrong")];
    let answer = browser.submit("/account/login", "/account/login", &login);
    let page = answer.text();
    assert_eq!((answer.status, browser.cookie(SESSION)), (400, None));
    assert!(
        page.contains(r#"<div class="notice wrong" role="alert">Wrong e-mail address or password</div>"#),
        "{page}"
    );
    assert!(
        page.contains(&format!(r#"value="{EMAIL}""#)) && !page.contains("&gt;wrong") && !page.contains("<b>"),
        "{page}"
    );
    let unknown = [("email", "nobody@example.org"), ("password", PASSWORD)];
    let unknown = browser.submit("/account/login", "/account/login", &unknown);
    assert_eq!((unknown.status, unknown.text().replace("nobody@example.org", EMAIL)), (400, page));
    let audit = server.test_dir.run(&["audit", "list", "--action", "auth.login", "--json"]).succeeded();
    assert!(audit.contains("wrong_password") && audit.contains("unknown_address"), "{audit}");
}

#[test]
fn a_field_says_what_is_wrong_with_it() {
    let server = Server::start();
    let browser = Browser::new(server.client());
    let register = [("email", "ada"), ("password", "short")];
    let answer = browser.submit("/account/register", "/account/register", &register);
    assert_eq!(answer.status, 422);
    let page = answer.text();
    for field in ["email", "password"] {
        assert!(page.contains(&format!(r#"<p class="wrong" id="{field}-wrong">"#)), "{page}");
    }
    assert!(page.contains(r#"aria-describedby="password-wrong password-hint""#), "{page}");
}

#[rstest]
#[case::another_site(&[("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")])]
#[case::a_subdomain(&[("Sec-Fetch-Site", "same-site")])]
#[case::an_old_browser_on_another_site(&[("Origin", "https://evil.example")])]
#[case::a_frame_without_origin(&[("Origin", "null")])]
#[case::no_browser(&[])]
fn a_form_of_another_site_is_refused(#[case] headers: &[(&str, &str)]) {
    let (_server, browser) = with_user(&[]);
    let login = fields(&[("email", EMAIL), ("password", PASSWORD)]);
    let answer = browser.send("POST", "/account/login", headers, Some(&login));
    assert_eq!((answer.status, browser.cookie(SESSION)), (403, None));
    browser.log_in(EMAIL, PASSWORD);
    // Even one that knows the token of the form.
    let page = browser.get("/account").text();
    let token = page.split(r#"name="form" value=""#).nth(1).unwrap().split('"').next().unwrap();
    let answer = browser.send("POST", "/account/logout", headers, Some(&fields(&[("form", token)])));
    assert_eq!((answer.status, answer.header("content-type")), (403, Some("text/html; charset=utf-8")));
    assert_eq!(browser.get("/account").status, 200);
}

#[test]
fn an_old_browser_says_by_its_origin_where_a_form_is() {
    let (server, browser) = with_user(&[]);
    let origin = format!("http://127.0.0.1:{}", server.port);
    let login = fields(&[("email", EMAIL), ("password", PASSWORD)]);
    let answer = browser.send("POST", "/account/login", &[("Origin", &origin)], Some(&login));
    assert_leads_to(&answer, "/account");
}

#[test]
fn scripts_of_other_origins_read_no_page_even_where_they_may_call_the_api() {
    let allowed = "https://www.example.com";
    let (server, browser) = with_user(&[("BACKEND_ALLOWED_ORIGINS", allowed)]);
    let page = browser.send("GET", "/account/login", &[("Origin", allowed)], None);
    assert_eq!((page.status, page.header("access-control-allow-origin")), (200, None));
    assert_eq!(page.header("access-control-allow-credentials"), None);
    // Our own forms name our origin, which need not be among the allowed ones.
    let origin = format!("http://127.0.0.1:{}", server.port);
    let login = fields(&[("email", EMAIL), ("password", PASSWORD)]);
    let headers = [("Sec-Fetch-Site", "same-origin"), ("Origin", origin.as_str())];
    assert_leads_to(&browser.send("POST", "/account/login", &headers, Some(&login)), "/account");
}

#[test]
fn a_form_of_a_session_carries_the_token_of_that_session() {
    let (server, browser) = with_user(&[]);
    browser.log_in(EMAIL, PASSWORD);
    let other = Browser::new(server.client());
    other.log_in(EMAIL, PASSWORD);
    let page = other.get("/account").text();
    let of_other = page.split(r#"name="form" value=""#).nth(1).unwrap().split('"').next().unwrap();
    for token in [None, Some(""), Some(of_other)] {
        let form: Vec<_> = token.map(|token| ("form".to_owned(), token.to_owned())).into_iter().collect();
        for path in ["/account/logout", "/account/profile", "/account/sessions/end-all", "/account/verify"] {
            assert_eq!(browser.post(path, &form).status, 403, "{path}");
        }
    }
    assert_eq!(browser.get("/account").status, 200);
}

#[rstest]
#[case("https://evil.example/")]
#[case("//evil.example/account")]
#[case("/account/../../evil")]
#[case("javascript:alert(1)")]
#[case("/docs")]
fn nobody_is_led_away(#[case] path: &str) {
    let (_server, browser) = with_user(&[]);
    let login = fields(&[("email", EMAIL), ("password", PASSWORD), ("return_to", path)]);
    assert_leads_to(&browser.post("/account/login", &login), "/account");
}

#[test]
fn whoever_logs_in_gets_a_session_that_nobody_knew_before() {
    let (server, browser) = with_user(&[]);
    let attacker = Browser::new(server.client());
    server.token_of("eve@example.org", PASSWORD);
    attacker.log_in("eve@example.org", PASSWORD);
    let planted = attacker.cookie(SESSION).unwrap();
    browser.set_cookie(SESSION, &planted);
    let answer = browser.post("/account/login", &fields(&[("email", EMAIL), ("password", PASSWORD)]));
    assert_leads_to(&answer, "/account");
    assert_ne!(browser.cookie(SESSION).unwrap(), planted);
    assert!(browser.get("/account").text().contains(EMAIL));
    // The one that the browser had ends with it.
    assert_eq!(attacker.get("/account").status, 303);
}

#[test]
fn pages_are_not_framed_not_kept_and_load_what_is_ours_alone() {
    let (_server, browser) = with_user(&[DEBUG]);
    browser.log_in(EMAIL, PASSWORD);
    let references = regex::Regex::new(r#" (?:href|src|action)="([^"]*)""#).unwrap();
    for path in ["/account", "/account/sessions", "/account/forgot", "/account/nowhere"] {
        let answer = browser.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains("form-action 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        for reference in references.captures_iter(&answer.text()).map(|found| found[1].to_owned()) {
            assert!(reference == "#main" || reference.starts_with("/a"), "{reference}");
            let found = browser.get(reference.trim_start_matches("#main"));
            // Forms are sent, and the log-in leads on whoever is signed in.
            assert!(matches!(found.status, 200 | 303 | 405), "{reference}: {}", found.status);
            if reference.starts_with("/assets/") {
                assert_eq!(found.header("cache-control"), Some("public, max-age=31536000, immutable"), "{reference}");
            }
        }
    }
}

#[test]
fn without_pages_there_is_nothing_and_outside_of_debug_nothing_at_the_root() {
    let without = Server::with(&[("BACKEND_PAGES", "false")]);
    for path in ["/", "/account", "/account/login"] {
        assert_eq!(without.get(path).error(), (404, "NOT_FOUND".to_owned()), "{path}");
    }
    let deployed = Server::start();
    assert_eq!((deployed.get("/").status, deployed.get("/account/login").status), (404, 200));
    let developed = Server::with_debug();
    developed.token_of(EMAIL, PASSWORD);
    let root = developed.get("/").text();
    assert!(root.contains(r#"href="/docs""#) && root.contains(r#"href="/account""#), "{root}");
}

#[test]
fn limits_and_delays_count_for_pages_too() {
    let limits = [
        ("BACKEND_RATE_LIMIT_ENABLED", "true"),
        ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "2"),
        ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1"),
    ];
    let server = Server::with(&limits);
    let browser = Browser::new(server.client());
    let login = fields(&[("email", EMAIL), ("password", PASSWORD)]);
    let statuses: Vec<_> = (0..3).map(|_| browser.post("/account/login", &login)).collect();
    assert_eq!(statuses.iter().map(|answer| answer.status).collect::<Vec<_>>(), [400, 400, 429]);
    assert!(statuses[2].header("retry-after").is_some());
    assert!(statuses[2].text().contains("Too many requests; try again later"), "{}", statuses[2].text());
}

#[test]
fn a_page_is_in_the_language_of_its_reader() {
    let (server, browser) = with_user(&[]);
    assert!(browser.get("/account/login").text().contains(r#"<html lang="en">"#));
    let chinese = Browser::new(server.client()).saying("Accept-Language", "zh");
    assert!(chinese.get("/account/login").text().contains(r#"<html lang="zh-CN">"#));
    browser.log_in(EMAIL, PASSWORD);
    let saved = browser.submit("/account/profile", "/account/profile", &[("display_name", ""), ("locale", "zh-CN")]);
    assert_leads_to(&saved, "/account/profile?done=profile-saved");
    assert!(browser.get("/account").text().contains(r#"<html lang="zh-CN">"#));
}

#[test]
fn a_database_that_is_away_is_told_on_a_page() {
    let server = Server::with(&[("BACKEND_DATABASE_URL", "postgresql://ore@127.0.0.1:1/ore")]);
    let browser = Browser::new(server.client());
    let answer = browser.post("/account/login", &fields(&[("email", EMAIL), ("password", PASSWORD)]));
    assert_eq!((answer.status, answer.header("content-type")), (503, Some("text/html; charset=utf-8")));
    assert!(answer.text().contains(answer.request_id()), "{}", answer.text());
    assert_eq!(send(server.request("GET", "/account/login")).status, 200);
}
