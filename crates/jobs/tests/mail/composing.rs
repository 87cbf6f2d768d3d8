use ore_domain::Locale;
use ore_jobs::{Letter, LetterValues, MailTemplate, Templates, compose};
use ore_settings::MailSender;
use rstest::rstest;

use crate::letters::{letter, sender, some_mail, templates};

#[rstest]
fn every_mail_can_be_written_in_every_language(#[values(Locale::ZhCn, Locale::En)] locale: Locale) {
    let templates = Templates::load("MyApp", None).unwrap();
    for template in MailTemplate::ALL {
        let letter = letter(*template, locale);
        let mail = String::from_utf8(compose(&letter, &sender(), &templates).unwrap().formatted()).unwrap();
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
    let letter = Letter { to: to.to_owned(), ..letter(MailTemplate::Test, Locale::En) };
    let error = compose(&letter, &sender(), &templates()).unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("address", true));
}

#[test]
fn a_letter_without_a_value_of_its_template_is_a_permanent_failure() {
    let letter = Letter { values: LetterValues::default(), ..letter(MailTemplate::VerifyEmail, Locale::En) };
    let error = compose(&letter, &sender(), &templates()).unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("template", true));
    let letter = Letter { template: MailTemplate::PasswordChanged, ..letter };
    assert!(compose(&letter, &sender(), &templates()).is_ok());
}

#[test]
fn a_sender_that_mail_cannot_have_fails_no_letter_for_good() {
    let sender = MailSender { name: None, address: "nobody".to_owned() };
    let error = compose(&letter(MailTemplate::Test, Locale::En), &sender, &templates()).unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("sender", false));
}

#[test]
fn the_name_of_the_service_is_no_markup_and_no_header() {
    let templates = Templates::load("=?utf-8?q?A?= <b>\r\nBcc: eve@evil.example", None).unwrap();
    let mail = compose(&letter(MailTemplate::Test, Locale::En), &sender(), &templates).unwrap();
    let subject = mail.headers().get_raw("Subject").unwrap();
    assert_eq!(subject, "Test mail of = ?utf-8?q?A?= <b>\u{FFFD}\u{FFFD}Bcc: eve@evil.example");
    assert!(!String::from_utf8(mail.formatted()).unwrap().lines().any(|line| line.starts_with("Bcc")));
}

#[test]
fn a_letter_shows_neither_its_reader_nor_its_token() {
    let shown = format!("{:?} {:?}", letter(MailTemplate::VerifyEmail, Locale::En), crate::letters::values());
    assert!(!shown.contains("ore_mt") && !shown.contains('@'), "{shown}");
}
