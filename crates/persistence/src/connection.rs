use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::Bool;
use diesel::{ConnectionResult, SqliteConnection};
use ore_domain::{
    ApiKeys, AuditLog, IdempotentCalls, Invalidations, KnownSources, LoginFailures, Outbox, Passkeys, Repositories,
    Revocations, Roles, SecondFactors, ServiceAccounts, Sessions, SigningKeys, Stale, StoreError, UserImports, Users,
};

use crate::any_connection::AnyConnection;
use crate::connect::Timeouts;
use crate::error::{FaultKind, fault_kind, store_error};
use crate::schema::key_checks;
use crate::static_query::static_query;

/// A connection and its state. The repositories are implemented on it.
pub(crate) struct DatabaseConnection {
    pub(crate) inner: AnyConnection,
    pub(crate) transaction: TransactionState,
    /// The statement that begins a transaction behind a pooler, where no setting lasts longer than a transaction.
    pub(crate) local_settings: Option<String>,
    /// The least time of a query that the database ended because it took too long.
    shortest_timeout: Duration,
    losses: Arc<ConnectionErrors>,
    losses_seen: u64,
    /// The time of the last check that the server takes writes; at first the time of connecting.
    trusted: Instant,
    fault: Option<Fault>,
    is_bad: bool,
    /// The cache entries that the present use has made stale.
    stale: Vec<Stale>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransactionState {
    None,
    /// For reads, which lock nothing.
    Reading,
    Open,
    /// PostgreSQL has aborted the transaction, and SQLite may have. Nothing more is queried or committed.
    Failed,
}

/// A failure of the database, not of the query.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// The message of the database, for the log.
    pub(crate) cause: String,
    /// Whether it was the answer to a commit, whose outcome is then unknown.
    pub(crate) is_of_commit: bool,
}

/// Counts the broken connections of one database.
///
/// A server that restarts breaks every connection. After the first loss, older connections are tested before they are
/// used. Without a loss nothing is tested.
#[derive(Debug, Default)]
pub(crate) struct ConnectionErrors(AtomicU64);

/// The key of the lock for housekeeping on PostgreSQL.
const HOUSEKEEPING_LOCK: i64 = 0x6f72_6568_6f75_7365;

#[derive(QueryableByName)]
struct IsAloneRow {
    #[diesel(sql_type = Bool)]
    is_alone: bool,
}

#[derive(QueryableByName)]
struct ReadOnly {
    #[diesel(sql_type = Bool)]
    is_read_only: bool,
}

#[derive(QueryableByName)]
struct Standby {
    #[diesel(sql_type = Bool)]
    is_standby: bool,
}

impl DatabaseConnection {
    pub(crate) fn new(inner: AnyConnection, timeouts: Timeouts, losses: Arc<ConnectionErrors>) -> Self {
        Self {
            inner,
            transaction: TransactionState::None,
            local_settings: None,
            shortest_timeout: timeouts.shortest(),
            losses_seen: losses.0.load(Ordering::Relaxed),
            losses,
            trusted: Instant::now(),
            fault: None,
            is_bad: false,
            stale: Vec::new(),
        }
    }

    /// Runs one query, and records what its failure means for the connection and the transaction.
    pub(crate) fn query<T>(&mut self, run: impl FnOnce(&mut AnyConnection) -> QueryResult<T>) -> Result<T, StoreError> {
        if self.transaction == TransactionState::Failed {
            return Err(StoreError::other("the transaction has already failed"));
        }
        let start = Instant::now();
        run(&mut self.inner).map_err(|error| {
            self.record(fault_kind(&error, start.elapsed() >= self.shortest_timeout), error.to_string());
            if self.transaction != TransactionState::None {
                self.transaction = TransactionState::Failed;
            }
            store_error(error)
        })
    }

