use std::collections::HashMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use ore_domain::{ImportOutcome, ImportedUser, StoreError, Timestamp, UserImports};

use crate::adoption::postgres::sequence_name;
use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;
use crate::import_rows::{Existing, ExistingRow, ImportRow, ImportedRoleRow, InsertedRow, LastKey, role_rows, to_json};
use crate::schema::{roles, users};
use crate::static_query::static_query;

const COLUMNS: [&str; 10] = [
    "email",
    "hashed_password",
    "is_active",
    "created_at",
    "email_canonical",
    "verified_email",
    "display_name",
    "folded_name",
    "locale",
    "credentials_changed_at",
];

impl UserImports for DatabaseConnection {
    fn compare(&mut self, users: &[ImportedUser]) -> Result<Vec<ImportOutcome>, StoreError> {
        let existing = find_existing(self, users)?;
        Ok(users.iter().map(|user| existing.compare(user)).collect())
    }

    fn import(&mut self, users: &[ImportedUser], now: Timestamp) -> Result<Vec<ImportOutcome>, StoreError> {
        let mut outcomes = self.compare(users)?;
        let new = || users.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == ImportOutcome::New);
        let rows = new().map(|(user, _)| (user.id, ImportRow::new(user, now)));
        // Those with a key first, so that the store gives none of theirs to the others.
        let (with_key, without): (Vec<_>, Vec<_>) = rows.partition(|(id, _)| id.is_some());
        if let Some(last) = with_key.iter().filter_map(|(id, _)| *id).max() {
            give_keys_above(self, last.get())?;
        }
        let mut inserted = HashMap::new();
        for (rows, has_key) in [(with_key, true), (without, false)] {
            let rows: Vec<ImportRow<'_>> = rows.into_iter().map(|(_, row)| row).collect();
            inserted.extend(insert(self, &rows, has_key)?);
        }
        let given = users.iter().filter_map(|user| Some((inserted.get(user.email.canonical().as_str())?, user)));
        insert_roles(self, &given.flat_map(|(id, user)| role_rows(*id, user)).collect::<Vec<_>>())?;
        // Somebody else was quicker, or two of them have one key.
        let is_missing = |user: &ImportedUser| !inserted.contains_key(user.email.canonical().as_str());
        let missing: Vec<ImportedUser> =
            new().filter(|(user, _)| is_missing(user)).map(|(user, _)| user.clone()).collect();
        if missing.is_empty() {
            return Ok(outcomes);
        }
        let existing = find_existing(self, &missing)?;
        for (user, outcome) in users.iter().zip(&mut outcomes) {
            if *outcome == ImportOutcome::New && is_missing(user) {
                *outcome = match existing.compare(user) {
                    ImportOutcome::New => ImportOutcome::KeyTaken,
                    taken => taken,
                };
            }
        }
        Ok(outcomes)
    }
}

fn find_existing(connection: &mut DatabaseConnection, users: &[ImportedUser]) -> Result<Existing, StoreError> {
    let addresses: Vec<&str> = users.iter().map(|user| user.email.canonical().as_str()).collect();
    let by_address = users::table.filter(users::email_canonical.eq_any(addresses)).select(ExistingRow::as_select());
    let by_address = connection.query(|inner| by_address.load(inner))?;
    let keys: Vec<i64> = users.iter().filter_map(|user| Some(user.id?.get())).collect();
    let living = users::table.filter(users::id.eq_any(&keys)).select(users::id);
    let living = connection.query(|inner| living.load(inner))?;
    // A key is given once: what the audit log says of the one who had it would be said of another.
    let given = living.into_iter().chain(connection.deleted_keys(&keys)?).collect();
    let roles = connection.query(|inner| roles::table.select(roles::name).load(inner))?;
    Ok(Existing::new(by_address, given, roles))
}

/// Inserts those rows that no rule of uniqueness refuses, and tells the key of each canonical address.
fn insert(
    connection: &mut DatabaseConnection,
    rows: &[ImportRow<'_>],
    has_key: bool,
) -> Result<Vec<(String, i64)>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = if has_key { Some("id") } else { None };
    let columns: Vec<&str> = key.into_iter().chain(COLUMNS).collect();
    let insertion = insertion_from_json(connection, "users", &columns);
    let statement = format!("{insertion} ON CONFLICT DO NOTHING RETURNING id, email_canonical");
    let json = to_json(rows)?;
    let insertion = static_query(statement).bind::<Text, _>(json.as_str());
    let inserted: Vec<InsertedRow> = connection.query(|inner| insertion.load(inner))?;
    Ok(inserted.into_iter().map(|row| (row.email_canonical, row.id)).collect())
}

fn insert_roles(connection: &mut DatabaseConnection, rows: &[ImportedRoleRow<'_>]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = insertion_from_json(connection, "user_roles", &["user_id", "role"]);
    let json = to_json(rows)?;
    let insertion = static_query(statement).bind::<Text, _>(json.as_str());
    connection.query(|inner| insertion.execute(inner)).map(drop)
}

/// A statement that makes rows of an array of objects, its one parameter.
fn insertion_from_json(connection: &DatabaseConnection, table: &str, columns: &[&str]) -> String {
    let names = columns.join(", ");
    match connection.inner {
        AnyConnection::Sqlite(_) => {
            let values: Vec<String> = columns.iter().map(|column| format!("value ->> '{column}'")).collect();
            // Without a condition SQLite takes the ON CONFLICT that may follow for one of a join.
            format!("INSERT INTO {table} ({names}) SELECT {} FROM json_each($1) WHERE TRUE", values.join(", "))
        }
        AnyConnection::Postgres(_) => format!(
            "INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, CAST($1 AS JSON))"
        ),
    }
}

/// Has the store give keys above `last` from now on, which SQLite does by itself.
///
/// On PostgreSQL nobody inserts a user meanwhile: the key of one who does could be given twice, since a sequence that is
/// read and then set knows nothing of what it gave in between.
fn give_keys_above(connection: &mut DatabaseConnection, last: i64) -> Result<(), StoreError> {
    let AnyConnection::Postgres(_) = connection.inner else { return Ok(()) };
    let Some(name) = sequence_name(connection)? else { return Ok(()) };
    let query = diesel::sql_query(format!("SELECT last_value FROM {name}"));
    let LastKey { last_value } = connection.query(|inner| query.get_result(inner))?;
    // A sequence that has given none yet says the first that it will give.
    if last_value > last {
        return Ok(());
    }
    let literal = name.replace('\'', "''");
    let statements = format!(
        "LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE;
         SELECT setval('{literal}', {last}) FROM {name} WHERE last_value <= {last}"
    );
    connection.query(|inner| inner.batch_execute(&statements))
}
