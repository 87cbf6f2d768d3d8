//! How a value is shown to people.

use ore_persistence::DatabaseUrl;
use url::Url;

use super::catalogue;
use super::smtp_url::SmtpSettings;
use super::spec::SettingSpec;

/// The text in place of a secret.
const MASK: &str = "********";

/// The value on one line, with a secret or the password in a URL masked. A URL that is not understood is masked whole.
pub(super) fn masked(spec: &SettingSpec, text: &str) -> String {
    let shown = if text.is_empty() {
        "(empty)".to_owned()
    } else if [catalogue::DATABASE_URL.name, catalogue::DATABASE_MIGRATION_URL.name].contains(&spec.name) {
        text.parse::<DatabaseUrl>().map_or_else(|_| MASK.to_owned(), |url| url.masked().to_owned())
    } else if spec.name == catalogue::REDIS_URL.name {
        Url::parse(text).ok().and_then(without_password).unwrap_or_else(|| MASK.to_owned())
    } else if spec.name == catalogue::SMTP_URL.name {
        // Of a URL that is refused, part of the password may be taken for the path.
        let url = SmtpSettings::parse(text).ok().and_then(|_| Url::parse(text).ok());
        url.and_then(without_password).unwrap_or_else(|| MASK.to_owned())
    } else if spec.secret {
        MASK.to_owned()
    } else if text.contains('@') && text.contains("://") {
        Url::parse(text).ok().and_then(without_password).unwrap_or_else(|| MASK.to_owned())
    } else {
        text.to_owned()
    };
    shown.chars().flat_map(one_line).collect()
}

fn without_password(mut url: Url) -> Option<String> {
    // The password had a character that ends a host, so that its rest was taken for what follows.
    let behind_the_host = [Some(url.path()), url.query(), url.fragment()];
    if behind_the_host.into_iter().flatten().any(|part| part.contains('@')) {
        return None;
    }
    if url.password().is_some() {
        url.set_password(Some(MASK)).ok()?;
    }
    if url.query().is_some() {
        // Some clients take the password there.
        url.set_query(Some(MASK));
    }
    Some(url.into())
}

/// A line break or another control character escaped, anything else as it is.
fn one_line(character: char) -> impl Iterator<Item = char> {
    let escaped = character.is_control().then(|| character.escape_default());
    let plain = escaped.is_none().then_some(character);
    escaped.into_iter().flatten().chain(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// Passwords that nobody has escaped, each piece of which is `zq7`.
    fn raw_password() -> impl Strategy<Value = String> {
        const ODD: [&str; 22] = [
            "/",
            "//",
            "?",
            "#",
            "@",
            "@h/",
            "@h?dbname=",
            "@h:1/",
            ":",
            ":1/",
            ":1#",
            ":1?",
            "%",
            "%2",
            "%40",
            "&",
            "=",
            "+",
            "\\",
            "'",
            "[",
            ",",
        ];
        let pieces = prop::collection::vec(prop::sample::select(&ODD[..]), 1..6);
        (any::<bool>(), pieces).prop_map(|(begins_odd, pieces)| {
            let rest = pieces.join("zq7") + "zq7";
            if begins_odd { rest } else { "zq7".to_owned() + &rest }
        })
    }

    proptest! {
        #[test]
        fn no_piece_of_a_password_is_shown_whatever_it_is_made_of(user in "(ada|a[/?@#]a)?", password in raw_password()) {
            for (spec, scheme) in [
                (&catalogue::DATABASE_URL, "postgresql"),
                (&catalogue::REDIS_URL, "redis"),
                (&catalogue::SMTP_URL, "smtps"),
                (&catalogue::PUBLIC_URL, "https"),
            ] {
                let text = format!("{scheme}://{user}:{password}@host.example/ore");
                let shown = masked(spec, &text);
                prop_assert!(!shown.contains("zq7"), "{text}: {shown}");
            }
            let url = format!("postgresql://{user}:{password}@host.example/ore?sslmode=require").parse::<DatabaseUrl>();
            let told = url.as_ref().err().map(ToString::to_string).unwrap_or_default();
            prop_assert!(!format!("{url:?} {told}").contains("zq7"), "{url:?} {told}");
        }
    }

    #[rstest]
    #[case::key(&catalogue::SECRET_KEY, "hunter2", "********")]
    #[case::redis(&catalogue::REDIS_URL, "redis://ore:hunter2@redis:6379/0", "redis://ore:********@redis:6379/0")]
    #[case::redis_query(&catalogue::REDIS_URL, "redis://redis?password=hunter2", "redis://redis?********")]
    #[case::broken_redis(&catalogue::REDIS_URL, "redis hunter2", "********")]
    #[case::smtp(&catalogue::SMTP_URL, "smtps://ore:hunter2@mail.example", "smtps://ore:********@mail.example")]
    #[case::broken_smtp(&catalogue::SMTP_URL, "smtp://ore:12/hunter2@mail.example", "********")]
    #[case::migrations(&catalogue::DATABASE_MIGRATION_URL, "postgresql://ore:hunter2@db/ore", "postgresql://ore:***@db/ore")]
    #[case::broken_database(&catalogue::DATABASE_URL, "postgres//hunter2", "********")]
    #[case::public_url(&catalogue::PUBLIC_URL, "https://a:hunter2@example.com/", "https://a:********@example.com/")]
    fn no_secret_is_shown(#[case] spec: &SettingSpec, #[case] text: &str, #[case] shown: &str) {
        assert_eq!(masked(spec, text), shown);
    }

    #[test]
    fn the_password_in_a_database_url_is_not_shown() {
        let shown =
            masked(&catalogue::DATABASE_URL, "postgresql://ore:hunter2@db/ore?sslmode=disable&sslpassword=hunter2");
        assert!(shown.starts_with("postgresql://ore:") && shown.contains("@db/ore"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_value_stays_on_its_line() {
        assert_eq!(masked(&catalogue::APP_NAME, "a\nb 名\t"), r"a\nb 名\t");
    }
}
