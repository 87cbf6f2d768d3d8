use std::fmt::Write as _;

use diesel::sql_types::{Bool, Text, Timestamp as SqlTimestamp};
use ore_domain::UserFilters;

use crate::static_query::{StaticQuery, static_query};
use crate::stored_timestamp::StoredTimestamp;

/// A filter or several, and whether an index may serve them.
pub(super) type Filter = (UserFilters, bool);

/// The text of a query so far, and its parameters.
pub(super) struct Conditions<'a> {
    text: String,
    query: Vec<Bind<'a>>,
}

pub(super) type Bind<'a> = Box<dyn FnOnce(StaticQuery<'a>) -> StaticQuery<'a> + 'a>;

impl<'a> Conditions<'a> {
    /// A condition in which `?` stands for each of the parameters.
    pub(super) fn add(&mut self, condition: &str, binds: impl IntoIterator<Item = Bind<'a>>) {
        let mut number = self.query.len();
        self.query.extend(binds);
        self.text.push_str(" AND ");
        for character in condition.chars() {
            if character == '?' {
                number += 1;
                // Writing to a string does not fail.
                let _ = write!(self.text, "${number}");
            } else {
                self.text.push(character);
            }
        }
    }

    pub(super) fn finish(self, select: &str, end: &str) -> StaticQuery<'a> {
        let text = format!("{select} FROM users WHERE TRUE{}{end}", self.text);
        self.query.into_iter().fold(static_query(text).unprepared(), |query, bind| bind(query))
    }
}

pub(super) fn text<'a>(value: impl Into<String>) -> Bind<'a> {
    let value = value.into();
    Box::new(move |query| query.bind::<Text, _>(value))
}

fn time<'a>(value: impl Into<StoredTimestamp>) -> Bind<'a> {
    let value = value.into();
    Box::new(move |query| query.bind::<SqlTimestamp, _>(value))
}

/// Those of the filters; `collation` stands after a text that is compared by its bytes.
pub(super) fn conditions<'a>(filters: &[Filter], collation: &str) -> Conditions<'a> {
    let mut conditions = Conditions { text: String::new(), query: Vec::new() };
    for (filters, has_index) in filters {
        // SQLite looks for no index for what has a plus before it (sqlite.org/optoverview.html).
        add_filters(&mut conditions, filters, collation, if *has_index { "" } else { "+" });
    }
    conditions
}

fn add_filters(conditions: &mut Conditions<'_>, filters: &UserFilters, collation: &str, plus: &str) {
    if let Some(prefix) = filters.prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
        add_prefix(conditions, prefix, collation, plus);
    }
    for (column, value) in [
        ("users.is_active", filters.is_active),
        ("COALESCE(users.verified_email = users.email_canonical, FALSE)", filters.email_verified),
    ] {
        if let Some(value) = value {
            let bind: Bind<'_> = Box::new(move |query| query.bind::<Bool, _>(value));
            conditions.add(&format!("{plus}{column} = ?"), [bind]);
        }
    }
    if let Some(role) = filters.role.as_ref().filter(|role| !role.is_user()) {
        let holders = if plus.is_empty() {
            "users.id IN (SELECT user_id FROM user_roles WHERE role = ?)"
        } else {
            "EXISTS (SELECT 1 FROM user_roles WHERE user_id = users.id AND role = ?)"
        };
        conditions.add(holders, [text(role.as_str())]);
    }
    if let Some(after) = filters.created_after {
        conditions.add(&format!("{plus}users.created_at > ?"), [time(after)]);
    }
    if let Some(before) = filters.created_before {
        conditions.add(&format!("{plus}users.created_at < ?"), [time(before)]);
    }
}

fn add_prefix(conditions: &mut Conditions<'_>, prefix: &str, collation: &str, plus: &str) {
    let columns = ["users.email_canonical", "users.folded_name"].map(|column| format!("{plus}{column}{collation}"));
    if let Some(end) = end_of_prefix(prefix) {
        let ranges = columns.map(|column| format!("({column} >= ? AND {column} < ?)"));
        let binds = [text(prefix), text(end.as_str()), text(prefix), text(end.as_str())];
        conditions.add(&format!("({})", ranges.join(" OR ")), binds);
    } else {
        let ranges = columns.map(|column| format!("{column} >= ?"));
        conditions.add(&format!("({})", ranges.join(" OR ")), [text(prefix), text(prefix)]);
    }
}

/// The first text, by bytes, after all that begin with the prefix; `None` where every later text does.
fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // There are no characters from U+D800 to U+DFFF.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::letter("ab", Some("ac"))]
    #[case::before_the_surrogates("\u{d7ff}", Some("\u{e000}"))]
    #[case::last_character("a\u{10ffff}", Some("b"))]
    #[case::nothing_after("\u{10ffff}", None)]
    fn a_prefix_ends_before_the_next_text(#[case] prefix: &str, #[case] end: Option<&str>) {
        assert_eq!(end_of_prefix(prefix).as_deref(), end);
        if let Some(end) = end {
            assert!(format!("{prefix}\u{10ffff}").as_str() < end);
        }
    }
}
