use std::pin::Pin;

use crate::{
    ApiKeys, AuditLog, IdempotentCalls, Invalidations, KnownSources, LoginFailures, Outbox, Passkeys, Revocations,
    Roles, SecondFactors, ServiceAccounts, Sessions, SigningKeys, StoreError, UserImports, Users,
};

/// A future that can be sent to another thread, whatever makes it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The repositories of a store, over one connection, and in [`Access::Write`] in one transaction.
pub trait Repositories: Invalidations {
    /// The users.
    fn users(&mut self) -> &mut dyn Users;

    /// The users, for an import.
    fn user_imports(&mut self) -> &mut dyn UserImports;

    /// The sessions.
    fn sessions(&mut self) -> &mut dyn Sessions;

    /// The roles, and who has them.
    fn roles(&mut self) -> &mut dyn Roles;

    /// The API keys.
    fn api_keys(&mut self) -> &mut dyn ApiKeys;

    /// The passkeys.
    fn passkeys(&mut self) -> &mut dyn Passkeys;

    /// The service accounts.
    fn service_accounts(&mut self) -> &mut dyn ServiceAccounts;

    /// The revocations of access tokens.
    fn revocations(&mut self) -> &mut dyn Revocations;

    /// The pairs of keys that access tokens are signed with.
    fn signing_keys(&mut self) -> &mut dyn SigningKeys;

    /// The second factors, except passkeys.
    fn second_factors(&mut self) -> &mut dyn SecondFactors;

    /// The failures at the passwords of accounts.
    fn login_failures(&mut self) -> &mut dyn LoginFailures;

    /// The networks and devices from which users logged in.
    fn known_sources(&mut self) -> &mut dyn KnownSources;

    /// The mails that are to be sent.
    fn outbox(&mut self) -> &mut dyn Outbox;

    /// The calls that are carried out once.
    fn idempotent_calls(&mut self) -> &mut dyn IdempotentCalls;

    /// The audit log.
    fn audit_log(&mut self) -> &mut dyn AuditLog;

    /// What was stored to tell the keys of what is sealed from others.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot answer.
    fn key_checks(&mut self) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Stores one more.
    ///
    /// # Errors
    /// As [`Repositories::key_checks`].
    fn add_key_check(&mut self, sealed: &[u8]) -> Result<(), StoreError>;

    /// Whether this transaction, until its end, is the only one on any replica that deletes what is old.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot tell.
    fn is_alone_with_housekeeping(&mut self) -> Result<bool, StoreError>;
}

/// How a body of work uses the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// No transaction: each query sees what was committed when it ran. The body changes nothing.
    Read,
    /// As [`Access::Read`], for what the process asks by itself again and again: how that goes does not count for whether the
    /// store serves others.
    Poll,
    /// One transaction. A row that a `find*` of the body returned stays as it is until the end, except for what the body
    /// itself changes: other writers wait. A row that was *not* found may appear meanwhile; where only one may exist, a
    /// rule of uniqueness decides and answers [`StoreError::Conflict`]. What `list*` returns is not held.
    Write,
    /// One statement that changes something and commits by itself, which saves two exchanges with the database; what the
    /// body reads before is not held. The body may be run again although the statement has taken place, so that has to do
    /// no harm.
    Statement,
}

/// The end of a transaction after its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// Make the changes last.
    Commit,
    /// Undo them.
    RollBack,
}

/// A body of work with its types erased. [`StoreExt`](super::StoreExt) makes them.
///
/// It may be run again: a store that loses its connection, or has to give way to another transaction, undoes what the
/// body did and starts it anew. What the latest run did and answered is what counts.
pub type Work = Box<dyn FnMut(&mut dyn Repositories) -> Completion + Send>;

/// A store that blocks the calling thread while it works, such as a database connection pool.
pub trait BlockingStore: Send + Sync {
    /// Runs `work` and completes its transaction as it says. Never runs it again once a commit was asked for.
    ///
    /// # Errors
    /// [`StoreError`] when `work` could not run, or ran and could not be committed: then nothing of it was kept, unless
    /// the connection was lost in the middle of the commit, whose outcome nobody knows.
    fn run(&self, access: Access, work: Work) -> Result<(), StoreError>;
}

/// A store that services can wait for. Used through [`StoreExt`](super::StoreExt).
pub trait Store: Send + Sync {
    /// As [`BlockingStore::run`], without blocking the calling thread.
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>>;
}
