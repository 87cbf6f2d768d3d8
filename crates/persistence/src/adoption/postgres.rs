use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use ore_domain::{Clock, StoreError, SystemClock};

use super::PeerTable;
use super::statements::run_all;
use crate::connection::DatabaseConnection;

const CREATE_USERS: &str = include_str!("../../../../migrations/postgres/2026-11-22-000001_create_users/up.sql");

/// Waits for those who use the table, and keeps everybody else out until the end of the transaction. Not for long: while
/// this waits, everybody who comes later waits behind it.
pub(crate) fn lock(connection: &mut DatabaseConnection) -> Result<(), StoreError> {
    run_all(connection, ["SET LOCAL lock_timeout = '10s'", "LOCK TABLE users IN ACCESS EXCLUSIVE MODE"])
}

/// Changes the table in place, since the foreign keys of other tables hold on to it, and returns the statements that
/// undo what [`take_back`] does not.
pub(crate) fn adopt(connection: &mut DatabaseConnection, table: &PeerTable) -> Result<Vec<String>, StoreError> {
    let changed = table.changed_columns(connection)?;
    let indexes = unique_indexes(connection)?;
    let sequence = sequence(connection)?;
    run_all(connection, indexes.iter().map(|index| &index.remove))?;
    run_all(
        connection,
        [
            "ALTER TABLE users ADD COLUMN email_canonical VARCHAR NOT NULL DEFAULT ''",
            conversion(table, &changed).as_str(),
        ],
    )?;
    run_all(connection, indexes.iter().map(|index| &index.replace))?;
    run_all(connection, sequence.iter().flat_map(Sequence::continuation))?;
    let (_, rest) = CREATE_USERS.split_once("\n);\n").ok_or_else(|| StoreError::other("no CREATE TABLE in up.sql"))?;
    run_all(connection, [rest])?;

    let restored = indexes.into_iter().flat_map(|index| [index.remove_replacement, index.restore]);
    Ok(std::iter::once(reconversion(table)).chain(restored).collect())
}

/// Undoes the first migration but for the table itself, then what the adoption recorded.
pub(super) fn take_back(connection: &mut DatabaseConnection, statements: &[String]) -> Result<(), StoreError> {
    run_all(
        connection,
        [
            "DROP TRIGGER users_email_canonical_insert ON users",
            "DROP TRIGGER users_email_canonical_update ON users",
            "DROP FUNCTION users_set_email_canonical()",
            "DROP INDEX users_email_not_ascii",
            "ALTER TABLE users DROP COLUMN email_canonical",
        ],
    )?;
    run_all(connection, statements)
}

