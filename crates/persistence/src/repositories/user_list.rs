use std::fmt::Write as _;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Timestamp as SqlTimestamp};
use ore_domain::{ListPage, ListedUser, Position, StoreError, Total, UserListRequest, UserSort};

use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;
use crate::role_rows::grants_of;
use crate::static_query::{StaticQuery, static_query};
use crate::stored_timestamp::StoredTimestamp;
use crate::user_row::UserRow;

/// What the two databases say differently, so that the indexes serve.
struct Dialect {
    /// After a text that is compared by its bytes.
    collation: &'static str,
    /// Before the time of those who never logged in.
    timestamp: &'static str,
    /// Around a time that is read as text.
    time_text: fn(&str) -> String,
    /// After a time that comes as text.
    time_cast: &'static str,
    /// Whether an index finds a pair of a column and the key. SQLite finds the column alone, and would read everything that
    /// equals it up to the place: as many rows as were made in one moment, or as never logged in.
    finds_pairs: bool,
}

/// Which part of what comes after a place is read at once.
#[derive(Clone, Copy)]
enum Part {
    Everything,
    /// What equals the item at the place.
    Equals,
    Rest,
}

const POSTGRES: Dialect = Dialect {
    collation: r#" COLLATE "C""#,
    timestamp: "TIMESTAMP ",
    time_text: |time| format!("to_char({time}, 'YYYY-MM-DD HH24:MI:SS.US')"),
    time_cast: "::TIMESTAMP",
    finds_pairs: true,
};

const SQLITE: Dialect =
    Dialect { collation: "", timestamp: "", time_text: str::to_owned, time_cast: "", finds_pairs: false };

#[derive(QueryableByName)]
struct ListedRow {
    #[diesel(embed)]
    user: UserRow,
    #[diesel(sql_type = BigInt)]
    listed_id: i64,
    #[diesel(sql_type = Text)]
    listed_by: String,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The text of a query so far, and its parameters.
struct Conditions<'a> {
    text: String,
    query: Vec<Bind<'a>>,
}

type Bind<'a> = Box<dyn FnOnce(StaticQuery<'a>) -> StaticQuery<'a> + 'a>;

impl<'a> Conditions<'a> {
    /// A condition in which `?` stands for each of the parameters.
    fn add(&mut self, condition: &str, binds: impl IntoIterator<Item = Bind<'a>>) {
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

    fn finish(self, select: &str, end: &str) -> StaticQuery<'a> {
        let text = format!("{select} FROM users WHERE TRUE{}{end}", self.text);
        self.query.into_iter().fold(static_query(text).unprepared(), |query, bind| bind(query))
    }
}

fn text<'a>(value: impl Into<String>) -> Bind<'a> {
    let value = value.into();
    Box::new(move |query| query.bind::<Text, _>(value))
}

fn time<'a>(value: impl Into<StoredTimestamp>) -> Bind<'a> {
    let value = value.into();
    Box::new(move |query| query.bind::<SqlTimestamp, _>(value))
}

impl DatabaseConnection {
    /// The users of a page, and how many there are in all where that is asked for.
    pub(super) fn page_of_users(&mut self, request: &UserListRequest) -> Result<ListPage<ListedUser>, StoreError> {
        let dialect = if matches!(self.inner, AnyConnection::Postgres(_)) { &POSTGRES } else { &SQLITE };
        let total = if request.counts { Some(self.count_users(request, dialect)?) } else { None };
        let mut rows = Vec::new();
        for part in parts(request, dialect) {
            let query = page_query(request, dialect, *part)?;
            rows.extend(self.query(|connection| query.load::<ListedRow>(connection))?);
            if rows.len() > usize::try_from(request.limit).unwrap_or(usize::MAX) {
                break;
            }
        }
        let rows = rows.into_iter().map(|ListedRow { user, listed_id, listed_by }| {
            (user.into_user(), Position { value: listed_by, key: listed_id.to_string() })
        });
        Ok(ListPage::of_rows(rows.collect(), request.limit, total))
    }

