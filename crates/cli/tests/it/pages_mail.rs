//! What goes by mail, with the links that lead to the pages.

use rstest::rstest;

use crate::support::{Answer, Browser, EMAIL, Mailbox, PASSWORD, Server, admin_browser};

const NEW_PASSWORD: &str = "another horse battery";

fn start(mailbox: &Mailbox, settings: &[(&str, &str)]) -> (Server, Browser) {
    let public = [("BACKEND_PUBLIC_URL", "http://localhost:8000")];
    let server = Server::with(&[&mailbox.settings()[..], &public, settings].concat());
    let browser = Browser::new(server.client());
    (server, browser)
}

fn register(browser: &Browser, email: &str) -> Answer {
    let fields = [("email", email), ("password", PASSWORD)];
    browser.submit("/account/register", "/account/register", &fields)
}

#[track_caller]
fn assert_leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(path)), "{}", answer.text());
}

#[test]
fn somebody_registers_and_shows_by_the_mail_that_the_address_is_theirs() {
    let mut mailbox = Mailbox::open();
    let (_server, browser) = start(&mailbox, &[]);
    assert_leads_to(&register(&browser, EMAIL), "/account");
    assert!(browser.get("/account").text().contains("not verified"));
    let mail = mailbox.next();
    assert!(mail.text().contains("http://localhost:8000/account/verify#token="), "{}", mail.text());
    let token = mail.token();
    // Scanners of mails open links, and ask for heads.
    assert_eq!(browser.get("/account/verify").status, 200);
    assert_eq!(browser.send("HEAD", "/account/verify", &[], None).status, 200);
    let verified = browser.submit("/account/verify", "/account/verify", &[("token", &token)]);
    assert_leads_to(&verified, "/account?done=email-verified");
    assert!(browser.get("/account").text().contains(">verified<"));
    assert_eq!(browser.submit("/account/verify", "/account/verify", &[("token", &token)]).status, 400);
}

