use std::any::Any;
use std::collections::VecDeque;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use ore_domain::{Completion, StoreError, Work};

use crate::connection::{DatabaseConnection, TransactionState};

/// The maximum number of writers that share a commit, and the maximum time for joining, so that the first one does not
/// wait for a crowd.
const MAX_MEMBERS: usize = 64;
const JOINING_TIME: Duration = Duration::from_millis(50);

/// Lets waiting writers of SQLite share a transaction, and so one sync to the disk.
///
/// SQLite has one writer at a time. The first writer leads: it begins a transaction, runs its own work and that of all
/// who came meanwhile, each in a savepoint, and commits for all of them. Nobody gets a result before the commit. Failed
/// work undoes only itself; a failure of the database undoes everything.
#[derive(Default)]
pub(crate) struct GroupCommit {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    has_leader: bool,
    waiting: VecDeque<Arc<Writer>>,
}

/// A writer who waits for the result.
struct Writer {
    work: Mutex<Work>,
    signal: Mutex<Option<WriterSignal>>,
    changed: Condvar,
}

/// What a waiting writer is to do.
enum WriterSignal {
    /// Lead the next transaction.
    Lead,
    Done(Result<(), StoreError>),
    Panicked(Box<dyn Any + Send>),
}

/// The result of the work of a member, once all of it is committed.
enum Outcome {
    Committed,
    /// The work asked for a rollback.
    Undone,
    /// The work went on after an error of the store.
    Refused,
    Panicked(Box<dyn Any + Send>),
}

impl GroupCommit {
    /// Runs the work in a transaction that others may share; `transact` runs the body of one.
    ///
    /// [`StoreError::Unavailable`] if it could not begin by the deadline; otherwise the error with which the
    /// transaction ended.
    pub(crate) fn run(
        &self,
        work: Work,
        deadline: Instant,
        transact: impl FnOnce(&mut dyn FnMut(&mut DatabaseConnection) -> Completion) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let writer = Arc::new(Writer { work: Mutex::new(work), signal: Mutex::default(), changed: Condvar::new() });
        match self.wait_for_turn(&writer, deadline)? {
            WriterSignal::Done(result) => return result,
            WriterSignal::Panicked(panic) => resume_unwind(panic),
            WriterSignal::Lead => {}
        }
        let mut group = Group::new(self, Arc::clone(&writer));
        let result = transact(&mut |connection| group.run(connection));
        group.report(&result);
        drop(group);
        match writer.take() {
            Some(WriterSignal::Done(result)) => result,
            Some(WriterSignal::Panicked(panic)) => resume_unwind(panic),
            Some(WriterSignal::Lead) | None => result,
        }
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for_turn(&self, writer: &Arc<Writer>, deadline: Instant) -> Result<WriterSignal, StoreError> {
        let mut state = self.state();
        if !state.has_leader {
            state.has_leader = true;
            return Ok(WriterSignal::Lead);
        }
        state.waiting.push_back(Arc::clone(writer));
        drop(state);
        if let Some(signal) = writer.wait_until(deadline) {
            return Ok(signal);
        }
        let mut state = self.state();
        let place = state.waiting.iter().position(|waiting| Arc::ptr_eq(waiting, writer));
        if let Some(place) = place {
            state.waiting.remove(place);
            return Err(StoreError::unavailable("too many writers wait"));
        }
        drop(state);
        // A leader has it by now, or it leads.
        Ok(writer.wait())
    }

    fn next_member(&self) -> Option<Arc<Writer>> {
        self.state().waiting.pop_front()
    }

    fn hand_over(&self) {
        let mut state = self.state();
        match state.waiting.pop_front() {
            Some(next) => next.send(WriterSignal::Lead),
            None => state.has_leader = false,
        }
    }
}

impl Writer {
    fn signal(&self) -> MutexGuard<'_, Option<WriterSignal>> {
        self.signal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, signal: WriterSignal) {
        *self.signal() = Some(signal);
        self.changed.notify_one();
    }

    fn take(&self) -> Option<WriterSignal> {
        self.signal().take()
    }

    fn wait_until(&self, deadline: Instant) -> Option<WriterSignal> {
        let timeout = deadline.saturating_duration_since(Instant::now());
        let signal = self.changed.wait_timeout_while(self.signal(), timeout, |signal| signal.is_none());
        signal.unwrap_or_else(PoisonError::into_inner).0.take()
    }