    fn count_users(&mut self, request: &UserListRequest, dialect: &Dialect) -> Result<Total, StoreError> {
        let end = format!(" LIMIT {}) AS counted", Total::MAX + 1);
        let query = conditions(request, dialect).finish("SELECT COUNT(*) AS number FROM (SELECT 1", &end);
        let counted: Counted = self.query(|connection| query.get_result(connection))?;
        Ok(Total::of_counted(counted.number.try_into().unwrap_or_default()))
    }
}

/// In their order; the page may be full before the last.
fn parts(request: &UserListRequest, dialect: &Dialect) -> &'static [Part] {
    let is_after_pair = request.after.is_some() && request.sort != UserSort::Id;
    if is_after_pair && !dialect.finds_pairs { &[Part::Equals, Part::Rest] } else { &[Part::Everything] }
}

fn page_query<'a>(request: &UserListRequest, dialect: &Dialect, part: Part) -> Result<StaticQuery<'a>, StoreError> {
    let (column, as_text, cast) = sorted_by(request.sort, dialect);
    let (direction, comparison) = if request.is_descending { ("DESC", "<") } else { ("ASC", ">") };
    let mut conditions = conditions(request, dialect);
    if let Some(Position { value, key }) = &request.after {
        let id: i64 = key.parse().map_err(StoreError::other)?;
        let by_id: Bind<'a> = Box::new(move |query| query.bind::<BigInt, _>(id));
        if request.sort == UserSort::Id {
            conditions.add(&format!("users.id {comparison} ?"), [by_id]);
        } else {
            let value = text(value);
            match part {
                Part::Everything => {
                    conditions.add(&format!("({column}, users.id) {comparison} (?{cast}, ?)"), [value, by_id]);
                }
                Part::Equals => {
                    conditions.add(&format!("{column} = ?{cast} AND users.id {comparison} ?"), [value, by_id]);
                }
                Part::Rest => conditions.add(&format!("{column} {comparison} ?{cast}"), [value]),
            }
        }
    }
    let select = format!(
        concat!("SELECT users.*, ", grants_of!("users.id"), ", users.id AS listed_id, {} AS listed_by"),
        as_text
    );
    let is_by_key = request.sort == UserSort::Id || matches!(part, Part::Equals);
    let order = if is_by_key { String::new() } else { format!("{column} {direction}, ") };
    let end = format!(" ORDER BY {order}users.id {direction} LIMIT {}", u64::from(request.limit) + 1);
    Ok(conditions.finish(&select, &end))
}

/// What is sorted by, as a text, and what makes the column of the text again.
fn sorted_by(sort: UserSort, dialect: &Dialect) -> (String, String, &'static str) {
    let time = |column: String| {
        let as_text = (dialect.time_text)(&column);
        (column, as_text, dialect.time_cast)
    };
    match sort {
        UserSort::Id => ("users.id".to_owned(), "''".to_owned(), ""),
        UserSort::Email => {
            (format!("users.email_canonical{}", dialect.collation), "users.email_canonical".to_owned(), "")
        }
        UserSort::CreatedAt => time("users.created_at".to_owned()),
        UserSort::LastLoginAt => {
            let never = if dialect.timestamp.is_empty() { "0001-01-01 00:00:00.000000" } else { "0001-01-01 00:00:00" };
            time(format!("COALESCE(users.last_login_at, {}'{never}')", dialect.timestamp))
        }
    }
}

fn conditions<'a>(request: &UserListRequest, dialect: &Dialect) -> Conditions<'a> {
    let filters = &request.filters;
    let mut conditions = Conditions { text: String::new(), query: Vec::new() };
    if let Some(prefix) = filters.prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
        add_prefix(&mut conditions, prefix, dialect.collation);
    }
    for (column, value) in [
        ("users.is_active", filters.is_active),
        ("COALESCE(users.verified_email = users.email_canonical, FALSE)", filters.email_verified),
    ] {
        if let Some(value) = value {
            let bind: Bind<'a> = Box::new(move |query| query.bind::<Bool, _>(value));
            conditions.add(&format!("{column} = ?"), [bind]);
        }
    }
    if let Some(role) = filters.role.as_ref().filter(|role| !role.is_user()) {
        let holders = "users.id IN (SELECT user_id FROM user_roles WHERE role = ?)";
        conditions.add(holders, [text(role.as_str())]);
    }
    if let Some(after) = filters.created_after {
        conditions.add("users.created_at > ?", [time(after)]);
    }
    if let Some(before) = filters.created_before {
        conditions.add("users.created_at < ?", [time(before)]);
    }
    conditions
}

