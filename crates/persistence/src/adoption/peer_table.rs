use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use ore_domain::StoreError;

use super::Obstacle;
use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;

/// The columns of the Python service, with the types that its SQLAlchemy may have given them on PostgreSQL.
const COLUMNS: [(&str, &[&str]); 5] = [
    ("id", &["smallint", "integer", "bigint"]),
    ("email", &["character varying", "text"]),
    ("hashed_password", &["character varying", "text"]),
    ("is_active", &["boolean"]),
    ("created_at", &["timestamp without time zone", "timestamp with time zone"]),
];

/// The types that need no change on PostgreSQL.
const OUR_TYPES: [&str; 5] = ["bigint", "character varying", "text", "boolean", "timestamp without time zone"];

/// The table `users` as the Python service made it.
pub(crate) struct PeerTable {
    is_table: bool,
    pub(super) columns: Vec<PeerColumn>,
}

#[derive(QueryableByName)]
pub(super) struct PeerColumn {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    /// In lower case, without a length.
    #[diesel(sql_type = Text)]
    pub(super) data_type: String,
    /// With its length.
    #[diesel(sql_type = Text)]
    full_type: String,
    #[diesel(sql_type = Bool)]
    pub(super) is_nullable: bool,
    /// As an expression.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) default_value: Option<String>,
    #[diesel(sql_type = Bool)]
    is_whole_primary_key: bool,
    /// Whether the database gives the value when an `INSERT` leaves it out, counting up.
    #[diesel(sql_type = Bool)]
    is_counted: bool,
}

#[derive(QueryableByName)]
struct TableKind {
    #[diesel(sql_type = Bool)]
    is_table: bool,
}

/// SQLite counts up an `INTEGER PRIMARY KEY` of that very type (SQLite documentation, "ROWIDs and the INTEGER PRIMARY
/// KEY").
const SQLITE_COLUMNS: &str = "
    SELECT name, lower(type) AS data_type, lower(type) AS full_type, \"notnull\" = 0 AS is_nullable, dflt_value AS default_value,
        pk = 1 AND (SELECT count(*) FROM pragma_table_xinfo('users') WHERE pk > 0) = 1 AS is_whole_primary_key,
        lower(type) = 'integer' AS is_counted
    FROM pragma_table_xinfo('users') ORDER BY cid";

const POSTGRES_COLUMNS: &str = "
    SELECT CAST(a.attname AS TEXT) AS name, format_type(a.atttypid, NULL) AS data_type,
        format_type(a.atttypid, a.atttypmod) AS full_type,
        NOT a.attnotnull AS is_nullable, pg_get_expr(d.adbin, d.adrelid) AS default_value,
        EXISTS (SELECT FROM pg_index x WHERE x.indrelid = a.attrelid AND x.indisprimary
            AND x.indnkeyatts = 1 AND x.indkey[0] = a.attnum) AS is_whole_primary_key,
        a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', FALSE) AS is_counted
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = to_regclass('users') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

impl PeerTable {
    /// The table `users` when it is there and is not ours, which shows in the column that we alone have.
    pub(crate) fn find(connection: &mut DatabaseConnection) -> Result<Option<Self>, StoreError> {
        let (kind, columns) = match connection.inner {
            AnyConnection::Sqlite(_) => (
                "SELECT type = 'table' AS is_table FROM sqlite_schema
                 WHERE lower(name) = 'users' AND type IN ('table', 'view')",
                SQLITE_COLUMNS,
            ),
            AnyConnection::Postgres(_) => {
                ("SELECT relkind = 'r' AS is_table FROM pg_class WHERE oid = to_regclass('users')", POSTGRES_COLUMNS)
            }
        };
        let kind = connection.query(|inner| diesel::sql_query(kind).get_result::<TableKind>(inner).optional())?;
        let Some(TableKind { is_table }) = kind else { return Ok(None) };
        let columns: Vec<PeerColumn> = connection.query(|inner| diesel::sql_query(columns).load(inner))?;
        let is_ours = columns.iter().any(|column| column.name == "email_canonical");
        Ok((!is_ours).then_some(Self { is_table, columns }))
    }

    /// Whether the times of making say their time zone.
    pub(crate) fn has_zoned_times(&self) -> bool {
        self.column("created_at").is_some_and(|column| column.data_type == "timestamp with time zone")
    }

    pub(super) fn column(&self, name: &str) -> Option<&PeerColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns that PostgreSQL has to write anew: those of another type, and those with NULLs where we have none. No
    /// others, because whatever names such a column stands in the way.
    pub(super) fn changed_columns(&self, connection: &mut DatabaseConnection) -> Result<Vec<&'static str>, StoreError> {
        let mut changed = Vec::new();
        for (name, _) in COLUMNS {
            let Some(column) = self.column(name) else { continue };
            let is_changed = !OUR_TYPES.contains(&column.full_type.as_str())
                || (name == "id" && column.data_type != "bigint")
                || (column.is_nullable && has_null(connection, name)?);
            if is_changed {
                changed.push(name);
            }
        }
        Ok(changed)
    }

    /// The columns that prevent the adoption.
    pub(super) fn obstacles(&self, connection: &DatabaseConnection) -> Vec<Obstacle> {
        if !self.is_table {
            return vec![Obstacle::NotATable];
        }
        let is_expected = |column: &&PeerColumn| COLUMNS.iter().any(|(name, _)| *name == column.name);
        let unexpected = self.columns.iter().filter(|column| !is_expected(column));
        let mut obstacles: Vec<Obstacle> =
            unexpected.map(|column| Obstacle::UnexpectedColumn(column.name.clone())).collect();
        // SQLite keeps values of any type in a column of any type.
        let has_types = matches!(connection.inner, AnyConnection::Postgres(_));
        for (name, types) in COLUMNS {
            match self.column(name) {
                None => obstacles.push(Obstacle::MissingColumn(name)),
                Some(column) if has_types && !types.contains(&column.data_type.as_str()) => {
                    obstacles.push(Obstacle::UnsuitableType { column: name, data_type: column.data_type.clone() });
                }
                Some(column) if name == "id" && !(column.is_whole_primary_key && column.is_counted) => {
                    obstacles.push(Obstacle::KeyNotGenerated);
                }
                Some(_) => {}
            }
        }
        obstacles
    }
}

#[derive(QueryableByName)]
struct Existence {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

fn has_null(connection: &mut DatabaseConnection, column: &str) -> Result<bool, StoreError> {
    let query = format!("SELECT EXISTS (SELECT 1 FROM users WHERE {column} IS NULL) AS is_there");
    let existence: Existence = connection.query(|inner| diesel::sql_query(query).get_result(inner))?;
    Ok(existence.is_there)
}
