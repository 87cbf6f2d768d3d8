//! What strangers try with the pages, over every page that there is.

use actix_web::http::Method;

use crate::support::{Authenticator, Browser, PASSWORD, Server, with_admin};

const ADMIN: &str = "admin@example.org";
const SCRIPT: &str = r#"<script>alert(1)</script>\"><img src=x onerror=alert(1)>"#;
const AGENT: &str = r#"<img src=x onerror="alert(1)">"#;
/// What gives everybody a challenge, and what ends an impersonation, of which there is none.
const DO_NOTHING: [&str; 2] = ["/account/passkey-options", "/account/impersonation/end"];
const ORIGIN: &str = "http://localhost:8000";

/// Every path of a page that answers this, with this in the place of what varies.
fn paths(method: &Method, key: &str) -> Vec<String> {
    let endpoints = ore_pages::endpoints();
    let endpoints = endpoints.iter().filter(|endpoint| endpoint.methods().contains(method));
    let variable = regex::Regex::new(r"\{[a-z_]+\}").unwrap();
    endpoints.map(|endpoint| variable.replace_all(endpoint.path(), key).into_owned()).collect()
}

/// Somebody who may see every page.
fn signed_in() -> (Server, Browser) {
    let (server, _) = with_admin(&[]);
    let browser = Browser::new(server.client()).saying("User-Agent", AGENT);
    browser.log_in(ADMIN, PASSWORD);
    (server, browser)
}

fn fields(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn no_form_is_taken_from_another_site() {
    let (_server, browser) = signed_in();
    let (token, session) = (browser.form_token(), browser.cookie("__Host-ore_session").unwrap());
    let form = fields(&[("form", &token), ("confirmed", "true")]);
    let forms = paths(&Method::POST, "1");
    assert!(forms.len() > 30, "{forms:?}");
    for path in &forms {
        for headers in [&[("Sec-Fetch-Site", "cross-site")][..], &[("Sec-Fetch-Site", "same-site")], &[]] {
            let answer = browser.send("POST", path, headers, Some(&form));
            assert_eq!(answer.status, 403, "{path} {headers:?}: {}", answer.text());
        }
        // Nor without the token of the session, where they need one.
        let answer = browser.post(path, &fields(&[("form", "x"), ("confirmed", "true")]));
        assert!(answer.status >= 400 || DO_NOTHING.contains(&path.as_str()), "{path}: {}", answer.status);
    }
    assert_eq!(browser.cookie("__Host-ore_session"), Some(session));
    assert_eq!(browser.get("/account").status, 200, "nothing was done");
}

#[test]
fn no_link_elsewhere_claims_that_something_is_done() {
    let server = Server::start();
    let browser = Browser::new(server.client());
    let shows_it = |headers: &[(&str, &str)]| {
        let page = browser.send("GET", "/account/login?done=password-changed", headers, None);
        page.text().contains("The password was changed")
    };
    assert!(shows_it(&[("Sec-Fetch-Site", "same-origin")]));
    for site in ["cross-site", "same-site", "none"] {
        assert!(!shows_it(&[("Sec-Fetch-Site", site)]), "{site}");
    }
    assert!(!shows_it(&[("Referer", "https://evil.example/")]));
}

#[test]
fn what_a_user_writes_is_text_on_every_page() {
    let (_server, browser) = signed_in();
    let named = browser.submit("/account/profile", "/account/profile", &[("display_name", SCRIPT), ("locale", "")]);
    assert_eq!(named.status, 303, "{}", named.text());
    let key = [("name", SCRIPT), ("expires_in_days", "7")];
    assert_eq!(browser.submit("/account/api-keys", "/account/api-keys", &key).status, 200);
    let (passkeys, token) = ("/account/second-factors/passkeys", browser.form_token());
    let options = browser.post(&format!("{passkeys}/options"), &fields(&[("form", &token)])).json();
    let credential = Authenticator::new().make(ORIGIN, &options["publicKey"]).unwrap().to_string();
    let ceremony = options["ceremony"].as_str().unwrap();
    let passkey = [("form", &*token), ("credential", &credential), ("ceremony", ceremony), ("name", SCRIPT)];
    assert_eq!(browser.post(passkeys, &fields(&passkey)).status, 200);
    let page = browser.get("/account/second-factors").text();
    let id = regex::Regex::new("passkeys/([0-9a-f]{8}-[0-9a-f-]+)").unwrap();
    let id = id.captures(&page).unwrap_or_else(|| panic!("{page}"))[1].to_owned();

    let mut shown = 0;
    for path in paths(&Method::GET, "1").into_iter().chain(paths(&Method::GET, &id)) {
        let page = browser.get(&format!("{path}?return_to={SCRIPT}&done={SCRIPT}&q={SCRIPT}")).text();
        assert!(!page.contains("<script>") && !page.contains("<img src=x"), "{path}: {page}");
        shown += usize::from(page.contains("&lt;img src=x onerror"));
    }
    // The overview, the profile, the sessions, the keys, the activity, the passkeys, and one of them.
    assert!(shown >= 7, "only {shown} pages show what the user wrote");
}

#[test]
fn no_page_is_kept_for_the_next_one_at_the_machine() {
    let (_server, browser) = signed_in();
    let pages: Vec<_> = paths(&Method::GET, "1").into_iter().filter(|path| !path.starts_with("/assets/")).collect();
    for path in &pages {
        assert_eq!(browser.get(path).header("cache-control"), Some("no-store"), "{path}");
    }
    let kept = browser.cookie("__Host-ore_session").unwrap();
    assert_eq!(browser.submit("/account", "/account/logout", &[]).status, 303);
    browser.set_cookie("__Host-ore_session", &kept);
    for path in pages {
        let answer = browser.get(&path);
        assert!(!answer.text().contains(ADMIN), "{path}");
    }
}
