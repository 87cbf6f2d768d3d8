//! Values of one field, from their texts.

use chrono::{DateTime, Datelike};
use ore_domain::{Locale, Timestamp, Uuid};

use super::Violation;

pub(super) fn bounded_text(text: String, max_length: usize) -> Result<String, Violation> {
    if text.contains('\0') {
        return Err(Violation::TextForbiddenCharacter);
    }
    // The limit is of code points, as JSON Schema counts them (2020-12, 6.3.1).
    if text.chars().count() > max_length {
        return Err(Violation::TextTooLong);
    }
    Ok(text)
}

pub(crate) fn line(text: String, max_length: usize) -> Result<String, Violation> {
    let is_line = !text.chars().any(|character| character.is_control() || is_layout(character));
    if is_line { bounded_text(text, max_length) } else { Err(Violation::TextForbiddenCharacter) }
}

/// A line of which something can be seen.
pub(crate) fn name(text: String, max_length: usize) -> Result<String, Violation> {
    let name = line(text, max_length)?;
    if name.trim().is_empty() { Err(Violation::TextTooShort) } else { Ok(name) }
}

/// Line separators, and marks that turn the direction of what follows (Unicode Standard Annex 9, 2).
fn is_layout(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(super) fn locale(text: &str) -> Result<Locale, Violation> {
    if text.eq_ignore_ascii_case("zh") {
        return Ok(Locale::ZhCn);
    }
    text.parse().map_err(|_| Violation::UnknownLocale)
}

pub(super) fn timestamp(text: &str) -> Result<Timestamp, Violation> {
    let timestamp = DateTime::parse_from_rfc3339(text).map_err(|_| Violation::NotATimestamp)?;
    // By way of the number, which has no leap seconds: the databases read them differently.
    let timestamp = DateTime::from_timestamp_micros(timestamp.timestamp_micros()).ok_or(Violation::NotATimestamp)?;
    // Years outside are written with a sign, and the databases part ways.
    if (1..=9999).contains(&timestamp.year()) { Ok(timestamp) } else { Err(Violation::NotATimestamp) }
}

pub(super) fn uuid(text: &str) -> Result<Uuid, Violation> {
    let uuid = Uuid::try_parse(text).map_err(|_| Violation::NotAUuid)?;
    // The parser takes other notations too, such as braces.
    let is_hyphenated = uuid.hyphenated().to_string().eq_ignore_ascii_case(text);
    if is_hyphenated { Ok(uuid) } else { Err(Violation::NotAUuid) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::empty("", Ok(()))]
    #[case::longest("\u{1d11e}é你", Ok(()))]
    #[case::one_more("abcd", Err(Violation::TextTooLong))]
    #[case::nul("a\0", Err(Violation::TextForbiddenCharacter))]
    fn a_text_is_bounded_in_code_points(#[case] text: &str, #[case] expected: Result<(), Violation>) {
        assert_eq!(bounded_text(text.to_owned(), 3), expected.map(|()| text.to_owned()));
    }

    #[rstest]
    #[case::zone("2026-11-22T12:34:31+02:00", "2026-11-22T10:34:31Z")]
    #[case::finer_than_a_microsecond("2026-11-22T10:34:31.123456789Z", "2026-11-22T10:34:31.123456Z")]
    #[case::leap_second("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z")]
    #[case::first("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    fn a_moment_is_kept_as_every_database_keeps_it(#[case] text: &str, #[case] kept: Timestamp) {
        assert_eq!(timestamp(text), Ok(kept));
    }

    #[rstest]
    #[case::date("2026-11-22")]
    #[case::no_zone("2026-11-22T10:34:31")]
    #[case::no_such_day("2026-02-30T00:00:00Z")]
    #[case::year_10000("9999-12-31T23:59:59-01:00")]
    #[case::year_0("0001-01-01T00:00:00+01:00")]
    fn what_is_no_moment_is_refused(#[case] text: &str) {
        assert_eq!(timestamp(text), Err(Violation::NotATimestamp));
    }

    #[rstest]
    #[case::lower_case("01a2041e-213a-73b5-8e99-f9bd446c72db", true)]
    #[case::upper_case("01A2041E-213A-73B5-8E99-F9BD446C72DB", true)]
    #[case::no_hyphens("01a2041e213a73b58e99f9bd446c72db", false)]
    #[case::braces("{01a2041e-213a-73b5-8e99-f9bd446c72db}", false)]
    #[case::short("01a2041e", false)]
    fn a_uuid_has_its_hyphens(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(uuid(text).is_ok(), is_one);
    }
}
