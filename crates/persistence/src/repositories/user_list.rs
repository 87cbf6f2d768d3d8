use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use ore_domain::{ListPage, ListedUser, Position, StoreError, Total, UserFilters, UserListRequest, UserSort};

use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;
use crate::repositories::user_filters::{Bind, Filter, conditions, text};
use crate::role_rows::granted_roles_of;
use crate::static_query::StaticQuery;
use crate::user_row::UserRow;

/// The SQL that differs between the two databases, so that each uses its indexes.
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
    /// Whether it estimates how many rows pass a filter. SQLite takes any index of a filter for a good one, and would
    /// collect and sort every row of a prefix that all have.
    estimates_filters: bool,
}

/// How many users may pass a filter before SQLite finds a page sooner in the order of the list than by the filter.
const BROAD: u64 = 2_000;

/// Which part of what comes after a place is read at once.
#[derive(Clone, Copy)]
enum Part {
    Everything,
    /// Rows whose sort value equals that of the position.
    Equals,
    Rest,
}

const POSTGRES: Dialect = Dialect {
    collation: r#" COLLATE "C""#,
    timestamp: "TIMESTAMP ",
    time_text: |time| format!("to_char({time}, 'YYYY-MM-DD HH24:MI:SS.US')"),
    time_cast: "::TIMESTAMP",
    finds_pairs: true,
    estimates_filters: true,
};

const SQLITE: Dialect = Dialect {
    collation: "",
    timestamp: "",
    time_text: str::to_owned,
    time_cast: "",
    finds_pairs: false,
    estimates_filters: false,
};

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

impl DatabaseConnection {
    /// The users of a page, and how many there are in all where that is asked for.
    pub(super) fn page_of_users(&mut self, request: &UserListRequest) -> Result<ListPage<ListedUser>, StoreError> {
        let dialect = if matches!(self.inner, AnyConnection::Postgres(_)) { &POSTGRES } else { &SQLITE };
        let total = if request.with_total { Some(self.count_users(&request.filters, dialect)?) } else { None };
        let filters = if dialect.estimates_filters {
            vec![(request.filters.clone(), true)]
        } else {
            self.filters_with_indexes(request, dialect)?
        };
        let mut rows = Vec::new();
        for part in parts(request, dialect) {
            let query = page_query(request, &filters, dialect, *part)?;
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

    fn count_users(&mut self, filters: &UserFilters, dialect: &Dialect) -> Result<Total, StoreError> {
        self.count_up_to(Total::MAX + 1, filters, dialect).map(Total::of_counted)
    }

    /// The filters one by one. Of a broad one, an index serves only where it has the order of the list too.
    fn filters_with_indexes(
        &mut self,
        request: &UserListRequest,
        dialect: &Dialect,
    ) -> Result<Vec<Filter>, StoreError> {
        let none = UserFilters::default;
        let UserFilters { prefix, is_active, email_verified, role, created_after, created_before } =
            request.filters.clone();
        let is_ordered = request.sort == UserSort::CreatedAt;
        let filters = [
            (UserFilters { prefix, ..none() }, false),
            (UserFilters { role, ..none() }, false),
            (UserFilters { is_active, ..none() }, is_ordered),
            (UserFilters { email_verified, ..none() }, is_ordered),
            (UserFilters { created_after, created_before, ..none() }, is_ordered),
        ];
        let filters = filters.into_iter().filter(|(filter, _)| *filter != none());
        let with_index = filters.map(|(filter, is_ordered)| {
            let has_index = is_ordered || self.count_up_to(BROAD + 1, &filter, dialect)? <= BROAD;
            Ok((filter, has_index))
        });
        with_index.collect()
    }

    fn count_up_to(&mut self, most: u64, filters: &UserFilters, dialect: &Dialect) -> Result<u64, StoreError> {
        let conditions = conditions(&[(filters.clone(), true)], dialect.collation);
        let query =
            conditions.finish("SELECT COUNT(*) AS number FROM (SELECT 1", &format!(" LIMIT {most}) AS counted"));
        let counted: Counted = self.query(|connection| query.get_result(connection))?;
        Ok(counted.number.try_into().unwrap_or_default())
    }
}

/// In their order; the page may be full before the last.
fn parts(request: &UserListRequest, dialect: &Dialect) -> &'static [Part] {
    let is_after_pair = request.after.is_some() && request.sort != UserSort::Id;
    if is_after_pair && !dialect.finds_pairs { &[Part::Equals, Part::Rest] } else { &[Part::Everything] }
}

fn page_query<'a>(
    request: &UserListRequest,
    filters: &[Filter],
    dialect: &Dialect,
    part: Part,
) -> Result<StaticQuery<'a>, StoreError> {
    let (column, as_text, cast) = sorted_by(request.sort, dialect);
    let (direction, comparison) = if request.is_descending { ("DESC", "<") } else { ("ASC", ">") };
    let mut conditions = conditions(filters, dialect.collation);
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
        concat!("SELECT users.*, ", granted_roles_of!("users.id"), ", users.id AS listed_id, {} AS listed_by"),
        as_text
    );
    let is_by_key = request.sort == UserSort::Id || matches!(part, Part::Equals);
    let order = if is_by_key { String::new() } else { format!("{column} {direction}, ") };
    let end = format!(" ORDER BY {order}users.id {direction} LIMIT {}", u64::from(request.limit) + 1);
    Ok(conditions.finish(&select, &end))
}

/// The sort value as a text, and the expression that turns the text into the column again.
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

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::*;
    use crate::query_plans::{plans, postgres_plan};
    use crate::test_support::{migrated_connection, migrated_postgres, postgres_connection};

    fn request(sort: UserSort, filters: UserFilters) -> UserListRequest {
        let after = Some(Position { value: "2026-11-29 10:34:31.656895".to_owned(), key: "7".to_owned() });
        UserListRequest { filters, sort, is_descending: true, after, limit: 50, with_total: false }
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
    fn no_page_on_sqlite_sorts_what_a_broad_filter_finds() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        let fill = format!(
            "INSERT INTO roles (name, permissions, created_at, updated_at) VALUES ('support', '', '', '');
            WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < {BROAD})
            INSERT INTO users (email, hashed_password, email_canonical, verified_email, created_at)
            SELECT 'ada' || number, '', 'ada' || number, 'ada' || number, '2026-11-29 10:34:31.65689' || (number % 10)
            FROM numbers;
            INSERT INTO user_roles (user_id, role) SELECT id, 'support' FROM users"
        );
        connection.inner.batch_execute(&fill).unwrap();
        let none = UserFilters::default;
        let at = |time: &str| Some(time.parse().unwrap());
        let broad = [
            UserFilters { prefix: Some("ada".to_owned()), ..none() },
            UserFilters { role: Some("support".parse().unwrap()), ..none() },
            UserFilters { is_active: Some(true), ..none() },
            UserFilters { email_verified: Some(true), ..none() },
            UserFilters { created_after: at("2026-11-29T10:34:31Z"), ..none() },
            UserFilters { created_before: at("2026-11-29T10:34:32Z"), ..none() },
        ];
        for filters in broad {
            for sort in [UserSort::Id, UserSort::Email, UserSort::CreatedAt, UserSort::LastLoginAt] {
                let request = UserListRequest { after: None, ..request(sort, filters.clone()) };
                let steps = plans(&mut connection, |connection| {
                    assert_eq!(connection.page_of_users(&request).unwrap().items.len(), 50);
                });
                assert!(steps.iter().all(|step| !step.contains("TEMP B-TREE")), "{request:?}: {steps:?}");
            }
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