#[test]
fn somebody_who_is_signed_in_to_another_account_shows_the_password() {
    let mut mailbox = Mailbox::open();
    let (server, browser) = start(&mailbox, &[]);
    register(&browser, EMAIL);
    let token = mailbox.next().token();
    let other = Browser::new(server.client());
    register(&other, "grace@example.org");
    let refused = other.submit("/account/verify", "/account/verify", &[("token", &token)]);
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains(r#"name="password""#), "{}", refused.text());
    let fields = [("token", token.as_str()), ("password", PASSWORD)];
    let verified = other.submit("/account/verify", "/account/verify", &fields);
    assert_leads_to(&verified, "/account?done=email-verified");
}

#[rstest]
#[case::verified_first(&[("BACKEND_REQUIRE_VERIFIED_EMAIL", "true")])]
#[case::nobody_is_told(&[("BACKEND_ENUMERATION_SAFE_REGISTRATION", "true")])]
fn where_the_address_comes_first_the_mail_says_how_to_go_on(#[case] settings: &[(&str, &str)]) {
    let mut mailbox = Mailbox::open();
    let (_server, browser) = start(&mailbox, settings);
    assert_leads_to(&register(&browser, EMAIL), "/account/check-mail");
    let token = mailbox.next().token();
    let login = || browser.submit("/account/login", "/account/login", &[("email", EMAIL), ("password", PASSWORD)]);
    assert!(matches!(login().status, 400 | 403));
    let verify = |password: &str| {
        browser.submit("/account/verify", "/account/verify", &[("token", &token), ("password", password)])
    };
    assert_eq!(verify(NEW_PASSWORD).status, 403);
    assert_leads_to(&verify(PASSWORD), "/account/login?done=email-verified");
    assert_leads_to(&login(), "/account");
}

#[test]
fn a_registration_tells_nobody_whether_the_address_has_an_account() {
    let mut mailbox = Mailbox::open();
    let (_server, browser) = start(&mailbox, &[("BACKEND_ENUMERATION_SAFE_REGISTRATION", "true")]);
    let first = register(&browser, EMAIL);
    mailbox.next();
    let second = register(&browser, EMAIL);
    assert_leads_to(&first, "/account/check-mail");
    assert_leads_to(&second, "/account/check-mail");
    assert_eq!((first.body, browser.cookie("__Host-ore_session")), (second.body, None));
}

#[test]
fn where_nobody_registers_the_page_says_so() {
    let mailbox = Mailbox::open();
    let (server, browser) = start(&mailbox, &[("BACKEND_REGISTRATION", "invite")]);
    let page = browser.get("/account/register").text();
    assert!(page.contains("by invitation") && !page.contains("<form"), "{page}");
    assert!(!browser.get("/account/login").text().contains("/account/register"));
    let fields = [("email", EMAIL), ("password", PASSWORD)].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(browser.post("/account/register", &fields).status, 403);
    let audit = server.test_dir.run(&["audit", "list", "--action", "auth.register", "--json"]).succeeded();
    assert!(audit.contains("registration_closed"), "{audit}");
}

#[test]
fn a_forgotten_password_is_set_anew_and_sessions_end() {
    let mut mailbox = Mailbox::open();
    let (server, browser) = start(&mailbox, &[]);
    register(&browser, EMAIL);
    mailbox.next();
    let stranger = Browser::new(server.client());
    let ask = |email: &str| stranger.submit("/account/forgot", "/account/forgot", &[("email", email)]);
    let (known, unknown) = (ask(EMAIL), ask("nobody@example.org"));
    assert_leads_to(&known, "/account/check-mail");
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    let mail = mailbox.next();
    assert!(mail.text().contains("http://localhost:8000/account/reset#token="), "{}", mail.text());
    let token = mail.token();
    let reset = |password: &str| {
        let fields = [("token", token.as_str()), ("new_password", password)];
        stranger.submit("/account/reset", "/account/reset", &fields)
    };
    assert_eq!(reset("short").status, 422);
    assert_leads_to(&reset(NEW_PASSWORD), "/account/login?done=password-set");
    assert_eq!(reset(NEW_PASSWORD).status, 400);
    assert_leads_to(&browser.get("/account"), "/account/login?return_to=/account");
    stranger.log_in(EMAIL, NEW_PASSWORD);
}

#[test]
fn somebody_who_was_invited_sets_a_password() {
    let mut mailbox = Mailbox::open();
    let (server, browser) = start(&mailbox, &[("BACKEND_REGISTRATION", "invite")]);
    let settings = mailbox.settings();
    let public = [("BACKEND_PUBLIC_URL", "http://localhost:8000")];
    let invite = ["user", "create", EMAIL, "--invite"];
    server.test_dir.run_with(&invite, &[&settings[..], &public].concat()).succeeded();
    let mail = mailbox.next();
    assert!(mail.text().contains("http://localhost:8000/account/invite#token="), "{}", mail.text());
    let fields = [("token", mail.token()), ("new_password", NEW_PASSWORD.to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let accepted = browser.submit("/account/invite", "/account/invite", &fields);
    assert_leads_to(&accepted, "/account/login?done=password-set");
    browser.log_in(EMAIL, NEW_PASSWORD);
}

#[test]
fn an_address_is_changed_once_the_new_one_is_shown() {
    let mut mailbox = Mailbox::open();
    let (_server, browser) = start(&mailbox, &[]);
    register(&browser, EMAIL);
    mailbox.next();
    let fields = [("new_email", "ada@example.com"), ("password", PASSWORD)];
    assert_leads_to(&browser.submit("/account/email", "/account/email", &fields), "/account/email?done=mail-sent");
    let mails = [mailbox.next(), mailbox.next()];
    let token = mails.iter().find(|mail| mail.to() == "ada@example.com").unwrap().token();
    assert!(browser.get("/account").text().contains(EMAIL));
    let verified = browser.submit("/account/verify", "/account/verify", &[("token", &token)]);
    assert_leads_to(&verified, "/account?done=email-verified");
    assert!(browser.get("/account").text().contains("ada@example.com"));
}

/// What takes mail, and where it is offered.
const OFFERS: [(&str, &str); 6] = [
    ("/account/forgot", r#"action="/account/forgot""#),
    ("/account/resend", r#"action="/account/resend""#),
    ("/account/email", r#"action="/account/email""#),
    ("/admin/users/new", r#"name="send_invitation""#),
    ("/admin/users/2", "/admin/users/2/password-reset"),
    ("/admin/mail", "Mails that were not sent"),
];

#[rstest]
#[case::nowhere(&[], false)]
#[case::into_files(&[("BACKEND_MAIL_DIR", "mail")], true)]
fn mail_is_offered_where_it_is_sent(#[case] settings: &[(&str, &str)], #[case] is_sent: bool) {
    let (server, admin) = admin_browser(settings);
    server.token_of(EMAIL, PASSWORD);
    for (path, offer) in OFFERS {
        let page = admin.get(path).text();
        let told = [page.contains(offer), page.contains("No mail is sent here")];
        assert_eq!(told, [is_sent, !is_sent], "{path}: {page}");
    }
    let stranger = Browser::new(server.client());
    for (browser, path) in [(&admin, "/account"), (&admin, "/account/verify"), (&stranger, "/account/login")] {
        let page = browser.get(path).text();
        assert_eq!(page.contains("/account/resend"), is_sent, "{path}: {page}");
    }
    assert!(admin.get("/account").text().contains(">not verified"));
    // Whoever gets no mail cannot choose a password.
    let new = admin.get("/admin/users/new").text();
    let password = new.split(r#"id="password""#).nth(1).unwrap().split('>').next().unwrap();
    assert_eq!(password.contains("required"), !is_sent, "{new}");
}
