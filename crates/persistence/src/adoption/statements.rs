use diesel::connection::SimpleConnection;
use ore_domain::StoreError;

use crate::connection::DatabaseConnection;

/// Runs statements that return nothing, one after the other, until one fails.
pub(super) fn run_all(
    connection: &mut DatabaseConnection,
    statements: impl IntoIterator<Item = impl AsRef<str>>,
) -> Result<(), StoreError> {
    statements.into_iter().try_for_each(|statement| connection.query(|inner| inner.batch_execute(statement.as_ref())))
}
