use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ore_domain::{Access, BlockingStore, Clock, Completion, Repositories, StoreError, Timestamp, UserId, Users, Work};

use super::users::UserTable;
use crate::FixedClock;

/// A store in memory, with transactions that roll back, for tests of what stands on a store.
///
/// It can be told to fail, and it writes down the queries it is asked.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    clock: Arc<FixedClock>,
}

#[derive(Debug, Default)]
struct State {
    tables: Tables,
    queries: Vec<&'static str>,
    is_unavailable: bool,
    next_failure: Option<StoreError>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub(super) users: UserTable,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store that takes the time of changes from `clock`.
    pub fn with_clock(clock: Arc<FixedClock>) -> Self {
        Self { clock, ..Self::default() }
    }

    /// Whether every use fails with [`StoreError::Unavailable`], without running the work.
    pub fn set_unavailable(&self, is_unavailable: bool) {
        self.state().is_unavailable = is_unavailable;
    }

    /// Makes the next use fail with `error`, without running the work.
    pub fn fail_next(&self, error: StoreError) {
        self.state().next_failure = Some(error);
    }

    /// From now on this user is stored in a form that cannot be read.
    pub fn make_unreadable(&self, user: UserId) {
        self.state().tables.users.unreadable.insert(user);
    }

    /// The names of the repository methods called since the last time this was asked, in order: `users.find`, …
    pub fn take_queries(&self) -> Vec<&'static str> {
        mem::take(&mut self.state().queries)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BlockingStore for MemoryStore {
    fn run(&self, access: Access, mut work: Work) -> Result<(), StoreError> {
        let mut state = self.state();
        if let Some(error) = state.next_failure.take() {
            return Err(error);
        }
        if state.is_unavailable {
            return Err(StoreError::unavailable("the store was told to be unavailable"));
        }
        // Works on a copy, so that a body that panics leaves the tables as they were.
        let tables = state.tables.clone();
        let mut transaction = Transaction {
            tables,
            queries: &mut state.queries,
            now: self.clock.now(),
            is_write: access == Access::Write,
            has_failed: false,
        };
        let completion = work(&mut transaction);
        let Transaction { tables, has_failed, .. } = transaction;
        match (access, completion) {
            (Access::Read, _) | (Access::Write, Completion::RollBack) => Ok(()),
            (Access::Write, Completion::Commit) if has_failed => {
                Err(StoreError::other("the work went on after a store error"))
            }
            (Access::Write, Completion::Commit) => {
                state.tables = tables;
                Ok(())
            }
        }
    }
}

pub(super) struct Transaction<'a> {
    tables: Tables,
    queries: &'a mut Vec<&'static str>,
    pub(super) now: Timestamp,
    is_write: bool,
    has_failed: bool,
}

impl Transaction<'_> {
    /// Like PostgreSQL, answers nothing in a transaction after its first error.
    pub(super) fn query<T>(
        &mut self,
        name: &'static str,
        run: impl FnOnce(&mut Tables) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.queries.push(name);
        if self.has_failed {
            return Err(StoreError::other("the transaction has already failed"));
        }
        let result = run(&mut self.tables);
        self.has_failed =
            self.is_write && result.as_ref().is_err_and(|error| !matches!(error, StoreError::Unreadable(_)));
        result
    }
}

impl Repositories for Transaction<'_> {
    fn users(&mut self) -> &mut dyn Users {
        self
    }
}

#[cfg(test)]
mod tests {
    use ore_domain::{Constraint, StoreExt, User};

    use super::*;
    use crate::{Inline, block_on, canonical, new_user};

    crate::store_contract!(Inline::new(MemoryStore::new()));

    fn insert(store: &Inline<MemoryStore>, email: &str) -> Result<User, StoreError> {
        let user = new_user(email).build();
        block_on(store.write(move |repositories| repositories.users().insert(user.clone())))
    }

    #[test]
    fn an_unavailable_store_does_no_work_until_it_is_back() {
        let store = Inline::new(MemoryStore::new());
        store.set_unavailable(true);
        assert!(matches!(insert(&store, "ada@example.org"), Err(StoreError::Unavailable(_))));
        assert!(store.take_queries().is_empty());
        store.set_unavailable(false);
        assert!(insert(&store, "ada@example.org").is_ok());
    }

    #[test]
    fn the_next_use_fails_as_it_was_told_and_only_that_one() {
        let store = Inline::new(MemoryStore::new());
        store.fail_next(StoreError::Conflict(Constraint::UserEmail));
        assert!(matches!(insert(&store, "ada@example.org"), Err(StoreError::Conflict(Constraint::UserEmail))));
        assert!(insert(&store, "ada@example.org").is_ok());
    }

    #[test]
    fn queries_are_written_down_in_order_and_asked_for_once() {
        let store = Inline::new(MemoryStore::new());
        let found = block_on(store.write(|repositories| {
            repositories.users().insert(new_user("ada@example.org").build())?;
            repositories.users().find_by_email(&canonical("ADA@example.org"))
        }));
        assert!(found.unwrap().is_some());
        assert_eq!(store.take_queries(), ["users.insert", "users.find_by_email"]);
        assert!(store.take_queries().is_empty());
    }
}
