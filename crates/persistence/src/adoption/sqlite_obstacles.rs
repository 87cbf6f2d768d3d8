//! What SQLite, or anyone who set it up, puts in the way of the take-over. Views and triggers are not: they are carried over.

use diesel::prelude::*;
use diesel::sql_types::Text;
use ore_domain::StoreError;

use super::Obstacle;
use crate::connection::DatabaseConnection;

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Of the index that such a key needs, none is left.
const REFERENCES: &str = "
    SELECT DISTINCT s.name AS name FROM sqlite_schema AS s, pragma_foreign_key_list(s.name) AS k
    WHERE s.type = 'table' AND lower(k.\"table\") = 'users' AND lower(k.\"to\") <> 'id' ORDER BY 1";

/// Of the table, its indexes and its triggers as they are to be, and of what is only there meanwhile.
const NAMES: &str = "
    SELECT name FROM sqlite_schema WHERE name IN ('users_adoption', 'users_before', 'users_email_canonical_key',
        'users_email_not_ascii', 'users_email_canonical_insert', 'users_email_canonical_update')
        OR (name = 'users_email' AND lower(tbl_name) <> 'users') ORDER BY 1";

/// What is in the way of the take-over. Last comes what can fail, which a transaction would not survive.
pub(super) fn obstacles(connection: &mut DatabaseConnection) -> Result<Vec<Obstacle>, StoreError> {
    let mut obstacles: Vec<Obstacle> =
        names(connection, REFERENCES)?.into_iter().map(Obstacle::AddressReferred).collect();
    let is_checkable = obstacles.is_empty();
    obstacles.extend(names(connection, NAMES)?.into_iter().map(Obstacle::NameTaken));
    // A key that refers to nothing that is unique: SQLite refuses to check it, and we to go on unchecked.
    if is_checkable && !connection.is_in_transaction() {
        let check = names(connection, "SELECT DISTINCT \"table\" AS name FROM pragma_foreign_key_check LIMIT 1");
        obstacles.extend(check.err().map(|error| Obstacle::UncheckableKeys(cause(error))));
    }
    Ok(obstacles)
}

fn names(connection: &mut DatabaseConnection, query: &str) -> Result<Vec<String>, StoreError> {
    let names: Vec<Named> = connection.query(|inner| diesel::sql_query(query).load(inner))?;
    Ok(names.into_iter().map(|row| row.name).collect())
}

fn cause(error: StoreError) -> String {
    match error {
        StoreError::Unavailable(cause) | StoreError::Other(cause) => cause.to_string(),
        error => error.to_string(),
    }
}
