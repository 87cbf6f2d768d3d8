use std::thread;
use std::time::{Duration, Instant};

use ore_domain::{Access, Caches, Completion, Stale, StoreError};

use crate::connection::{DatabaseConnection, Fault};
use crate::error::FaultKind;
use crate::outcomes::Outcomes;
use crate::pool::ConnectionPool;
use crate::read_transaction::read;
use crate::transaction::WriteTransaction;

/// The maximum number of runs if a transaction has to give way to another one each time.
const RUNS_IN_CONFLICT: u32 = 4;
/// The pause after giving way. It is long enough that the other transaction of a deadlock, which the rollback has
/// woken, takes its lock first. Otherwise both meet again, and PostgreSQL needs another second to notice.
const DEADLOCK_PAUSE: Duration = Duration::from_millis(20);
/// The second connection shows whether the database is at fault or the first connection was.
const RUNS_ON_BAD_CONNECTIONS: u32 = 2;

/// One use of the store.
pub(crate) struct Execution<'a> {
    pub(crate) pool: &'a ConnectionPool,
    /// Where to record the outcome of the use; `None` for uses that say nothing about the tables of users.
    pub(crate) outcomes: Option<&'a Outcomes>,
    /// The caches to invalidate.
    pub(crate) caches: Option<&'a dyn Caches>,
    pub(crate) access: Access,
    pub(crate) acquire_deadline: Instant,
    /// After this time nothing is committed, because the caller already got an error.
    pub(crate) deadline: Instant,
}

impl Execution<'_> {
    /// Runs the work, and runs it again after errors that this may cure, as long as no commit was requested.
    pub(crate) fn run(&self, mut work: impl FnMut(&mut DatabaseConnection) -> Completion) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire(self.acquire_deadline)?;
        let mut runs = 1;
        loop {
            // The records of another use say nothing about this one.
            drop((connection.take_fault(), connection.take_stale()));
            let result = self.run_once(&mut connection, &mut work);
            // Even if the outcome of the commit is unknown, and even if the caller no longer waits.
            self.invalidate(connection.take_stale());
            let Some(fault) = connection.take_fault() else {
                self.record(&outcome_without_fault(&result));
                return result;
            };
            if !self.may_run_again(&fault, runs) {
                self.record(&Err(fault.cause));
                return result;
            }
            match fault.kind {
                FaultKind::BadConnection => {
                    let reconnected = self.pool.reconnect(&mut connection, self.deadline);
                    reconnected.inspect_err(|error| self.record(&Err(error.to_string())))?;
                }
                FaultKind::Deadlock => thread::sleep(DEADLOCK_PAUSE),
                FaultKind::Conflict | FaultKind::Timeout | FaultKind::Refusal => {}
            }
            runs += 1;
        }
    }

    /// The result of work that is committed or rolled back as its body says, and rolled back if it fails.
    pub(crate) fn ask<T>(
        &self,
        mut body: impl FnMut(&mut DatabaseConnection) -> Result<(T, Completion), StoreError>,
    ) -> Result<T, StoreError> {
        let mut answer = Err(StoreError::other("the store finished without running the work"));
        self.run(|connection| match body(connection) {
            Ok((value, completion)) => {
                answer = Ok(value);
                completion
            }
            Err(error) => {
                answer = Err(error);
                Completion::RollBack
            }
        })?;
        answer
    }

    fn invalidate(&self, stale: Vec<Stale>) {
        if let Some(caches) = self.caches {
            for stale in stale {
                caches.invalidate(stale);
            }
        }
    }

    fn record(&self, outcome: &Result<(), String>) {
        if let Some(outcomes) = self.outcomes {
            outcomes.record(self.access, outcome);
        }
    }

    fn run_once(
        &self,
        connection: &mut DatabaseConnection,
        work: &mut impl FnMut(&mut DatabaseConnection) -> Completion,
    ) -> Result<(), StoreError> {
        match self.access {
            Access::Read | Access::Poll => return read(connection, work).map(drop),
            // The statement commits by itself, unless it needs settings that a pooler forgets.
            Access::Statement if connection.can_run_statement() => {
                work(connection);
                return Ok(());
            }
            Access::Statement | Access::Write => {}
        }
        let mut transaction = WriteTransaction::begin(connection)?;
        match work(transaction.connection()) {
            Completion::Commit if Instant::now() >= self.deadline => Err(no_answer()),
            Completion::Commit => transaction.commit(),
            Completion::RollBack => Ok(()),
        }
    }

    fn may_run_again(&self, fault: &Fault, runs: u32) -> bool {
        let most_runs = match fault.kind {
            FaultKind::Conflict | FaultKind::Deadlock => RUNS_IN_CONFLICT,
            FaultKind::BadConnection if self.pool.can_reconnect() => RUNS_ON_BAD_CONNECTIONS,
            FaultKind::BadConnection | FaultKind::Timeout | FaultKind::Refusal => 1,
        };
        runs < most_runs && !fault.is_of_commit && Instant::now() < self.deadline
    }
}

/// A result that came too late is a failure, although every query succeeded.
fn outcome_without_fault(result: &Result<(), StoreError>) -> Result<(), String> {
    match result {
        Err(error @ StoreError::Unavailable(_)) => Err(error.to_string()),
        _ => Ok(()),
    }
}

pub(crate) fn no_answer() -> StoreError {
    StoreError::unavailable("the database did not answer in time")
}
