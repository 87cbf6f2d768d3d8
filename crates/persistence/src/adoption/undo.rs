use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};
use ore_domain::StoreError;

use super::statements::run_all;
use super::{postgres, sqlite};
use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;

/// Its presence says that `users` was adopted and is never dropped; its rows are the statements that, in this order,
/// give the Python service back what the adoption took away.
const CREATE: &str = "CREATE TABLE users_adoption (position INTEGER PRIMARY KEY, undo TEXT NOT NULL)";

pub(crate) fn record(connection: &mut DatabaseConnection, statements: &[String]) -> Result<(), StoreError> {
    run_all(connection, [CREATE])?;
    for (position, statement) in (1_i32..).zip(statements) {
        let insertion = diesel::sql_query("INSERT INTO users_adoption (position, undo) VALUES ($1, $2)");
        let insertion = insertion.bind::<Integer, _>(position).bind::<Text, _>(statement);
        connection.query(|inner| insertion.execute(inner))?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Existence {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

/// Whether the table `users` was once the Python service's.
pub(crate) fn was_adopted(connection: &mut DatabaseConnection) -> Result<bool, StoreError> {
    let query = match connection.inner {
        AnyConnection::Sqlite(_) => {
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'users_adoption') AS is_there"
        }
        // Of the same owner: anybody who can make a table of this name could else have statements run as us.
        AnyConnection::Postgres(_) => {
            "SELECT EXISTS (
                 SELECT 1 FROM pg_class AS marker JOIN pg_class AS adopted USING (relowner)
                 WHERE marker.oid = to_regclass('users_adoption') AND adopted.oid = to_regclass('users')
             ) AS is_there"
        }
    };
    let existence: Existence = connection.query(|inner| diesel::sql_query(query).get_result(inner))?;
    Ok(existence.is_there)
}

#[derive(QueryableByName)]
struct UndoRow {
    #[diesel(sql_type = Text)]
    undo: String,
}

/// Takes our column and triggers from an adopted table and gives it back as it was, with the rows that it has now.
pub(crate) fn take_back(connection: &mut DatabaseConnection) -> Result<(), StoreError> {
    let query = diesel::sql_query("SELECT undo FROM users_adoption ORDER BY position");
    let rows: Vec<UndoRow> = connection.query(|inner| query.load(inner))?;
    let statements: Vec<String> = rows.into_iter().map(|row| row.undo).collect();
    match connection.inner {
        AnyConnection::Sqlite(_) => sqlite::take_back(connection, &statements)?,
        AnyConnection::Postgres(_) => postgres::take_back(connection, &statements)?,
    }
    run_all(connection, ["DROP TABLE users_adoption"])
}
