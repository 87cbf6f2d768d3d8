use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use ore_domain::StoreError;

use crate::connection::DatabaseConnection;
use crate::timed_mutex::TimedMutex;

/// How the schema of a database that answers is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// The database answers and has the tables that this program expects.
    Current,
    /// The database answers, and migrations of this program are still to be run on it.
    MigrationsPending,
}

/// The connection of the probe and the thread that uses it.
#[derive(Default)]
pub(crate) struct Probe {
    pub(crate) callers: TimedMutex,
    slot: Mutex<Slot>,
}

#[derive(Default)]
pub(crate) struct Slot {
    pub(crate) connection: Option<DatabaseConnection>,
    pub(crate) running: Option<Receiver<Finished>>,
}

pub(crate) struct Finished {
    pub(crate) connection: Option<DatabaseConnection>,
    pub(crate) result: Result<SchemaState, StoreError>,
}

impl Probe {
    /// The slot, once no thread uses its connection.
    pub(crate) fn slot(&self, deadline: Instant) -> Result<MutexGuard<'_, Slot>, StoreError> {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        // One that took too long for an earlier caller; its answer is old by now.
        if slot.running.is_some() {
            drop(slot.wait(deadline)?);
        }
        Ok(slot)
    }
}

impl Slot {
    pub(crate) fn start(
        &mut self,
        check: impl FnOnce(Option<DatabaseConnection>) -> Finished + Send + 'static,
    ) -> Result<(), StoreError> {
        let (sender, receiver) = mpsc::channel();
        let connection = self.connection.take();
        let run = move || {
            // The receiver is gone only when the database is.
            let _ = sender.send(check(connection));
        };
        thread::Builder::new().name("database-probe".to_owned()).spawn(run).map_err(StoreError::unavailable)?;
        self.running = Some(receiver);
        Ok(())
    }

    /// Waits for the running thread and takes its connection back.
    pub(crate) fn wait(&mut self, deadline: Instant) -> Result<Result<SchemaState, StoreError>, StoreError> {
        let running = self.running.take().ok_or_else(no_answer)?;
        match running.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(finished) => {
                self.connection = finished.connection;
                Ok(finished.result)
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                self.running = Some(running);
                Err(no_answer())
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(StoreError::other("the probe of the database panicked")),
        }
    }
}

pub(crate) fn no_answer() -> StoreError {
    StoreError::unavailable("the database did not answer in time")
}
