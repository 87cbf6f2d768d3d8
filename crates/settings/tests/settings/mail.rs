use std::path::Path;

use ore_domain::{MailDelivery, SmtpServer, SmtpTls};
use ore_settings::MailSettings;
use rstest::rstest;
use secrecy::ExposeSecret;

use super::Fixture;

const FROM: (&str, &str) = ("MAIL_FROM", "ORE <no-reply@example.org>");
const FRONTEND: (&str, &str) = ("FRONTEND_URL", "https://www.example.org");

fn smtp(url: &str) -> SmtpServer {
    match Fixture::production(&[("SMTP_URL", url), FROM, FRONTEND]).settings().mail.unwrap().delivery {
        MailDelivery::Smtp(smtp) => smtp,
        MailDelivery::Directory(directory) => panic!("{}", directory.display()),
    }
}

#[track_caller]
fn assert_directory(mail: Option<MailSettings>, expected: &str) {
    let mail = mail.unwrap();
    let MailDelivery::Directory(directory) = mail.delivery else { panic!("{:?}", mail.delivery) };
    assert_eq!(directory, Path::new(expected));
}

#[test]
fn without_a_server_mails_go_into_a_directory_and_in_production_only_into_one_that_is_named() {
    let development = Fixture::new(&[]).settings().mail.unwrap();
    assert_eq!((development.from.name.as_deref(), development.from.address.as_str()), (None, "ore-backend@localhost"));
    assert_eq!(development.account_url.as_str(), "http://localhost:8000/account");
    assert_directory(Some(development), "./mail");
    assert_directory(Fixture::new(&[("MAIL_DIR", "letters")]).settings().mail, "letters");
    assert!(Fixture::new(&[("MAIL_DIR", "")]).settings().mail.is_none());
    assert!(Fixture::production(&[]).settings().mail.is_none());
    assert_directory(Fixture::production(&[("MAIL_DIR", "letters"), FRONTEND]).settings().mail, "letters");
}

#[rstest]
#[case::submission("smtp://mail.example", "mail.example", 587, SmtpTls::Offered)]
#[case::insisting("smtp://mail.example:25/?tls=required", "mail.example", 25, SmtpTls::Required)]
#[case::from_start("smtps://mail.example", "mail.example", 465, SmtpTls::FromStart)]
#[case::international("smtps://邮件.example:2465", "xn--5nq051n.example", 2465, SmtpTls::FromStart)]
#[case::ipv4("smtp://127.0.0.1:2525", "127.0.0.1", 2525, SmtpTls::Offered)]
#[case::ipv6("smtp://[::1]:2525", "::1", 2525, SmtpTls::Offered)]
fn a_server_is_named_by_a_url(#[case] url: &str, #[case] host: &str, #[case] port: u16, #[case] tls: SmtpTls) {
    let smtp = smtp(url);
    assert_eq!((smtp.host.as_str(), smtp.port, smtp.tls), (host, port, tls));
    assert!(smtp.credentials.is_none());
}

#[test]
fn the_user_and_the_password_are_percent_decoded_and_not_shown() {
    let smtp = smtp("smtps://ada%40example.org:h%2Funter2%3A%E5%AF%86@mail.example");
    let credentials = smtp.credentials.as_ref().unwrap();
    assert_eq!(credentials.user, "ada@example.org");
    assert_eq!(credentials.password.expose_secret(), "h/unter2:密");
    assert!(!format!("{smtp:?}").contains("unter2"));
}

#[test]
fn the_url_can_lie_in_a_file() {
    let fixture = Fixture::production(&[("SMTP_URL_FILE", "url"), FROM, FRONTEND]).file("url", "smtps://a.example\n");
    assert!(matches!(fixture.settings().mail.unwrap().delivery, MailDelivery::Smtp(smtp) if smtp.host == "a.example"));
}