fn add_prefix(conditions: &mut Conditions<'_>, prefix: &str, collation: &str) {
    let columns = ["users.email_canonical", "users.folded_name"];
    if let Some(end) = end_of_prefix(prefix) {
        let ranges = columns.map(|column| format!("({column}{collation} >= ? AND {column}{collation} < ?)"));
        let binds = [text(prefix), text(end.as_str()), text(prefix), text(end.as_str())];
        conditions.add(&format!("({})", ranges.join(" OR ")), binds);
    } else {
        let ranges = columns.map(|column| format!("{column}{collation} >= ?"));
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
    use diesel::connection::SimpleConnection;
    use ore_domain::UserFilters;
    use rstest::rstest;

    use super::*;
    use crate::query_plans::{plans, postgres_plan};
    use crate::test_support::{migrated_connection, migrated_postgres, postgres_connection};

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

    fn request(sort: UserSort, filters: UserFilters) -> UserListRequest {
        let after = Some(Position { value: "2026-11-29 10:34:31.656895".to_owned(), key: "7".to_owned() });
        UserListRequest { filters, sort, is_descending: true, after, limit: 50, counts: false }
    }

    /// Every order, and every filter in the order of the default, with the index that serves it.
    fn requests() -> Vec<(UserListRequest, &'static str)> {
        let (none, now) = (UserFilters::default, "2026-11-29T10:34:31Z".parse().unwrap());
        let filtered = |filters| request(UserSort::CreatedAt, filters);
        vec![
            (request(UserSort::Id, none()), "users_pkey"),
            (request(UserSort::Email, none()), "users_email_"),
            (request(UserSort::CreatedAt, none()), "users_created_at"),
            (request(UserSort::LastLoginAt, none()), "users_last_login_at"),
            (filtered(UserFilters { is_active: Some(false), ..none() }), "users_is_active"),
            (filtered(UserFilters { email_verified: Some(true), ..none() }), "users_is_verified"),
            (filtered(UserFilters { created_after: Some(now), ..none() }), "users_created_at"),
            (filtered(UserFilters { created_before: Some(now), ..none() }), "users_created_at"),
            (filtered(UserFilters { role: Some("support".parse().unwrap()), ..none() }), "user_roles"),
            (filtered(UserFilters { prefix: Some("ada".to_owned()), ..none() }), "users_"),
        ]
    }

    #[test]
    fn an_index_serves_every_order_and_filter_on_sqlite() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        for (request, index) in requests() {
            let steps = plans(&mut connection, |connection| drop(connection.page_of_users(&request).unwrap()));
            let is_whole = |step: &String| step.starts_with("SCAN users") && !step.contains("USING INDEX");
            assert!(!steps.iter().any(is_whole), "{request:?}: {steps:?}");
            let index = if index == "users_pkey" { "INTEGER PRIMARY KEY" } else { index };
            assert!(steps.iter().any(|step| step.contains(index)), "{request:?}: {steps:?}");
            let sorts = steps.iter().any(|step| step.contains("TEMP B-TREE"));
            assert!(!sorts || matches!(index, "user_roles" | "users_"), "{request:?}: {steps:?}");
        }
    }

    #[test]
    fn an_index_serves_every_order_and_filter_on_postgresql() {
        let database = migrated_postgres();
        let mut connection = postgres_connection(&database);
        // Without it the planner reads an empty table whole.
        connection.inner.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").unwrap();
        for (request, index) in requests() {
            let plan = postgres_plan(&mut connection, |connection| drop(connection.page_of_users(&request).unwrap()));
            assert!(!plan.contains("Seq Scan on users"), "{request:?}: {plan}");
            assert!(plan.contains(index), "{request:?}: {plan}");
        }
    }
}
