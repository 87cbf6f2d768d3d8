use diesel::connection::{AnsiTransactionManager, Connection, TransactionManager};
use diesel::{PgConnection, QueryResult};
use ore_domain::StoreError;

use crate::any_connection::AnyConnection;
use crate::connection::{DatabaseConnection, TransactionState};

type Manager = <AnyConnection as Connection>::TransactionManager;

/// Runs reads, behind a pooler in a transaction, since timeouts last no longer there. Elsewhere one would only cost time.
///
/// # Errors
/// When no transaction begins.
pub(crate) fn read<T>(
    connection: &mut DatabaseConnection,
    body: impl FnOnce(&mut DatabaseConnection) -> T,
) -> Result<T, StoreError> {
    let Some(settings) = connection.local_settings.clone() else { return Ok(body(connection)) };
    connection.query(|inner| begin(inner, &settings))?;
    connection.transaction = TransactionState::Reading;
    let reading = Reading(connection);
    Ok(body(reading.0))
}

fn begin(connection: &mut AnyConnection, settings: &str) -> QueryResult<()> {
    let begin = |inner: &mut PgConnection| {
        AnsiTransactionManager::begin_transaction_sql(
            inner,
            &format!("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; {settings}"),
        )
    };
    match connection {
        AnyConnection::Postgres(inner) => begin(inner),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// Ends the transaction when dropped, also by a panic.
struct Reading<'a>(&'a mut DatabaseConnection);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.transaction = TransactionState::None;
        // There is nothing to lose. A connection that cannot roll back is broken, and the pool drops it.
        let _ = Manager::rollback_transaction(&mut self.0.inner);
    }
}
