use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use ore_domain::{Clock, StoreError, SystemClock};

use super::statements::run_all;
use crate::connection::DatabaseConnection;

/// The table, an index or a trigger of `users`.
#[derive(QueryableByName)]
struct SchemaObject {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

/// The table first. Not the indexes that SQLite makes itself for a constraint: those go and come with the table.
const SCHEMA_OBJECTS: &str = "
    SELECT type AS kind, name, sql AS definition FROM sqlite_schema
    WHERE lower(tbl_name) = 'users' AND type IN ('table', 'index', 'trigger') AND sql IS NOT NULL
    ORDER BY type <> 'table', rowid";

/// How SQLAlchemy writes a time, and so do we.
const CANONICAL_TIME: &str = "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] \
    [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]'";

/// Puts the table out of the way, has `create` make ours, and moves the rows; SQLite changes no constraint in place
/// (SQLite documentation, "Making Other Kinds Of Table Schema Changes"). Returns the statements that [`take_back`] needs.
///
/// Foreign keys are off, or the `DROP TABLE` would take the rows of other tables along.
pub(crate) fn adopt(
    connection: &mut DatabaseConnection,
    create: impl FnOnce(&mut DatabaseConnection) -> Result<(), StoreError>,
) -> Result<Vec<String>, StoreError> {
    let objects = schema_objects(connection)?;
    let is_search_lost = is_true(connection, IS_SEARCH_BY_ADDRESS_LOST)?;
    replace_table(connection, &objects, create, &copy_from_peer())?;
    run_all(connection, objects.iter().skip(1).map(|object| without_unique(&object.definition)))?;
    if is_search_lost {
        run_all(connection, ["CREATE INDEX users_email ON users (email)"])?;
    }
    Ok(objects.into_iter().map(|object| object.definition).collect())
}

/// Makes the table as it was, with the rows that it has now.
pub(super) fn take_back(connection: &mut DatabaseConnection, statements: &[String]) -> Result<(), StoreError> {
    let objects = schema_objects(connection)?;
    let Some((table, rest)) = statements.split_first() else {
        return Err(StoreError::other("the table users_adoption is empty"));
    };
    let copy = "INSERT INTO users (id, email, hashed_password, is_active, created_at)
        SELECT id, email, hashed_password, is_active, created_at FROM users_before";
    replace_table(connection, &objects, |connection| run_all(connection, [table]), copy)?;
    run_all(connection, rest)
}

/// A constraint of the Python service's table has an index of its own, which goes with the table.
const IS_SEARCH_BY_ADDRESS_LOST: &str = "
    SELECT EXISTS (SELECT 1 FROM pragma_index_list('users') AS i, pragma_index_info(i.name) AS c
            WHERE i.origin = 'u' AND c.seqno = 0 AND c.name = 'email')
        AND NOT EXISTS (SELECT 1 FROM pragma_index_list('users') AS i, pragma_index_info(i.name) AS c
            WHERE i.origin = 'c' AND c.seqno = 0 AND c.name = 'email') AS is_true";

/// `lower` is exact for addresses of ASCII letters; the others are repaired afterwards.
fn copy_from_peer() -> String {
    let now = SystemClock.now().format("%Y-%m-%d %H:%M:%S%.6f");
    format!(
        "INSERT INTO users (id, email, hashed_password, is_active, created_at, email_canonical)
        SELECT id, CAST(email AS TEXT), coalesce(hashed_password, ''), CASE WHEN is_active THEN 1 ELSE 0 END,
            CASE WHEN created_at IS NULL THEN '{now}'
                WHEN created_at GLOB {CANONICAL_TIME} THEN created_at
                ELSE strftime('%Y-%m-%d %H:%M:%f000', created_at) END,
            lower(CAST(email AS TEXT))
        FROM users_before ORDER BY id"
    )
}

/// An index that lets no two users share an address as it is written becomes an ordinary one: the Python service
/// searches by it, but it would refuse a taken address before `users_email_canonical_key`, the only one whose refusal
/// we know; and whatever it refuses, that one refuses too. SQLite writes the beginning of a definition itself.
fn without_unique(definition: &str) -> String {
    definition
        .strip_prefix("CREATE UNIQUE INDEX ")
        .map_or_else(|| definition.to_owned(), |rest| format!("CREATE INDEX {rest}"))
}

fn replace_table(
    connection: &mut DatabaseConnection,
    objects: &[SchemaObject],
    create: impl FnOnce(&mut DatabaseConnection) -> Result<(), StoreError>,
    copy: &str,
) -> Result<(), StoreError> {
    let orphans = number(connection, ORPHANS)?;
    let greatest = greatest_key(connection)?;
    for object in objects.iter().filter(|object| object.kind != "table") {
        run_all(connection, [format!("DROP {} \"{}\"", object.kind, object.name.replace('"', "\"\""))])?;
    }
    // What other tables and views say about `users` is to mean the new table, so it must not follow the old one.
    run_all(
        connection,
        [
            "PRAGMA legacy_alter_table = ON",
            "ALTER TABLE users RENAME TO users_before",
            "PRAGMA legacy_alter_table = OFF",
        ],
    )?;
    create(connection)?;
    run_all(connection, [copy, "DROP TABLE users_before"])?;
    continue_keys(connection, greatest)?;
    // The Python service does not check its foreign keys, so that some may point nowhere already.
    if number(connection, ORPHANS)? != orphans {
        return Err(StoreError::other("rows of other tables would lose their user"));
    }
    Ok(())
}

const ORPHANS: &str = "SELECT count(*) AS number FROM pragma_foreign_key_check";

/// The greatest key that was ever given, as far as the database remembers.
fn greatest_key(connection: &mut DatabaseConnection) -> Result<i64, StoreError> {
    let has_sequences = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence') AS is_true";
    let given = if is_true(connection, has_sequences)? {
        number(connection, "SELECT coalesce(max(seq), 0) AS number FROM sqlite_sequence WHERE name = 'users'")?
    } else {
        0
    };
    Ok(given.max(number(connection, "SELECT coalesce(max(id), 0) AS number FROM users")?))
}

/// Also in a table that does not count on after its greatest key: a later adoption finds the number again.
fn continue_keys(connection: &mut DatabaseConnection, greatest: i64) -> Result<(), StoreError> {
    let insert = format!("INSERT INTO sqlite_sequence (name, seq) VALUES ('users', {greatest})");
    run_all(connection, ["DELETE FROM sqlite_sequence WHERE name = 'users'", &insert])
}

fn schema_objects(connection: &mut DatabaseConnection) -> Result<Vec<SchemaObject>, StoreError> {
    connection.query(|inner| diesel::sql_query(SCHEMA_OBJECTS).load(inner))
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(connection: &mut DatabaseConnection, query: &str) -> Result<i64, StoreError> {
    connection.query(|inner| diesel::sql_query(query).get_result::<Number>(inner)).map(|row| row.number)
}

#[derive(QueryableByName)]
struct BoolRow {
    #[diesel(sql_type = Bool)]
    is_true: bool,
}

fn is_true(connection: &mut DatabaseConnection, query: &str) -> Result<bool, StoreError> {
    connection.query(|inner| diesel::sql_query(query).get_result::<BoolRow>(inner)).map(|row| row.is_true)
}
