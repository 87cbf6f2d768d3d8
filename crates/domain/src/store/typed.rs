use std::sync::{Arc, Mutex, PoisonError};

use super::{Access, BlockingStore, Completion, Repositories, Store, Work};
use crate::StoreError;

/// The methods of a [`Store`] for services: bodies with any result and error type.
///
/// An `Err` from the body of [`write`](StoreExt::write) rolls back. A body must not swallow a [`StoreError`], because
/// PostgreSQL has aborted the transaction by then, and a commit would keep nothing. A body may run again after the
/// store has undone its changes, so it must change nothing but the store.
pub trait StoreExt: Store {
    /// Runs a body that only reads.
    fn read<T, E, F>(&self, body: F) -> impl Future<Output = Result<T, E>> + Send
    where
        F: FnMut(&mut dyn Repositories) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        transact(self, Access::Read, body)
    }

    /// Runs a body that only reads, for queries that the process repeats by itself ([`Access::Poll`]).
    fn poll<T, E, F>(&self, body: F) -> impl Future<Output = Result<T, E>> + Send
    where
        F: FnMut(&mut dyn Repositories) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        transact(self, Access::Poll, body)
    }

    /// Runs a body as one transaction: all of its changes are kept, or none.
    fn write<T, E, F>(&self, body: F) -> impl Future<Output = Result<T, E>> + Send
    where
        F: FnMut(&mut dyn Repositories) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        transact(self, Access::Write, body)
    }

    /// Runs a body of one statement that commits by itself, and does no harm if it runs twice ([`Access::Statement`]).
    fn write_once<T, E, F>(&self, body: F) -> impl Future<Output = Result<T, E>> + Send
    where
        F: FnMut(&mut dyn Repositories) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        transact(self, Access::Statement, body)
    }
}

impl<S: Store + ?Sized> StoreExt for S {}

/// As [`StoreExt`], for a store that blocks the calling thread.
pub trait BlockingStoreExt: BlockingStore {
    /// Runs a body that only reads.
    ///
    /// # Errors
    /// That of the body, or of the store.
    fn read<T, E, F>(&self, body: F) -> Result<T, E>
    where
        F: FnMut(&mut dyn Repositories) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (work, outcome) = erase(body);
        self.run(Access::Read, work)?;
        take(&outcome)
    }

    /// Runs a body as one transaction: all of its changes are kept, or none.
    ///
    /// # Errors
    /// That of the body, or of the store.
    fn write<T, E, F>(&self, body: F) -> Result<T, E>
    where
        F: FnMut(&mut dyn Repositories) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (work, outcome) = erase(body);
        self.run(Access::Write, work)?;
        take(&outcome)
    }
}

impl<S: BlockingStore + ?Sized> BlockingStoreExt for S {}

/// The result of the latest run of a body.
type Outcome<T, E> = Arc<Mutex<Option<Result<T, E>>>>;

async fn transact<S, T, E, F>(store: &S, access: Access, body: F) -> Result<T, E>
where
    S: Store + ?Sized,
    F: FnMut(&mut dyn Repositories) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (work, outcome) = erase(body);
    store.run(access, work).await?;
    take(&outcome)
}

fn erase<T, E, F>(mut body: F) -> (Work, Outcome<T, E>)
where
    F: FnMut(&mut dyn Repositories) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let outcome = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&outcome);
    let work = Box::new(move |repositories: &mut dyn Repositories| {
        let result = body(repositories);
        let completion = if result.is_ok() { Completion::Commit } else { Completion::RollBack };
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        completion
    });
    (work, outcome)
}

fn take<T, E: From<StoreError>>(outcome: &Outcome<T, E>) -> Result<T, E> {
    let result = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
    result.unwrap_or_else(|| Err(StoreError::other("the store finished without running the work").into()))
}
