use ore_domain::{Locale, MailSender};
use ore_jobs::{MailBranding, MailTemplate, OutgoingMail, TemplateValues, Templates, compose};
use rstest::rstest;

use crate::outgoing_mails::{outgoing, sender, some_mail, templates};

#[rstest]
fn every_mail_can_be_written_in_every_language(#[values(Locale::ZhCn, Locale::En)] locale: Locale) {
    let templates = Templates::load("MyApp", None).unwrap();
    for template in MailTemplate::ALL {
        let outgoing = outgoing(*template, locale);
        let mail = String::from_utf8(compose(&outgoing, &sender(), &templates).unwrap().formatted()).unwrap();
        assert!(mail.lines().all(|line| line.len() <= 998), "{template:?}");
        assert!(mail.is_ascii(), "{template:?}");
    }
}

#[test]
fn names_are_those_of_the_files() {
    let names: Vec<_> = MailTemplate::ALL.iter().map(|template| template.name()).collect();
    let expected = [
        "verify_email",
        "reset_password",
        "confirm_address_change",
        "address_change_requested",
        "address_changed",
        "address_taken",
        "password_changed",
        "second_factor_added",
        "second_factor_removed",
        "second_factors_reset",
        "session_reused",
        "passkey_cloned",
        "invitation",
        "test",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_letter_is_the_same_mail_whenever_it_is_written() {
    assert_eq!(some_mail().formatted(), some_mail().formatted());
}

#[rstest]
#[case("")]
#[case("ada")]
#[case("ada@example.org\r\nBcc: eve@evil.example")]
#[case("ada@example.org, eve@evil.example")]
#[case("Ada <ada@example.org>")]
#[case("ada@example.org＠evil.example")]
#[case("\"\r\nDATA\r\n\"@example.org")]
fn an_address_that_mail_cannot_have_is_a_permanent_failure(#[case] to: &str) {
    let outgoing = OutgoingMail { to: to.to_owned(), ..outgoing(MailTemplate::Test, Locale::En) };
    let error = compose(&outgoing, &sender(), &templates()).unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("address", true));
}

#[test]
fn a_letter_without_a_value_of_its_template_is_a_permanent_failure() {
    let outgoing =
        OutgoingMail { values: TemplateValues::default(), ..outgoing(MailTemplate::VerifyEmail, Locale::En) };
    let error = compose(&outgoing, &sender(), &templates()).unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("template", true));
    let outgoing = OutgoingMail { template: MailTemplate::PasswordChanged, ..outgoing };
    assert!(compose(&outgoing, &sender(), &templates()).is_ok());
}

#[test]
fn a_sender_that_mail_cannot_have_fails_no_letter_for_good() {
    let sender = MailSender { name: None, address: "nobody".to_owned() };
    let error = compose(&outgoing(MailTemplate::Test, Locale::En), &sender, &templates()).unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("sender", false));
}

#[test]
fn the_name_of_the_service_is_no_markup_and_no_header() {
    let templates = Templates::load("=?utf-8?q?A?= <b>\r\nBcc: eve@evil.example", None).unwrap();
    let mail = compose(&outgoing(MailTemplate::Test, Locale::En), &sender(), &templates).unwrap();
    let subject = mail.headers().get_raw("Subject").unwrap();
    assert_eq!(subject, "Test mail of = ?utf-8?q?A?= <b>\u{FFFD}\u{FFFD}Bcc: eve@evil.example");
    assert!(!String::from_utf8(mail.formatted()).unwrap().lines().any(|line| line.starts_with("Bcc")));
}

#[test]
fn a_letter_shows_neither_its_reader_nor_its_token() {
    let shown = format!("{:?} {:?}", outgoing(MailTemplate::VerifyEmail, Locale::En), crate::outgoing_mails::values());
    assert!(!shown.contains("ore_mt") && !shown.contains('@'), "{shown}");
}

/// As mail programs put it together again.
fn unfolded(templates: &Templates) -> String {
    let mail = compose(&outgoing(MailTemplate::VerifyEmail, Locale::En), &sender(), templates).unwrap();
    String::from_utf8(mail.formatted()).unwrap().replace("=\r\n", "").replace("=3D", "=")
}

#[test]
fn the_accent_is_in_the_html_alone() {
    let branding = MailBranding { accent: Some("#0b6e4f".to_owned()), logo: None };
    let mail = unfolded(&templates().with_branding(branding));
    let (text, html) = mail.split_once("Content-Type: text/html").unwrap();
    assert!(!text.contains("#0b6e4f") && html.contains(r#"" style="color: #0b6e4f;">"#), "{mail}");
    assert!(!unfolded(&templates()).contains("color: #0"), "no accent");
}

#[test]
fn the_logo_goes_with_the_html_that_shows_it() {
    let png = b"\x89PNG\r\n\x1a\n".repeat(40);
    let templates = || templates().with_branding(MailBranding { accent: None, logo: Some(png.clone()) });
    let mail = unfolded(&templates());
    assert!(mail.contains(r#"<img src="cid:logo@mail.invalid""#) && mail.contains("> MyApp</p>"), "{mail}");
    assert!(mail.contains("Content-ID: <logo@mail.invalid>\r\nContent-Disposition: inline\r\n"), "{mail}");
    assert!(mail.contains("multipart/related") && mail.contains("\r\niVBORw0KGgqJUE5H"), "{mail}");
    assert!(!mail.contains("src=\"http"), "nothing is fetched: {mail}");
    assert_eq!(unfolded(&templates()), mail, "the same whenever it is written");
}
