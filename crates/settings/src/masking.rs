//! How a value is shown to people.

use ore_domain::SmtpServer;
use ore_persistence::DatabaseUrl;
use url::Url;

use super::declaration::ValueType;

/// The text in place of a secret.
const MASK: &str = "********";

/// The value on one line, with a secret or the password in a URL masked. A URL that is not understood is masked whole.
pub(super) fn masked(value_type: ValueType, text: &str) -> String {
    let shown = match value_type {
        _ if text.is_empty() => Some("(empty)".to_owned()),
        ValueType::Secret("database-url") => text.parse::<DatabaseUrl>().ok().map(|url| url.masked().to_owned()),
        ValueType::Secret("redis-url") => without_password(text),
        // Of a URL that is refused, part of the password may be taken for the path.
        ValueType::Secret("smtp-url") => text.parse::<SmtpServer>().ok().and_then(|_| without_password(text)),
        ValueType::Secret(_) => None,
        _ => Some(public(text)),
    };
    let one_line = |it: char| if it.is_control() { it.escape_default().to_string() } else { it.to_string() };
    shown.as_deref().unwrap_or(MASK).chars().map(one_line).collect()
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