    fn wait(&self) -> WriterSignal {
        let mut signal = self.signal();
        loop {
            if let Some(signal) = signal.take() {
                return signal;
            }
            signal = self.changed.wait(signal).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The writers of one transaction. When it is dropped, the next writer leads, also after a panic.
struct Group<'a> {
    queue: &'a GroupCommit,
    members: Vec<Arc<Writer>>,
    outcomes: Vec<Outcome>,
    /// Whether the database failed during the work of the latest member.
    has_failed: bool,
}

impl<'a> Group<'a> {
    fn new(queue: &'a GroupCommit, leader: Arc<Writer>) -> Self {
        Self { queue, members: vec![leader], outcomes: Vec::new(), has_failed: false }
    }

    /// The body of the transaction. It may run again, with the same members and more.
    fn run(&mut self, connection: &mut DatabaseConnection) -> Completion {
        self.outcomes.clear();
        self.has_failed = false;
        let started = Instant::now();
        loop {
            if self.outcomes.len() == self.members.len() {
                let may_join = self.members.len() < MAX_MEMBERS && started.elapsed() < JOINING_TIME;
                let Some(member) = may_join.then(|| self.queue.next_member()).flatten() else {
                    return Completion::Commit;
                };
                self.members.push(member);
            }
            let outcome = run_member(connection, &self.members[self.outcomes.len()]);
            self.has_failed = outcome.is_err() || connection.has_fault();
            self.outcomes.push(outcome.unwrap_or(Outcome::Refused));
            if self.has_failed {
                return Completion::RollBack;
            }
        }
    }

    /// Gives every member the result of its work.
    fn report(&mut self, result: &Result<(), StoreError>) {
        let members = mem::take(&mut self.members);
        let failed = self.has_failed.then(|| self.outcomes.len() - 1);
        let mut outcomes = self.outcomes.drain(..);
        for (index, member) in members.into_iter().enumerate() {
            let signal = match (outcomes.next(), result) {
                (Some(Outcome::Panicked(panic)), _) => WriterSignal::Panicked(panic),
                (_, Err(error)) => WriterSignal::Done(Err(error.to_copy())),
                (Some(Outcome::Undone), Ok(())) => WriterSignal::Done(Ok(())),
                (Some(Outcome::Committed), Ok(())) if failed.is_none() => WriterSignal::Done(Ok(())),
                (Some(Outcome::Committed), Ok(())) if failed != Some(index) => {
                    WriterSignal::Done(Err(StoreError::unavailable("the database failed while others wrote")))
                }
                (Some(Outcome::Committed | Outcome::Refused), Ok(())) => {
                    WriterSignal::Done(Err(StoreError::other("the work went on after a store error")))
                }
                (None, Ok(())) => WriterSignal::Done(Err(StoreError::unavailable("the transaction was not run"))),
            };
            member.send(signal);
        }
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        // Members are left only after a panic.
        for member in self.members.drain(..) {
            member.send(WriterSignal::Done(Err(StoreError::unavailable("the transaction was not run"))));
        }
        self.queue.hand_over();
    }
}

fn run_member(connection: &mut DatabaseConnection, member: &Writer) -> Result<Outcome, StoreError> {
    let mut work = member.work.lock().unwrap_or_else(PoisonError::into_inner);
    connection.query(|inner| inner.batch_execute("SAVEPOINT member"))?;
    let outcome = match catch_unwind(AssertUnwindSafe(|| work(connection))) {
        Ok(Completion::Commit) if connection.transaction == TransactionState::Open => {
            connection.query(|inner| inner.batch_execute("RELEASE member"))?;
            return Ok(Outcome::Committed);
        }
        Ok(Completion::Commit) => Outcome::Refused,
        Ok(Completion::RollBack) => Outcome::Undone,
        Err(panic) => Outcome::Panicked(panic),
    };
    if !connection.has_fault() {
        connection.transaction = TransactionState::Open;
        connection.query(|inner| inner.batch_execute("ROLLBACK TO member; RELEASE member"))?;
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread;

    use ore_domain::{Access, BlockingStore, Repositories};
    use ore_testkit::new_user;

    use super::*;
    use crate::{Database, DatabaseOptions};

    fn store(directory: &tempfile::TempDir, acquire_timeout: Duration) -> Arc<Database> {
        let url = format!("sqlite:///{}", directory.path().join("app.db").display());
        let options = DatabaseOptions::new(url.parse().unwrap(), 4.try_into().unwrap());
        let database = Database::new(DatabaseOptions { acquire_timeout, ..options });
        database.migrate().unwrap();
        Arc::new(database)
    }

    fn patient_store(directory: &tempfile::TempDir) -> Arc<Database> {
        store(directory, Duration::from_mins(1))
    }

    /// A writer who leads until told to end.
    fn lead(database: &Arc<Database>) -> (Sender<()>, thread::JoinHandle<Result<(), StoreError>>) {
        let ((begin, started), (end, ended)) = (channel(), channel::<()>());
        let leader = Arc::clone(database);
        let leading = thread::spawn(move || {
            let hold = move |_: &mut dyn Repositories| {
                begin.send(()).unwrap();
                let _ = ended.recv();
                Completion::Commit
            };
            leader.run(Access::Write, Box::new(hold))
        });
        started.recv().unwrap();
        (end, leading)
    }

    /// Registers, and says how it went.
    fn registration(email: &'static str) -> (Work, Receiver<Result<(), StoreError>>) {
        let (did, done) = channel();
        let work = move |repositories: &mut dyn Repositories| {
            let inserted = repositories.users().insert(new_user(email).build()).map(drop);
            let completion = if inserted.is_ok() { Completion::Commit } else { Completion::RollBack };
            // Not every test wants to know.
            let _ = did.send(inserted);
            completion
        };
        (Box::new(work), done)
    }

    fn addresses(database: &Database) -> Vec<String> {
        let (found, list) = channel();
        let read = move |repositories: &mut dyn Repositories| {
            let users = repositories.users().list(None, 100).unwrap();
            found.send(users.into_iter().map(|user| user.unwrap().email.as_str().to_owned()).collect()).unwrap();
            Completion::RollBack
        };
        database.run(Access::Read, Box::new(read)).unwrap();
        list.recv().unwrap()
    }

    /// Has the others come while the first writes, so that they share its transaction.
    fn together(database: &Arc<Database>, others: Vec<Work>) -> Vec<thread::Result<Result<(), StoreError>>> {
        let (end, leading) = lead(database);
        let others: Vec<_> = others
            .into_iter()
            .enumerate()
            .map(|(index, work)| {
                let follower = Arc::clone(database);
                let thread = thread::spawn(move || follower.run(Access::Write, work));
                let deadline = Instant::now() + Duration::from_mins(1);
                while database.waiting_writers() <= index {
                    assert!(Instant::now() < deadline, "the writer does not wait");
                    thread::yield_now();
                }
                thread
            })
            .collect();
        end.send(()).unwrap();
        leading.join().unwrap().unwrap();
        others.into_iter().map(thread::JoinHandle::join).collect()
    }

    #[test]
    fn one_that_fails_undoes_itself_alone() {
        let directory = tempfile::tempdir().unwrap();
        let database = patient_store(&directory);
        let (works, outcomes): (Vec<_>, Vec<_>) =
            ["ada@example.org", "ADA@example.org", "grace@example.org"].map(registration).into_iter().unzip();
        for result in together(&database, works) {
            result.unwrap().unwrap();
        }
        let refused: Vec<bool> = outcomes.iter().map(|outcome| outcome.recv().unwrap().is_err()).collect();
        assert_eq!(refused, [false, true, false]);
        assert_eq!(addresses(&database), ["ada@example.org", "grace@example.org"]);
    }

    #[test]
    fn one_that_panics_does_so_in_its_own_thread() {
        let directory = tempfile::tempdir().unwrap();
        let database = patient_store(&directory);
        let panicking: Work = Box::new(|repositories| {
            repositories.users().insert(new_user("eve@example.org").build()).unwrap();
            panic!("on purpose")
        });
        let works = vec![registration("ada@example.org").0, panicking, registration("grace@example.org").0];
        let results = together(&database, works);
        assert_eq!(results.iter().map(Result::is_err).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(addresses(&database), ["ada@example.org", "grace@example.org"]);
    }

    #[test]
    fn one_that_goes_on_after_an_error_is_refused_alone() {
        let directory = tempfile::tempdir().unwrap();
        let database = patient_store(&directory);
        let careless: Work = Box::new(|repositories| {
            for email in ["eve@example.org", "ada@example.org"] {
                let _ = repositories.users().insert(new_user(email).build());
            }
            Completion::Commit
        });
        let results = together(&database, vec![registration("ada@example.org").0, careless]);
        let results: Vec<_> = results.into_iter().map(|result| result.unwrap().is_err()).collect();
        assert_eq!(results, [false, true]);
        assert_eq!(addresses(&database), ["ada@example.org"]);
    }

    #[test]
    fn who_cannot_begin_in_time_is_told_so_and_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let database = store(&directory, Duration::from_millis(50));
        let (end, leading) = lead(&database);
        let late = database.run(Access::Write, registration("ada@example.org").0);
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
        end.send(()).unwrap();
        leading.join().unwrap().unwrap();
        assert!(addresses(&database).is_empty());
        assert!(database.run(Access::Write, registration("grace@example.org").0).is_ok());
    }
}
