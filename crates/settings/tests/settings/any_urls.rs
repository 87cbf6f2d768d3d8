//! Whatever stands for a URL: nothing breaks, what is taken is what was meant, and no password is shown.

use ore_domain::MailDelivery;
use ore_settings::Settings;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use secrecy::ExposeSecret;

use super::Fixture;

const SECRET: [&str; 4] = ["DATABASE_URL", "DATABASE_MIGRATION_URL", "REDIS_URL", "SMTP_URL"];
const SCHEMES: [&str; 9] =
    ["postgresql", "postgres", "sqlite", "redis", "rediss", "redis+sentinel", "smtp", "smtps", "x"];

/// What is said of the settings, whether they are taken or not.
fn said(environment: &[(&str, &str)]) -> String {
    match Settings::load(&Fixture::new(environment).sources()) {
        Ok(settings) => format!("{:?} {:?}", settings.database, settings.mail),
        Err(faults) => faults.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Where the password has no `/ ? # @` in it, with which a URL is another one.
    #[test]
    fn no_password_of_any_url_is_shown(
        name in select(SECRET.to_vec()), scheme in select(SCHEMES.to_vec()), user in "[a-z%:é]{0,6}",
        around in r"[!$-.0-9:;<>A-Za-z\[\]_|~é]{0,4}", host in r"[a-z0-9.\[\]:,-]{0,12}", rest in r"[/?#&=%a-z0-9]{0,16}",
    ) {
        let url = format!("{scheme}://{user}:{around}hunter2{around}@{host}{rest}");
        let said = said(&[(name, &url)]);
        prop_assert!(!said.contains("hunter2"), "{}: {}", url, said);
    }

    #[test]
    fn any_text_is_read_as_a_url_without_a_panic(
        name in select(vec!["DATABASE_URL", "DATABASE_MIGRATION_URL", "REDIS_URL", "SMTP_URL", "PUBLIC_URL", "FRONTEND_URL", "ISSUER"]),
        scheme in select(vec!["", "http://", "https://", "sqlite://", "postgresql://", "smtp://"]), rest in ".{0,60}",
    ) {
        said(&[(name, &format!("{scheme}{rest}"))]);
    }

    #[test]
    fn a_site_that_is_taken_is_one(scheme in select(vec!["http", "https", "ftp", "javascript"]), rest in "[!-~é]{0,40}") {
        if let Ok(settings) = Settings::load(&Fixture::new(&[("PUBLIC_URL", &format!("{scheme}://{rest}"))]).sources()) {
            let url = settings.server.public_url.unwrap();
            let plain = url.has_host() && url.query().is_none() && url.fragment().is_none() && url.password().is_none();
            prop_assert!(plain && ["http", "https"].contains(&url.scheme()), "{}", url);
        }
    }

    #[test]
    fn what_is_encoded_comes_to_the_mail_server_as_it_was(user in "[ -~é密]{1,12}", password in "[ -~é密]{1,24}") {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let url = format!("smtps://{}:{}@mail.example", encoded(&user), encoded(&password));
        let settings = Fixture::new(&[("SMTP_URL", &url), ("MAIL_FROM", "ore@example.org")]).settings();
        let MailDelivery::Smtp(smtp) = settings.mail.unwrap().delivery else { panic!("no server") };
        let credentials = smtp.credentials.unwrap();
        prop_assert_eq!((credentials.user, credentials.password.expose_secret().to_owned()), (user, password));
    }
}
