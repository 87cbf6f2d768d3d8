//! How a value is shown to people.

use ore_persistence::DatabaseUrl;
use url::Url;

use super::form::ValueType;
use super::smtp_url::SmtpSettings;

/// The text in place of a secret.
const MASK: &str = "********";

/// The value on one line, with a secret or the password in a URL masked. A URL that is not understood is masked whole.
pub(super) fn masked(value_type: ValueType, text: &str) -> String {
    let shown = match value_type {
        _ if text.is_empty() => Some("(empty)".to_owned()),
        ValueType::Secret("database-url") => text.parse::<DatabaseUrl>().ok().map(|url| url.masked().to_owned()),
        ValueType::Secret("redis-url") => without_password(text),
        // Of a URL that is refused, part of the password may be taken for the path.
        ValueType::Secret("smtp-url") => SmtpSettings::parse(text).ok().and_then(|_| without_password(text)),
        ValueType::Secret(_) => None,
        _ => Some(public(text)),
    };
    shown.unwrap_or_else(|| MASK.to_owned()).chars().flat_map(one_line).collect()
}

/// A value that is no secret. Where it may be a URL with a password, that is masked.
pub(super) fn public(text: &str) -> String {
    if text.contains('@') && text.contains("://") {
        without_password(text).unwrap_or_else(|| MASK.to_owned())
    } else {
        text.to_owned()
    }
}

fn without_password(text: &str) -> Option<String> {
    let mut url = Url::parse(text).ok()?;
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
        const ODD: &str = r"/ // ? # @ @h/ @h?dbname= @h:1/ : :1/ :1# :1? % %2 %40 & = + \ ' [ ,";
        let odd: Vec<&str> = ODD.split(' ').collect();
        let pieces = prop::collection::vec(prop::sample::select(odd), 1..6);
        (any::<bool>(), pieces).prop_map(|(begins_odd, pieces)| {
            let rest = pieces.join("zq7") + "zq7";
            if begins_odd { rest } else { "zq7".to_owned() + &rest }
        })
    }

    proptest! {
        #[test]
        fn no_piece_of_a_password_is_shown_whatever_it_is_made_of(user in "(ada|a[/?@#]a)?", password in raw_password()) {
            for (value_type, scheme) in [
                (ValueType::Secret("database-url"), "postgresql"),
                (ValueType::Secret("redis-url"), "redis"),
                (ValueType::Secret("smtp-url"), "smtps"),
                (ValueType::Text("site-url"), "https"),
            ] {
                let text = format!("{scheme}://{user}:{password}@host.example/ore");
                let shown = masked(value_type, &text);
                prop_assert!(!shown.contains("zq7"), "{text}: {shown}");
            }
            let url = format!("postgresql://{user}:{password}@host.example/ore?sslmode=require").parse::<DatabaseUrl>();
            let told = url.as_ref().err().map(ToString::to_string).unwrap_or_default();
            prop_assert!(!format!("{url:?} {told}").contains("zq7"), "{url:?} {told}");
        }
    }

    #[rstest]
    #[case::key(ValueType::Secret("key"), "hunter2", "********")]
    #[case::redis(
        ValueType::Secret("redis-url"),
        "redis://ore:hunter2@redis:6379/0",
        "redis://ore:********@redis:6379/0"
    )]
    #[case::redis_query(ValueType::Secret("redis-url"), "redis://redis?password=hunter2", "redis://redis?********")]
    #[case::broken_redis(ValueType::Secret("redis-url"), "redis hunter2", "********")]
    #[case::smtp(
        ValueType::Secret("smtp-url"),
        "smtps://ore:hunter2@mail.example",
        "smtps://ore:********@mail.example"
    )]
    #[case::broken_smtp(ValueType::Secret("smtp-url"), "smtp://ore:12/hunter2@mail.example", "********")]
    #[case::migrations(
        ValueType::Secret("database-url"),
        "postgresql://ore:hunter2@db/ore",
        "postgresql://ore:***@db/ore"
    )]
    #[case::broken_database(ValueType::Secret("database-url"), "postgres//hunter2", "********")]
    #[case::public_url(
        ValueType::Text("site-url"),
        "https://a:hunter2@example.com/",
        "https://a:********@example.com/"
    )]
    fn no_secret_is_shown(#[case] value_type: ValueType, #[case] text: &str, #[case] shown: &str) {
        assert_eq!(masked(value_type, text), shown);
    }

    #[test]
    fn the_password_in_a_database_url_is_not_shown() {
        let shown = masked(
            ValueType::Secret("database-url"),
            "postgresql://ore:hunter2@db/ore?sslmode=disable&sslpassword=hunter2",
        );
        assert!(shown.starts_with("postgresql://ore:") && shown.contains("@db/ore"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_value_stays_on_its_line() {
        assert_eq!(masked(ValueType::Text("line"), "a\nb 名\t"), r"a\nb 名\t");
    }
}
