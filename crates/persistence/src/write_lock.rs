use std::time::Duration;

use diesel::ConnectionError;
use diesel::result::Error;
use ore_domain::StoreError;
use r2d2::ManageConnection;

use crate::connect::Timeouts;
use crate::database::Database;
use crate::error::is_locked;
use crate::transaction::WriteTransaction;

/// How long to wait for the write lock of SQLite.
#[derive(Debug, Clone, Copy)]
pub struct LockTimeout {
    /// How long to wait without a word.
    pub before_notice: Duration,
    /// How long to wait after that.
    pub after_notice: Duration,
}

/// Why nothing can be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteLockError {
    /// Another process holds the write lock for longer than the timeout lasts.
    #[error("another process is writing to the database and has not finished")]
    Held,
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Database {
    /// Waits until no other process holds the write lock of SQLite, and calls `tell` once if that takes longer than is
    /// waited silently. Nobody is kept out afterwards. PostgreSQL locks rows, so there is nothing to wait for.
    ///
    /// # Errors
    /// As [`WriteLockError`] says.
    pub fn await_write_lock(&self, timeout: LockTimeout, tell: impl FnOnce()) -> Result<(), WriteLockError> {
        if self.is_postgres() || self.is_memory() {
            return Ok(());
        }
        match self.take_write_lock(timeout.before_notice) {
            Err(WriteLockError::Held) => {
                tell();
                self.take_write_lock(timeout.after_notice)
            }
            taken => taken,
        }
    }

    fn take_write_lock(&self, timeout: Duration) -> Result<(), WriteLockError> {
        let manager = self.manager.with_timeouts(Timeouts { lock: timeout, statement: None });
        let mut connection = manager.connect().map_err(refusal_to_connect)?;
        WriteTransaction::begin(&mut connection).map(drop).map_err(refusal)
    }
}

fn refusal_to_connect(error: ConnectionError) -> WriteLockError {
    match error {
        ConnectionError::CouldntSetupConfiguration(error) if is_locked(&error) => WriteLockError::Held,
        error => StoreError::unavailable(error).into(),
    }
}

fn refusal(error: StoreError) -> WriteLockError {
    match &error {
        StoreError::Unavailable(cause) if cause.downcast_ref::<Error>().is_some_and(is_locked) => WriteLockError::Held,
        _ => error.into(),
    }
}
