use std::time::{Duration, Instant};

use diesel::r2d2::R2D2Connection;
use ore_domain::{Access, Completion, StoreError};
use r2d2::ManageConnection;

use crate::connect::Timeouts;
use crate::connection::DatabaseConnection;
use crate::database::Database;
use crate::encoding;
use crate::error::store_error;
use crate::execution::Execution;
use crate::manager::ConnectionManager;
use crate::migrate::has_pending_migrations;
use crate::pool::ConnectionPool;
use crate::probe_slot::{Finished, SchemaState, no_answer};
use crate::trial::{try_to_write, try_work};

/// The longest a probe takes. Nothing inside is trusted to keep to it: a stopped server accepts a query and never
/// answers, and no timeout of libpq ends that.
const PROBE_TIMEOUT: Duration = Duration::from_millis(1500);

/// The part of it for a connection of the pool, if there is no other connection. So a failure to connect is reported.
const CONNECTING_TIME: Duration = Duration::from_secs(1);

/// How long a command waits for its only connection: libpq may have to try several servers, each for two seconds.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Short enough that two connections find the lock in the way before the time is up, and the log can say so.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);

/// The timeouts that the server gets for a probe.
const TIMEOUTS: Timeouts = Timeouts { lock: LOCK_TIMEOUT, statement: Some(PROBE_TIMEOUT) };

impl Database {
    /// Asks the database whether it answers, takes writes and is migrated, in less than two seconds.
    ///
    /// When several uses of the store in a row have failed, it also tries to do what they do, with nothing in it that
    /// came from a request: so no request can make the database look away.
    ///
    /// On a connection that is left for it, so that a busy pool does not make the process look dead, unless there is only
    /// one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no answer came in time, [`StoreError::Other`] when it makes no sense.
    pub fn probe(&self) -> Result<SchemaState, StoreError> {
        let deadline = Instant::now() + PROBE_TIMEOUT;
        if self.is_memory() {
            return schema_state(&mut *self.acquire(deadline)?);
        }
        self.manager.check_file()?;
        let _turn = self.probe.callers.lock_until(deadline).ok_or_else(no_answer)?;
        let mut slot = self.probe.slot(deadline)?;
        let must_work = self.outcomes.look_like_an_outage();
        if self.has_one_connection() {
            let acquire_deadline = Instant::now() + CONNECTING_TIME;
            let (pool, acquire_deadline) = (self.pool().clone(), self.acquire_deadline().min(acquire_deadline));
            slot.start(move |_| Finished {
                connection: None,
                result: ask_with(&pool, acquire_deadline, deadline, must_work),
            })?;
        } else {
            let manager = self.manager.with_timeouts(TIMEOUTS);
            slot.start(move |connection| check(connection, &manager, must_work))?;
        }
        let state = slot.wait(deadline)??;
        if must_work {
            self.outcomes.clear();
        }
        Ok(state)
    }

    /// Runs what may take long on the connection that is left for probes, which wait in the meantime: PostgreSQL may
    /// allow no more connections than those of the pool and this one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no connection, and those of the body.
    pub(crate) fn with_spare_connection<T, E: From<StoreError>>(
        &self,
        timeouts: Timeouts,
        body: impl FnOnce(&mut DatabaseConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.has_one_connection() {
            let mut connection = self.acquire(Instant::now() + CONNECT_TIMEOUT)?;
            connection.set_timeouts(timeouts).map_err(store_error)?;
            let result = body(&mut connection);
            // One that cannot be told is lost, and says so to its next user.
            let _ = connection.set_timeouts(self.manager.timeouts());
            return result;
        }
        let deadline = Instant::now() + PROBE_TIMEOUT;
        let _turn = self.probe.callers.lock_until(deadline).ok_or_else(no_answer)?;
        let mut slot = self.probe.slot(deadline)?;
        // One that went stale while nobody looked is of no use.
        let left = slot.connection.take().and_then(|mut left| left.inner.ping().is_ok().then_some(left));
        let mut connection = match left {
            Some(connection) => connection,
            None => self.manager.connect().map_err(StoreError::unavailable)?,
        };
        connection.set_timeouts(timeouts).map_err(store_error)?;
        let result = body(&mut connection);
        let is_usable = !connection.is_broken() && connection.set_timeouts(TIMEOUTS).is_ok();
        slot.connection = is_usable.then_some(connection);
        result
    }
}

/// A connection that went stale while nobody looked says nothing about the database: a second one decides.
fn check(connection: Option<DatabaseConnection>, manager: &ConnectionManager, must_work: bool) -> Finished {
    if let Some(mut connection) = connection {
        let result = ask(&mut connection, must_work);
        if result.is_ok() {
            return Finished { connection: Some(connection), result };
        }
    }
    match manager.connect() {
        Ok(mut connection) => {
            let result = ask(&mut connection, must_work);
            Finished { connection: Some(connection), result }
        }
        Err(error) => Finished { connection: None, result: Err(StoreError::unavailable(error)) },
    }
}

/// Probes with the connection of the pool, if that is the only one.
fn ask_with(
    pool: &ConnectionPool,
    acquire_deadline: Instant,
    deadline: Instant,
    must_work: bool,
) -> Result<SchemaState, StoreError> {
    let access = if must_work { Access::Write } else { Access::Read };
    let execution = Execution { pool, outcomes: None, caches: None, access, acquire_deadline, deadline };
    execution.ask(|connection| {
        connection.refuse_read_only()?;
        let state = schema_state(connection)?;
        if must_work && state == SchemaState::Current {
            try_to_write(connection)?;
        }
        Ok((state, Completion::RollBack))
    })
}

fn ask(connection: &mut DatabaseConnection, must_work: bool) -> Result<SchemaState, StoreError> {
    connection.refuse_read_only()?;
    let state = schema_state(connection)?;
    if must_work && state == SchemaState::Current {
        try_work(connection)?;
    }
    Ok(state)
}

fn schema_state(connection: &mut DatabaseConnection) -> Result<SchemaState, StoreError> {
    if let Some(encoding) = encoding::unfit(connection)? {
        return Err(StoreError::other(encoding));
    }
    let is_pending = has_pending_migrations(connection)?;
    Ok(if is_pending { SchemaState::MigrationsPending } else { SchemaState::Current })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::probe_slot::Slot;

    #[test]
    fn a_database_that_never_answers_holds_nobody_up_and_is_heard_when_it_does() {
        let (answer, answers) = mpsc::channel();
        let mut slot = Slot::default();
        slot.start(move |connection| Finished { connection, result: answers.recv().map_err(StoreError::other) })
            .unwrap();
        for _ in 0..2 {
            let outcome = slot.wait(Instant::now());
            assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
        }
        answer.send(SchemaState::Current).unwrap();
        let outcome = slot.wait(Instant::now() + Duration::from_mins(1));
        assert_eq!(outcome.unwrap().unwrap(), SchemaState::Current);
        assert!(slot.running.is_none());
    }
}