    /// Sets other timeouts on PostgreSQL from now on.
    pub(crate) fn set_timeouts(&mut self, timeouts: Timeouts) -> QueryResult<()> {
        match (&mut self.inner, &mut self.local_settings) {
            (_, Some(settings)) => *settings = timeouts.settings("SET LOCAL"),
            (AnyConnection::Postgres(inner), None) => inner.batch_execute(&timeouts.settings("SET"))?,
            (AnyConnection::Sqlite(_), None) => {}
        }
        self.shortest_timeout = timeouts.shortest();
        Ok(())
    }

    fn record(&mut self, kind: FaultKind, cause: String) {
        if kind == FaultKind::BadConnection {
            self.losses.0.fetch_add(1, Ordering::Relaxed);
            self.is_bad = true;
        }
        if kind != FaultKind::Refusal {
            self.fault = Some(Fault { kind, cause, is_of_commit: false });
        }
    }

    /// Records that the latest failure was that of a commit.
    pub(crate) fn mark_fault_of_commit(&mut self) {
        if let Some(fault) = &mut self.fault {
            fault.is_of_commit = true;
        }
    }

    /// The last fault, which this call clears.
    pub(crate) fn take_fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }

    /// Whether the database has failed since the last call of `take_fault`.
    pub(crate) fn has_fault(&self) -> bool {
        self.fault.is_some()
    }

    /// The stale cache entries, which this call clears.
    pub(crate) fn take_stale(&mut self) -> Vec<Stale> {
        std::mem::take(&mut self.stale)
    }

    /// Whether changes and locks last until the end of a transaction.
    pub(crate) fn is_in_transaction(&self) -> bool {
        self.transaction == TransactionState::Open
    }

    /// Whether a use of one statement needs no transaction.
    pub(crate) fn can_run_statement(&self) -> bool {
        matches!(self.inner, AnyConnection::Postgres(_)) && self.local_settings.is_none()
    }

    /// The time since the last check that the server takes writes.
    pub(crate) fn age_of_trust(&self) -> Duration {
        self.trusted.elapsed()
    }

    /// Asks whether the server takes writes.
    pub(crate) fn renew_trust(&mut self) -> Result<(), StoreError> {
        let losses = self.losses.0.load(Ordering::Relaxed);
        self.refuse_read_only()?;
        (self.trusted, self.losses_seen) = (Instant::now(), losses);
        Ok(())
    }

    /// Tests the connection if another one was lost since this one was last known to work.
    pub(crate) fn check_after_losses(&mut self, must_be_writable: bool) -> Result<(), StoreError> {
        let losses = self.losses.0.load(Ordering::Relaxed);
        if self.losses_seen == losses {
            return Ok(());
        }
        if must_be_writable {
            self.refuse_read_only()?;
        } else {
            self.inner.ping().map_err(store_error)?;
        }
        self.losses_seen = losses;
        Ok(())
    }

    /// Fails if the server takes no writes: a standby, or a server that its operator has closed to writes.
    ///
    /// Not `transaction_read_only`, which is on in our own reads behind a pooler.
    pub(crate) fn refuse_read_only(&mut self) -> Result<(), StoreError> {
        const QUESTION: &str = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'
            AS is_read_only";
        let AnyConnection::Postgres(_) = self.inner else { return Ok(()) };
        let answer: ReadOnly = self.query(|inner| diesel::sql_query(QUESTION).get_result(inner))?;
        if answer.is_read_only {
            let cause = "the server takes no writes: it is a standby, or default_transaction_read_only is on";
            self.record(FaultKind::BadConnection, cause.to_owned());
            return Err(StoreError::unavailable(cause));
        }
        Ok(())
    }

    /// Fails when the server on the other side is a standby. What that has may be old: a session that has ended since would
    /// go on there. No server becomes one while a connection to it lasts.
    pub(crate) fn refuse_standby(&mut self) -> Result<(), StoreError> {
        const QUESTION: &str = "SELECT pg_is_in_recovery() AS is_standby";
        let AnyConnection::Postgres(_) = self.inner else { return Ok(()) };
        let answer: Standby = self.query(|inner| diesel::sql_query(QUESTION).get_result(inner))?;
        if answer.is_standby {
            return Err(StoreError::unavailable("the server takes no writes: it is a standby"));
        }
        Ok(())
    }

    /// Ends the connection before its time, without another in its place. Nobody may use it after that.
    pub(crate) fn close(&mut self) -> ConnectionResult<()> {
        self.is_bad = true;
        self.inner = AnyConnection::Sqlite(SqliteConnection::establish(":memory:")?);
        Ok(())
    }

    /// Whether nobody may use it again: it is broken, or its transaction could not be ended.
    pub(crate) fn is_broken(&mut self) -> bool {
        self.is_bad || self.has_open_transaction()
    }

    pub(crate) fn has_open_transaction(&mut self) -> bool {
        self.inner.is_broken()
    }

    /// Whether this transaction has the lock until its end. On SQLite there is no other writer anyway.
    pub(crate) fn is_alone_with(&mut self, lock: i64) -> Result<bool, StoreError> {
        let AnyConnection::Postgres(_) = self.inner else { return Ok(true) };
        let query = format!("SELECT pg_try_advisory_xact_lock({lock}) AS is_alone");
        let answer: IsAloneRow = self.query(|inner| static_query(query).get_result(inner))?;
        Ok(answer.is_alone)
    }
}

