use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection;
use ore_domain::{Repositories, StoreError, Users};

use crate::any_connection::AnyConnection;
use crate::connect::Timeouts;
use crate::error::{is_connection_loss, store_error};

/// A connection with what is known about it. The repositories are implemented on it.
pub(crate) struct DatabaseConnection {
    pub(crate) inner: AnyConnection,
    pub(crate) transaction: TransactionState,
    /// What a transaction behind a pooler begins with, since no setting lasts longer there.
    pub(crate) local_settings: Option<String>,
    losses: Arc<Losses>,
    losses_seen: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransactionState {
    None,
    /// For reads: it locks nothing.
    Reading,
    Open,
    /// PostgreSQL has given it up and SQLite may have: nothing more is asked, nothing is committed.
    Failed,
}

/// Counts the connections of one database that were found lost.
///
/// A server that restarts takes every connection with it. After the first loss, connections made before it are tried
/// out before they are used; without a loss nothing is tried.
#[derive(Debug, Default)]
pub(crate) struct Losses(AtomicU64);

impl DatabaseConnection {
    pub(crate) fn new(inner: AnyConnection, losses: Arc<Losses>) -> Self {
        let losses_seen = losses.0.load(Ordering::Relaxed);
        Self { inner, transaction: TransactionState::None, local_settings: None, losses, losses_seen }
    }

    /// Runs one query, and remembers what its failure says about the connection and the transaction.
    pub(crate) fn query<T>(&mut self, run: impl FnOnce(&mut AnyConnection) -> QueryResult<T>) -> Result<T, StoreError> {
        if self.transaction == TransactionState::Failed {
            return Err(StoreError::other("the transaction has already failed"));
        }
        run(&mut self.inner).map_err(|error| {
            if is_connection_loss(&error) {
                self.losses.0.fetch_add(1, Ordering::Relaxed);
            }
            if self.transaction != TransactionState::None {
                self.transaction = TransactionState::Failed;
            }
            store_error(error)
        })
    }

    /// Has PostgreSQL keep to other timeouts from now on.
    pub(crate) fn set_timeouts(&mut self, timeouts: Timeouts) -> QueryResult<()> {
        match (&mut self.inner, &mut self.local_settings) {
            (_, Some(settings)) => *settings = timeouts.settings("SET LOCAL"),
            (AnyConnection::Postgres(inner), None) => inner.batch_execute(&timeouts.settings("SET"))?,
            (AnyConnection::Sqlite(_), None) => {}
        }
        Ok(())
    }

    /// Whether changes, and locks, last until the end of a transaction.
    pub(crate) fn is_in_transaction(&self) -> bool {
        self.transaction == TransactionState::Open
    }

    /// Tries the connection out if another was lost since it was last known to work.
    pub(crate) fn check_after_losses(&mut self) -> QueryResult<()> {
        let losses = self.losses.0.load(Ordering::Relaxed);
        if self.losses_seen != losses {
            self.inner.ping()?;
            self.losses_seen = losses;
        }
        Ok(())
    }

    /// Whether nobody may use it again: lost, or with a transaction that could not be ended.
    pub(crate) fn is_broken(&mut self) -> bool {
        self.inner.is_broken()
    }
}

impl Repositories for DatabaseConnection {
    fn users(&mut self) -> &mut dyn Users {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use diesel::connection::{Connection, InstrumentationEvent};

    use super::*;
    use crate::connect::open;
    use crate::options::Pooler;
    use crate::test_support::TIMEOUTS;
    use crate::url::Location;

    fn connection(losses: &Arc<Losses>) -> DatabaseConnection {
        DatabaseConnection::new(open(&Location::SqliteMemory, TIMEOUTS, Pooler::None).unwrap(), Arc::clone(losses))
    }

    #[test]
    fn a_connection_is_tried_out_once_after_another_was_lost_and_never_before() {
        let losses = Arc::default();
        let (mut lost, mut other) = (connection(&losses), connection(&losses));
        let queries = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&queries);
        other.inner.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        other.check_after_losses().unwrap();
        assert_eq!(queries.load(Ordering::Relaxed), 0);

        let refused = lost.query(|_| Err::<(), _>(diesel::result::Error::BrokenTransactionManager));
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        for _ in 0..2 {
            other.check_after_losses().unwrap();
            assert_eq!(queries.load(Ordering::Relaxed), 1);
        }
    }
}