#[rstest]
#[case::another_scheme("http://mail.example", "is not smtp://")]
#[case::no_scheme("mail.example:25", "is not smtp://")]
#[case::no_host("smtp://", "is not smtp://")]
#[case::port("smtp://mail.example:99999", "is not smtp://")]
#[case::port_zero("smtp://mail.example:0", "has the port 0")]
#[case::slash_in_password("smtp://ore:hunter2/hunter2@mail.example", "is not smtp://")]
#[case::digits_before_a_slash("smtp://ore:25/hunter2@mail.example", "has a path or fragment")]
#[case::hash_in_password("smtp://ore:25#hunter2@mail.example", "has a path or fragment")]
#[case::question_mark_in_password("smtp://ore:25?hunter2@mail.example", "has a query other than ?tls=required")]
#[case::path("smtp://mail.example/hunter2", "has a path or fragment")]
#[case::another_tls("smtp://mail.example?tls=opportunistic", "has a query other than ?tls=required")]
#[case::no_password("smtp://hunter2@mail.example", "has a user without a password")]
#[case::no_user("smtp://:hunter2@mail.example", "has a user without a password")]
#[case::no_text("smtp://ore:hunter2%FF@mail.example", "has a user or password that is not UTF-8")]
#[case::line_break("smtp://ore:hunter2%0D%0A@mail.example", "has a user or password that is not UTF-8 or holds")]
#[case::white_space("smtp://ore:hunter2 @mail.example", "holds white space")]
#[case::bad_host("smtp://mail%20example", "has a host that is neither")]
fn anything_else_is_a_fault_that_says_what_would_be_right(#[case] url: &str, #[case] problem: &str) {
    let faults = Fixture::production(&[("SMTP_URL", url), FROM, FRONTEND]).faults();
    assert!(
        faults.len() == 1 && faults[0].starts_with(&format!("BACKEND_SMTP_URL: the value {problem}")),
        "{faults:?}"
    );
    assert!(!faults[0].contains("hunter2"), "{faults:?}");
}

#[rstest]
#[case::bare("no-reply@example.org", None, "no-reply@example.org")]
#[case::named("ORE <no-reply@example.org>", Some("ORE"), "no-reply@example.org")]
#[case::quoted("\"Doe, Jane\" <jane@example.org>", Some("Doe, Jane"), "jane@example.org")]
#[case::without_a_name("<no-reply@example.org>", None, "no-reply@example.org")]
#[case::chinese("账户服务 <no-reply@例子.中国>", Some("账户服务"), "no-reply@例子.中国")]
#[case::local("ore@localhost", None, "ore@localhost")]
fn a_sender_is_an_address_with_or_without_a_name(
    #[case] text: &str,
    #[case] name: Option<&str>,
    #[case] address: &str,
) {
    let from = Fixture::new(&[("MAIL_FROM", text)]).settings().mail.unwrap().from;
    assert_eq!((from.name.as_deref(), from.address.as_str()), (name, address));
}

#[rstest]
#[case::no_address("ORE")]
#[case::no_domain("ore@")]
#[case::machine("ore@mail")]
#[case::two("a@example.org, b@example.org")]
#[case::unclosed("ORE <ore@example.org")]
#[case::header("ORE\r\nBcc: b@example.org <ore@example.org>")]
#[case::second_address("ORE <a@example.org> <b@example.org>")]
#[case::empty("<>")]
fn a_sender_that_is_no_address_is_a_fault(#[case] text: &str) {
    let faults = Fixture::new(&[("MAIL_FROM", text)]).faults();
    assert!(faults.len() == 1 && faults[0].starts_with("BACKEND_MAIL_FROM: "), "{faults:?}");
}

#[test]
fn a_server_needs_a_sender() {
    let faults = Fixture::new(&[("SMTP_URL", "smtp://localhost")]).faults();
    assert!(faults.len() == 1 && faults[0].starts_with("BACKEND_MAIL_FROM: is not set"), "{faults:?}");
}