impl Repositories for DatabaseConnection {
    fn users(&mut self) -> &mut dyn Users {
        self
    }

    fn user_imports(&mut self) -> &mut dyn UserImports {
        self
    }

    fn sessions(&mut self) -> &mut dyn Sessions {
        self
    }

    fn roles(&mut self) -> &mut dyn Roles {
        self
    }

    fn api_keys(&mut self) -> &mut dyn ApiKeys {
        self
    }

    fn passkeys(&mut self) -> &mut dyn Passkeys {
        self
    }

    fn service_accounts(&mut self) -> &mut dyn ServiceAccounts {
        self
    }

    fn revocations(&mut self) -> &mut dyn Revocations {
        self
    }

    fn signing_keys(&mut self) -> &mut dyn SigningKeys {
        self
    }

    fn second_factors(&mut self) -> &mut dyn SecondFactors {
        self
    }

    fn login_failures(&mut self) -> &mut dyn LoginFailures {
        self
    }

    fn known_sources(&mut self) -> &mut dyn KnownSources {
        self
    }

    fn outbox(&mut self) -> &mut dyn Outbox {
        self
    }

    fn idempotent_calls(&mut self) -> &mut dyn IdempotentCalls {
        self
    }

    fn audit_log(&mut self) -> &mut dyn AuditLog {
        self
    }

    fn key_checks(&mut self) -> Result<Vec<Vec<u8>>, StoreError> {
        let query = key_checks::table.select(key_checks::sealed);
        self.query(|inner| query.load(inner))
    }

    fn add_key_check(&mut self, sealed: &[u8]) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(key_checks::table).values(key_checks::sealed.eq(sealed));
        self.query(|inner| insertion.execute(inner)).map(drop)
    }

    fn is_alone_with_housekeeping(&mut self) -> Result<bool, StoreError> {
        self.is_alone_with(HOUSEKEEPING_LOCK)
    }
}

impl Invalidations for DatabaseConnection {
    fn stale(&mut self) -> &mut Vec<Stale> {
        &mut self.stale
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

    fn connection(losses: &Arc<ConnectionErrors>) -> DatabaseConnection {
        let inner = open(&Location::SqliteMemory, TIMEOUTS, Pooler::None).unwrap();
        DatabaseConnection::new(inner, TIMEOUTS, Arc::clone(losses))
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
        other.check_after_losses(false).unwrap();
        assert_eq!(queries.load(Ordering::Relaxed), 0);

        let refused = lost.query(|_| Err::<(), _>(diesel::result::Error::BrokenTransactionManager));
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        for _ in 0..2 {
            other.check_after_losses(false).unwrap();
            assert_eq!(queries.load(Ordering::Relaxed), 1);
        }
    }
}
