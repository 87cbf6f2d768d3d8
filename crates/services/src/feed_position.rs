use std::fmt;

use ore_domain::{Revocation, Revoked};
use ore_security::keyed_hash::KeyedHash;

/// A position in the feed of a database, as clients name it.
///
/// The mark is made of the revocation at the position. In a restored database another revocation may have the position,
/// and then the mark differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FeedPosition {
    mark: String,
    pub(crate) number: i64,
}

impl FeedPosition {
    /// The position of this revocation; `None` where it was deleted, or where there is none.
    pub(crate) fn new(database: &str, number: i64, revocation: Option<&Revocation>) -> Self {
        let what = revocation.map(|Revocation { revoked, at, .. }| match revoked {
            Revoked::Session(id) => format!("{id} {}", at.timestamp_micros()),
            Revoked::User { id, not_before } => format!("{id} {not_before} {}", at.timestamp_micros()),
        });
        let name = KeyedHash::new(database.as_bytes()).of(&format!("{number} {}", what.unwrap_or_default()));
        let bytes = name.as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        Self { mark: format!("{bytes:016x}"), number }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (mark, number) = text.split_once('-')?;
        let is_mark = mark.len() == 16 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|_| is_mark && is_number)?;
        Some(Self { mark: mark.to_owned(), number })
    }

    /// Whether it is a position of this database, which has this revocation there.
    pub(crate) fn is_of(&self, database: &str, revocation: Option<&Revocation>) -> bool {
        *self == Self::new(database, self.number, revocation)
    }
}

impl fmt::Display for FeedPosition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.mark, self.number)
    }
}

#[cfg(test)]
mod tests {
    use ore_domain::{Timestamp, UserId};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0123456789abcdef-0", true)]
    #[case("0123456789abcdef-12", true)]
    #[case::no_number("0123456789abcdef-", false)]
    #[case::negative("0123456789abcdef--1", false)]
    #[case::signed("0123456789abcdef-+1", false)]
    #[case::short("0123456789abcde-1", false)]
    #[case::no_name("-1", false)]
    #[case::too_large("0123456789abcdef-9223372036854775808", false)]
    #[case::nothing("", false)]
    fn a_place_is_a_mark_and_a_number(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(FeedPosition::parse(text).is_some(), is_one);
    }

    #[test]
    fn a_place_belongs_to_a_database_and_to_what_has_it() {
        let revocation = |user, second| Revocation {
            number: 7,
            revoked: Revoked::User { id: UserId::new(user), not_before: 1 },
            at: Timestamp::UNIX_EPOCH + std::time::Duration::from_secs(second),
        };
        let place = FeedPosition::parse(&FeedPosition::new("a", 7, Some(&revocation(1, 1))).to_string()).unwrap();
        assert!(place.is_of("a", Some(&revocation(1, 1))));
        for other in [revocation(2, 1), revocation(1, 2)] {
            assert!(!place.is_of("a", Some(&other)));
        }
        assert!(!place.is_of("b", Some(&revocation(1, 1))) && !place.is_of("a", None));
    }
}
