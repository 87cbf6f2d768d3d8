use std::fs;
use std::path::Path;

use ore_domain::Locale;
use ore_jobs::{MailBranding, MailTemplate, TemplateError, Templates, compose};
use rstest::rstest;
use tempfile::TempDir;

use crate::outgoing_mails::{outgoing, sender};

fn load(files: &[(&str, &str)]) -> Result<Templates, TemplateError> {
    let directory = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    Templates::load("MyApp", Some(directory.path()))
}

fn written(templates: &Templates, template: MailTemplate) -> String {
    let mail = compose(&outgoing(template, Locale::En), &sender(), templates).unwrap();
    String::from_utf8(mail.formatted()).unwrap()
}

#[test]
fn a_file_takes_the_place_of_the_template_of_its_name_alone() {
    let text = "\u{FEFF}Subject: Hi from {{ app_name }}\r\n\r\nDevice: {{ device or 'unknown' }}\r\n";
    let templates = load(&[("password_changed.en.txt", text), ("notes.md", "{{ broken")]).unwrap();
    let mail = written(&templates, MailTemplate::PasswordChanged);
    assert!(
        mail.contains("Subject: Hi from MyApp\r\n") && mail.contains("\r\n\r\nDevice: Firefox on Linux\r\n"),
        "{mail}"
    );
    assert!(written(&templates, MailTemplate::Test).contains("Subject: Test mail of MyApp\r\n"));
}

#[test]
fn the_page_of_all_mails_and_that_of_one_can_be_replaced() {
    let files = [
        ("layout.html", "<all lang=\"{{ locale }}\">{% for p in paragraphs %}<p>{% endfor %}"),
        ("test.en.html", "<one>{{ subject }} {{ app_name }}</one>"),
    ];
    let templates = load(&files).unwrap();
    assert!(written(&templates, MailTemplate::AddressTaken).contains("<all lang=\"en\"><p>"));
    assert!(written(&templates, MailTemplate::Test).contains("<one>Test mail of MyApp MyApp</one>"));
}

#[test]
fn a_page_of_ones_own_shows_the_logo_or_goes_without() {
    let files = [("test.en.html", "<one>{{ accent }}</one>"), ("verify_email.en.html", "<img src=\"cid:{{ logo }}\">")];
    let branding = MailBranding { accent: Some("#0b6e4f".to_owned()), logo: Some(vec![0x89]) };
    let templates = load(&files).unwrap().with_branding(branding);
    let (without, with) = (written(&templates, MailTemplate::Test), written(&templates, MailTemplate::VerifyEmail));
    assert!(without.contains("<one>#0b6e4f</one>") && !without.contains("image/png"), "{without}");
    assert!(with.contains("cid:logo@mail.invalid") && with.contains("image/png"), "{with}");
}

#[rstest]
#[case::syntax("test.en.txt", "Subject: a\n\n{{ app_name", "line 3: syntax error")]
#[case::unknown("test.en.txt", "Subject: a\n\n{{ link }}", "names `link`, but has only app_name")]
#[case::unknown_in_a_branch(
    "password_changed.zh-CN.txt",
    "Subject: a\n\n{% if device == 'x' %}{{ devise }}{% endif %}b",
    "names `devise`, but has only app_name, device"
)]
#[case::unknown_member("test.en.txt", "Subject: a\n\n{{ app_name.length }}", "line 3: undefined value")]
#[case::unknown_filter("test.en.txt", "Subject: a\n\n{{ app_name|shout }}", "line 3: unknown filter")]
#[case::unknown_in_the_layout("layout.html", "{{ token }}", "names `token`, but has only app_name, locale, paragraphs")]
#[case::unknown_in_a_page("verify_email.en.html", "{{ address }}", "names `address`, but has only app_name, link")]
#[case::no_subject("test.en.txt", "a\n\nb", "does not begin with the line `Subject: …`")]
#[case::empty_subject("test.en.txt", "Subject:\n\nb", "does not begin with the line `Subject: …`")]
#[case::no_blank_line("test.en.txt", "Subject: a\nb\n", "does not begin with the line `Subject: …`")]
#[case::no_text("test.en.txt", "Subject: a\n\n \n", "does not begin with the line `Subject: …`")]
fn a_broken_template_is_told_by_its_file_and_fault(#[case] file: &str, #[case] text: &str, #[case] fault: &str) {
    let error = load(&[(file, text)]).err().unwrap();
    let text = error.to_string();
    assert!(text.starts_with(&format!("{file}: {fault}")) && text.lines().count() == 1, "{text}");
}

#[rstest]
#[case("verify-email.en.txt")]
#[case("verify_email.fr.txt")]
#[case("verify_email.txt")]
#[case("header.html")]
fn a_file_that_replaces_nothing_is_told(#[case] file: &str) {
    let error = load(&[(file, "Subject: a\n\nb")]).err().unwrap();
    assert!(error.file.ends_with(file) && error.fault.starts_with("is no template"), "{error}");
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let error = Templates::load("MyApp", Some(Path::new("no-such-directory"))).err().unwrap();
    assert_eq!(error.file, "no-such-directory");
}