/// One statement, so that the table is written once. `lower` is exact for addresses of ASCII letters; the others are
/// repaired afterwards.
fn conversion(table: &PeerTable, columns: &[&str]) -> String {
    let changes: Vec<String> = columns.iter().map(|column| change_of_type(table, column)).collect();
    format!(
        "ALTER TABLE users {}{}
            ALTER email DROP DEFAULT,
            ALTER hashed_password DROP DEFAULT,
            ALTER is_active DROP DEFAULT,
            ALTER created_at DROP DEFAULT,
            ALTER email_canonical TYPE VARCHAR USING lower(email COLLATE \"C\"),
            ALTER email SET NOT NULL,
            ALTER hashed_password SET NOT NULL,
            ALTER is_active SET NOT NULL,
            ALTER created_at SET NOT NULL,
            ALTER is_active SET DEFAULT TRUE,
            ALTER created_at SET DEFAULT (now() AT TIME ZONE 'UTC')",
        changes.join(", "),
        if changes.is_empty() { "" } else { "," },
    )
}

fn change_of_type(table: &PeerTable, column: &str) -> String {
    let now = SystemClock.now().naive_utc();
    let is_zoned = table.has_zoned_times();
    match column {
        "id" => "ALTER id TYPE BIGINT".to_owned(),
        "hashed_password" => "ALTER hashed_password TYPE VARCHAR USING coalesce(hashed_password, '')".to_owned(),
        "is_active" => "ALTER is_active TYPE BOOLEAN USING coalesce(is_active, FALSE)".to_owned(),
        "created_at" => {
            let time = if is_zoned { "created_at AT TIME ZONE 'UTC'" } else { "created_at" };
            format!("ALTER created_at TYPE TIMESTAMP WITHOUT TIME ZONE USING coalesce({time}, TIMESTAMP '{now}')")
        }
        text => format!("ALTER {text} TYPE VARCHAR"),
    }
}

/// Not the lengths of texts and the type of the key: our rows may exceed them by then.
fn reconversion(table: &PeerTable) -> String {
    let mut changes = vec!["ALTER created_at DROP DEFAULT".to_owned(), "ALTER is_active DROP DEFAULT".to_owned()];
    for column in table.columns.iter().filter(|column| column.name != "id") {
        if column.data_type == "timestamp with time zone" {
            let change = "ALTER created_at TYPE TIMESTAMP WITH TIME ZONE USING created_at AT TIME ZONE 'UTC'";
            changes.push(change.to_owned());
        }
        if column.is_nullable {
            changes.push(format!("ALTER {} DROP NOT NULL", column.name));
        }
        if let Some(default) = &column.default_value {
            changes.push(format!("ALTER {} SET DEFAULT {default}", column.name));
        }
    }
    format!("ALTER TABLE users {}", changes.join(", "))
}

/// An index that lets no two users share an address as it is written, and the statements that make it an ordinary one
/// of the same name and back.
///
/// The Python service searches by it. It would refuse an address that is taken before `users_email_canonical_key`, the
/// only one whose refusal we know; and whatever it refuses, that one refuses too.
#[derive(QueryableByName)]
struct UniqueIndex {
    #[diesel(sql_type = Text)]
    remove: String,
    #[diesel(sql_type = Text)]
    replace: String,
    #[diesel(sql_type = Text)]
    remove_replacement: String,
    #[diesel(sql_type = Text)]
    restore: String,
}

/// Not those of the key alone, which foreign keys may rely on.
const UNIQUE_INDEXES: &str = "
    SELECT
        CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', x.indexrelid::regclass)
            ELSE format('ALTER TABLE users DROP CONSTRAINT %I', c.conname) END AS remove,
        regexp_replace(pg_get_indexdef(x.indexrelid), '^CREATE UNIQUE', 'CREATE') AS replace,
        format('DROP INDEX %s', x.indexrelid::regclass) AS remove_replacement,
        CASE WHEN c.oid IS NULL THEN pg_get_indexdef(x.indexrelid)
            ELSE format('ALTER TABLE users ADD CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid)) END AS restore
    FROM pg_index x
    LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid AND c.conrelid = x.indrelid AND c.contype = 'u'
    JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attname = 'id'
    WHERE x.indrelid = to_regclass('users') AND x.indisunique AND NOT x.indisprimary
        AND NOT (x.indnatts = 1 AND x.indkey[0] = a.attnum)
    ORDER BY x.indexrelid";

fn unique_indexes(connection: &mut DatabaseConnection) -> Result<Vec<UniqueIndex>, StoreError> {
    connection.query(|inner| diesel::sql_query(UNIQUE_INDEXES).load(inner))
}

/// The sequence of the user ids.
#[derive(QueryableByName)]
struct Sequence {
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
}

/// The one in the default of the key, which need not be owned by it, else that of an identity.
const SEQUENCE: &str = "
    SELECT coalesce(
        (SELECT s.oid::regclass::text
            FROM pg_attrdef f
            JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attname = 'id'
            JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                AND d.refclassid = 'pg_class'::regclass
            JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
            WHERE f.adrelid = to_regclass('users')),
        pg_get_serial_sequence('users', 'id')) AS name";

fn sequence(connection: &mut DatabaseConnection) -> Result<Option<Sequence>, StoreError> {
    connection.query(|inner| diesel::sql_query(SEQUENCE).get_result(inner).optional())
}

/// The name of what numbers the users, quoted where that is needed.
pub(crate) fn sequence_name(connection: &mut DatabaseConnection) -> Result<Option<String>, StoreError> {
    Ok(sequence(connection)?.and_then(|sequence| sequence.name))
}

impl Sequence {
    /// Beyond the keys that fit the type it had, and beyond those that were given without it.
    fn continuation(&self) -> Vec<String> {
        let Some(name) = &self.name else { return Vec::new() };
        let literal = name.replace('\'', "''");
        vec![
            format!("ALTER SEQUENCE {name} AS BIGINT"),
            format!(
                "SELECT setval('{literal}', greatest) FROM (SELECT max(id) AS greatest FROM users) AS used
                 WHERE greatest >= (SELECT last_value FROM {name})"
            ),
        ]
    }
}