#[rstest]
#[case::front_end(&[FRONTEND, ("PUBLIC_URL", "https://api.example.org")], "https://www.example.org/")]
#[case::our_own(&[("PUBLIC_URL", "https://api.example.org")], "https://api.example.org/account")]
#[case::our_own_below_a_path(&[("PUBLIC_URL", "https://example.org/api/")], "https://example.org/api/account")]
#[case::neither(&[("PORT", "9000")], "http://localhost:9000/account")]
#[case::neither_with_tls(&[("TLS_CERT_FILE", "a"), ("TLS_KEY_FILE", "b")], "https://localhost:8000/account")]
fn links_lead_to_the_front_end_or_to_our_own_pages(#[case] environment: &[(&str, &str)], #[case] url: &str) {
    assert_eq!(Fixture::new(environment).settings().mail.unwrap().account_url.as_str(), url);
}

#[rstest]
#[case::server(&[("SMTP_URL", "smtps://mail.example"), FROM])]
#[case::directory(&[("MAIL_DIR", "mail")])]
fn production_does_not_guess_where_links_lead_to(#[case] environment: &[(&str, &str)]) {
    let faults = Fixture::production(environment).faults();
    let start = "BACKEND_FRONTEND_URL: is not set, and links in mails lead to it; set it, or BACKEND_PUBLIC_URL";
    assert!(faults.len() == 1 && faults[0].starts_with(start), "{faults:?}");
}

#[rstest]
#[case::over_tls(&[("SMTP_URL", "smtp://mail.example?tls=required"), FROM], &[])]
#[case::with_credentials(&[("SMTP_URL", "smtp://ore:hunter2@mail.example"), FROM], &[])]
#[case::this_machine(&[("SMTP_URL", "smtp://localhost:25"), FROM], &[])]
#[case::in_the_clear(&[("SMTP_URL", "smtp://mail.example"), FROM], &["BACKEND_SMTP_URL sends mails"])]
#[case::two_ways(&[("SMTP_URL", "smtps://mail.example"), FROM, ("MAIL_DIR", "mail")], &["BACKEND_MAIL_DIR is not used"])]
#[case::nobody_reads(&[("MAIL_DIR", "mail")], &["BACKEND_MAIL_DIR keeps mails as files"])]
fn what_is_surely_not_meant_is_a_warning(#[case] environment: &[(&str, &str)], #[case] expected: &[&str]) {
    let plain = [environment, &[FRONTEND, ("REQUIRE_HTTPS", "false")]].concat();
    let warnings = Fixture::production(&plain).settings().warnings;
    assert_eq!(warnings.len(), expected.len(), "{warnings:?}");
    assert!(warnings.iter().zip(expected).all(|(warning, start)| warning.starts_with(start)), "{warnings:?}");
}

#[test]
fn mails_that_wait_need_a_key() {
    let environment = [("SMTP_URL", "smtps://mail.example"), FROM, FRONTEND, ("KEY_ENCRYPTION_KEY", "")];
    let faults = Fixture::production(&environment).faults();
    assert!(faults.len() == 1 && faults[0].starts_with("BACKEND_KEY_ENCRYPTION_KEY: is not set"), "{faults:?}");
}

#[rstest]
#[case("REQUIRE_VERIFIED_EMAIL")]
#[case("ENUMERATION_SAFE_REGISTRATION")]
fn what_waits_for_mails_needs_mail(#[case] name: &'static str) {
    let faults = Fixture::production(&[(name, "true")]).faults();
    assert!(faults.len() == 1 && faults[0].starts_with(&format!("BACKEND_{name}: needs mail")), "{faults:?}");
    let with_mail = [(name, "true"), ("SMTP_URL", "smtps://mail.example"), FROM, FRONTEND];
    assert!(Fixture::production(&with_mail).settings().mail.is_some());
}
