//! How a value is shown to people.

use ore_persistence::DatabaseUrl;
use url::Url;

use super::catalogue;
use super::smtp_url::SmtpSettings;
use super::spec::SettingSpec;

/// What stands for a secret.
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
    use rstest::rstest;

    use super::*;

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
