use ore_domain::StoreError;

use crate::adoption::{AdoptionPreview, PeerTable, postgres, sqlite, survey, undo};
use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;
use crate::migration_error::MigrationError;

/// Makes the table `users` of the Python service what the first migration would make on an empty database, if there is
/// such a table. `create` runs that migration, `record` only records that it was run. Tells whether there was anything
/// to adopt.
pub(crate) fn adopt(
    connection: &mut DatabaseConnection,
    create: impl FnOnce(&mut DatabaseConnection) -> Result<(), StoreError>,
    record: impl FnOnce(&mut DatabaseConnection) -> Result<(), StoreError>,
) -> Result<bool, MigrationError> {
    if PeerTable::find(connection)?.is_none() {
        return Ok(false);
    }
    if matches!(connection.inner, AnyConnection::Postgres(_)) {
        postgres::lock(connection)?;
    }
    // Only now does nobody change it any more.
    let Some(table) = PeerTable::find(connection)? else { return Ok(false) };
    check(survey(connection, &table)?)?;
    let undo_statements = match connection.inner {
        AnyConnection::Sqlite(_) => sqlite::adopt(connection, create)?,
        AnyConnection::Postgres(_) => {
            let statements = postgres::adopt(connection, &table)?;
            record(connection)?;
            statements
        }
    };
    undo::record(connection, &undo_statements)?;
    Ok(true)
}

/// Refuses what cannot be adopted.
pub(crate) fn check(preview: AdoptionPreview) -> Result<(), MigrationError> {
    if preview.is_possible() { Ok(()) } else { Err(MigrationError::Adoption(Box::new(preview))) }
}
