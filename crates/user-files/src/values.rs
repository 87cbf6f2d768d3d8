//! The values of fields, from text and from JSON.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use ore_domain::{EmailAddress, ImportedUser, Locale, PasswordHash, RoleName, Timestamp, UserId};
use serde_json::Value;

use crate::fault::{FieldFault, RowFault};

/// A field that is needed.
pub(crate) fn required<T>(name: &'static str, value: Option<T>) -> Result<T, RowFault> {
    value.ok_or(RowFault::Field(name, FieldFault::Missing))
}

/// A field that may be missing.
pub(crate) fn optional<S, T>(
    name: &'static str,
    value: Option<S>,
    read: impl FnOnce(S) -> Result<T, FieldFault>,
) -> Result<Option<T>, RowFault> {
    value.map(read).transpose().map_err(|fault| RowFault::Field(name, fault))
}

pub(crate) fn email(text: &str) -> Result<EmailAddress, FieldFault> {
    Ok(EmailAddress::parse(text)?)
}

/// Empty for an account without a password, which Django writes as `!` and random letters.
pub(crate) fn password_hash(text: &str) -> PasswordHash {
    PasswordHash::new(if text.starts_with('!') { String::new() } else { text.to_owned() })
}

pub(crate) fn key(text: &str) -> Result<UserId, FieldFault> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain).ok_or(FieldFault::NotAKey).and_then(check_key)
}

fn check_key(key: i64) -> Result<UserId, FieldFault> {
    if (1..=ImportedUser::MAX_ID).contains(&key) { Ok(UserId::new(key)) } else { Err(FieldFault::NotAKey) }
}

/// As PostgreSQL, SQLite and Python write them.
pub(crate) fn boolean(text: &str) -> Result<bool, FieldFault> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Ok(true),
        "false" | "f" | "0" => Ok(false),
        _ => Err(FieldFault::NotABoolean),
    }
}

/// RFC 3339, or the forms of PostgreSQL and SQLAlchemy; without a time zone it is UTC. Cut to the microsecond.
pub(crate) fn time(text: &str) -> Result<Timestamp, FieldFault> {
    let zoned = || DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").ok();
    let plain = |form| NaiveDateTime::parse_from_str(text, form).ok();
    let time = DateTime::parse_from_rfc3339(text).ok().or_else(zoned).map(|time| time.with_timezone(&Utc));
    let time = time
        .or_else(|| plain("%Y-%m-%d %H:%M:%S%.f").or_else(|| plain("%Y-%m-%dT%H:%M:%S%.f")).map(|time| time.and_utc()));
    time.map(|time| time.timestamp_micros()).and_then(from_micros).ok_or(FieldFault::NotATime)
}

/// By way of the number, which has no leap seconds: the databases read them differently.
pub(crate) fn from_micros(micros: i64) -> Option<Timestamp> {
    DateTime::from_timestamp_micros(micros).filter(|time| (1..=9999).contains(&time.year()))
}

/// A name, as a profile takes it; `None` for one of white space.
pub(crate) fn name(text: &str) -> Result<Option<String>, FieldFault> {
    if text.chars().any(|character| character.is_control() || is_layout(character)) {
        return Err(FieldFault::ForbiddenCharacter);
    }
    if text.chars().count() > ImportedUser::MAX_NAME_LENGTH {
        return Err(FieldFault::TooLong(ImportedUser::MAX_NAME_LENGTH));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.trim().is_empty()))
}

/// Line separators, and marks that turn the direction of what follows (Unicode Standard Annex 9, 2).
fn is_layout(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(crate) fn locale(text: &str) -> Result<Locale, FieldFault> {
    if text.eq_ignore_ascii_case("zh") {
        return Ok(Locale::ZhCn);
    }
    text.parse().map_err(|_| FieldFault::UnknownLocale)
}

/// Names with spaces between them.
pub(crate) fn roles(text: &str) -> Result<Vec<RoleName>, FieldFault> {
    text.split_whitespace().map(role).collect()
}

pub(crate) fn json_roles(value: &Value) -> Result<Vec<RoleName>, FieldFault> {
    let names = value.as_array().ok_or(FieldFault::NotAnArray)?;
    names.iter().map(|name| role(name.as_str().ok_or(FieldFault::NotAnArray)?)).collect()
}

fn role(text: &str) -> Result<RoleName, FieldFault> {
    text.parse().map_err(|_| FieldFault::NotARole)
}

pub(crate) fn json_text(value: &Value) -> Result<&str, FieldFault> {
    value.as_str().ok_or(FieldFault::NotAText)
}

pub(crate) fn json_boolean(value: &Value) -> Result<bool, FieldFault> {
    value.as_bool().ok_or(FieldFault::NotABoolean)
}

pub(crate) fn json_key(value: &Value) -> Result<UserId, FieldFault> {
    value.as_i64().ok_or(FieldFault::NotAKey).and_then(check_key)
}
