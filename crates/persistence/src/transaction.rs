use diesel::QueryResult;
use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection, TransactionManager};
use ore_domain::StoreError;

use crate::any_connection::AnyConnection;
use crate::connection::{DatabaseConnection, TransactionState};

type Manager = <AnyConnection as Connection>::TransactionManager;

/// The key of the lock by which migrations on PostgreSQL wait for each other, on every replica.
const MIGRATION_LOCK: i64 = 0x6f72_6562_6163_6b65;

/// A transaction with changes. Dropping it rolls back, also after a panic.
///
/// On SQLite it is the only writer. On PostgreSQL (`READ COMMITTED`, whatever `default_transaction_isolation` is) it
/// locks the rows that it finds and those that it changes until its end, and nothing else.
pub(crate) struct WriteTransaction<'a> {
    connection: &'a mut DatabaseConnection,
}

impl<'a> WriteTransaction<'a> {
    /// Begins; on SQLite after the previous writer has ended.
    pub(crate) fn begin(connection: &'a mut DatabaseConnection) -> Result<Self, StoreError> {
        let local_settings = connection.local_settings.clone().unwrap_or_default();
        connection.query(|inner| begin(inner, &local_settings))?;
        connection.transaction = TransactionState::Open;
        Ok(Self { connection })
    }

    /// Begins after every other transaction that began in this way has ended, on any replica. For migrations, which
    /// lock no rows.
    pub(crate) fn begin_alone(connection: &'a mut DatabaseConnection) -> Result<Self, StoreError> {
        let transaction = Self::begin(connection)?;
        transaction.connection.query(lock_out_other_migrations)?;
        Ok(transaction)
    }

    /// The connection of the transaction.
    pub(crate) fn connection(&mut self) -> &mut DatabaseConnection {
        self.connection
    }

    /// Commits the changes.
    ///
    /// # Errors
    /// If the database refuses, or a query failed before: PostgreSQL would then commit nothing without an error.
    pub(crate) fn commit(self) -> Result<(), StoreError> {
        if self.connection.transaction == TransactionState::Failed {
            return Err(StoreError::other("the work went on after a store error"));
        }
        let committed = self.connection.query(Manager::commit_transaction);
        committed.inspect_err(|_| self.connection.mark_fault_of_commit())?;
        self.connection.transaction = TransactionState::None;
        Ok(())
    }
}

impl Drop for WriteTransaction<'_> {
    fn drop(&mut self) {
        if self.connection.transaction != TransactionState::None {
            self.connection.transaction = TransactionState::None;
            // A connection that cannot roll back is broken. The pool closes it, which undoes the changes as well.
            let _ = Manager::rollback_transaction(&mut self.connection.inner);
        }
    }
}

/// On SQLite the transaction begins immediately: under load, a deferred transaction that reads first is refused its
/// first write, however long it would wait. On PostgreSQL it has the isolation level that the port promises and that
/// our locks need. The server decides whether the transaction may write, because its operator may have closed it to
/// writes to move elsewhere.
fn begin(connection: &mut AnyConnection, local_settings: &str) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
        AnyConnection::Postgres(postgres) => {
            let begin = format!("BEGIN ISOLATION LEVEL READ COMMITTED; {local_settings}");
            AnsiTransactionManager::begin_transaction_sql(postgres, &begin)
        }
    }
}

fn lock_out_other_migrations(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(postgres) => {
            postgres.batch_execute(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;
    use ore_domain::Users;
    use ore_testkit::new_user;

    use super::*;
    use crate::test_support::{connection, migrated_connection, migrated_postgres, postgres_connection};

    #[test]
    fn on_sqlite_a_transaction_keeps_other_writers_out_before_its_first_query() {
        let directory = tempfile::tempdir().unwrap();
        let mut first = migrated_connection(&directory);
        let mut second = connection(&directory);
        let transaction = WriteTransaction::begin(&mut first).unwrap();
        assert!(matches!(WriteTransaction::begin(&mut second).map(drop), Err(StoreError::Unavailable(_))));
        drop(transaction);
        assert!(WriteTransaction::begin(&mut second).is_ok());
    }

    fn assert_that_a_refused_commit_keeps_nothing(connection: &mut DatabaseConnection) {
        let child = "CREATE TABLE child (parent BIGINT REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED)";
        connection.inner.batch_execute(child).unwrap();

        let mut transaction = WriteTransaction::begin(connection).unwrap();
        transaction.connection().insert(new_user("ada@example.org").build()).unwrap();
        let orphan = |connection: &mut AnyConnection| connection.batch_execute("INSERT INTO child VALUES (4711)");
        transaction.connection().query(orphan).unwrap();
        let refused = transaction.commit();

        assert!(matches!(refused, Err(StoreError::Other(_))), "{refused:?}");
        assert_eq!(connection.list(None, 10).unwrap(), []);
        assert!(!connection.is_broken());
        assert!(WriteTransaction::begin(connection).unwrap().commit().is_ok());
    }

    #[test]
    fn a_commit_that_sqlite_refuses_is_an_error_and_keeps_nothing() {
        let directory = tempfile::tempdir().unwrap();
        assert_that_a_refused_commit_keeps_nothing(&mut migrated_connection(&directory));
    }

    #[test]
    fn a_commit_that_postgresql_refuses_is_an_error_and_keeps_nothing() {
        let database = migrated_postgres();
        assert_that_a_refused_commit_keeps_nothing(&mut postgres_connection(&database));
    }

    #[test]
    fn on_postgresql_migrations_keep_each_other_out_and_no_one_else() {
        let database = migrated_postgres();
        let (mut first, mut second) = (postgres_connection(&database), postgres_connection(&database));
        let migration = WriteTransaction::begin_alone(&mut first).unwrap();
        assert!(matches!(WriteTransaction::begin_alone(&mut second).map(drop), Err(StoreError::Unavailable(_))));
        let mut writer = WriteTransaction::begin(&mut second).unwrap();
        writer.connection().insert(new_user("ada@example.org").build()).unwrap();
        writer.commit().unwrap();
        drop(migration);
        assert!(WriteTransaction::begin_alone(&mut second).is_ok());
    }

    #[test]
    fn a_dropped_transaction_leaves_none_open() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        let mut transaction = WriteTransaction::begin(&mut connection).unwrap();
        assert!(transaction.connection().is_broken(), "an open transaction counts as broken");
        drop(transaction);
        assert!(!connection.is_broken());
        let count = diesel::sql_query("ROLLBACK").execute(&mut connection.inner);
        assert!(count.is_err(), "there is nothing to roll back");
    }
}
