use std::pin::Pin;

use crate::{
    ApiKeys, AuditLog, IdempotentCalls, Invalidations, KnownSources, LoginFailures, Outbox, Passkeys, Revocations,
    Roles, SecondFactors, ServiceAccounts, Sessions, SigningKeys, StoreError, UserImports, Users,
};

/// A future that can be sent to another thread, of any type.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The repositories of a store, over one connection, and in [`Access::Write`] in one transaction.
pub trait Repositories: Invalidations {
    /// The users.
    fn users(&mut self) -> &mut dyn Users;

    /// The users, for an import.
    fn user_imports(&mut self) -> &mut dyn UserImports;

    /// The sessions.
    fn sessions(&mut self) -> &mut dyn Sessions;

    /// The roles, and their users.
    fn roles(&mut self) -> &mut dyn Roles;

    /// The API keys.
    fn api_keys(&mut self) -> &mut dyn ApiKeys;

    /// The passkeys.
    fn passkeys(&mut self) -> &mut dyn Passkeys;

    /// The service accounts.
    fn service_accounts(&mut self) -> &mut dyn ServiceAccounts;

    /// The revocations of access tokens.
    fn revocations(&mut self) -> &mut dyn Revocations;

    /// The key pairs that sign access tokens.
    fn signing_keys(&mut self) -> &mut dyn SigningKeys;

    /// The second factors, except passkeys.
    fn second_factors(&mut self) -> &mut dyn SecondFactors;

    /// The failed log-ins of accounts.
    fn login_failures(&mut self) -> &mut dyn LoginFailures;

    /// The networks and devices from which users logged in.
    fn known_sources(&mut self) -> &mut dyn KnownSources;

    /// The outbox of mails.
    fn outbox(&mut self) -> &mut dyn Outbox;

    /// The calls with an idempotency key.
    fn idempotent_calls(&mut self) -> &mut dyn IdempotentCalls;

    /// The audit log.
    fn audit_log(&mut self) -> &mut dyn AuditLog;

    /// The stored checks of key encryption keys.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot answer.
    fn key_checks(&mut self) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Stores a further check.
    ///
    /// # Errors
    /// As [`Repositories::key_checks`].
    fn add_key_check(&mut self, sealed: &[u8]) -> Result<(), StoreError>;

    /// Whether this transaction is the only one on any replica that deletes old rows, until its end.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot tell.
    fn is_alone_with_housekeeping(&mut self) -> Result<bool, StoreError>;
}

/// The way in which a body uses the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// No transaction: each query sees the state that is committed when it runs. The body changes nothing.
    Read,
    /// As [`Access::Read`], for queries that the process repeats by itself. Their failures do not show that the store
    /// fails for others.
    Poll,
    /// One transaction. A row that a `find*` of the body returned does not change until the end, except by the body
    /// itself: other writers wait. A row that was *not* found may appear meanwhile. Where only one may exist, a unique
    /// index decides, and the body gets [`StoreError::Conflict`]. Rows of a `list*` are not locked.
    Write,
    /// One statement that changes something and commits by itself, which saves two exchanges with the database. Rows
    /// that the body reads before are not locked. The body may run again although the statement has been carried out,
    /// so that must do no harm.
    Statement,
}

/// The end of a transaction after its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// Commit the changes.
    Commit,
    /// Roll the changes back.
    RollBack,
}

/// A body with its types erased. [`StoreExt`](super::StoreExt) makes them.
///
/// It may run more than once: if the store loses its connection, or has to give way to another transaction, it undoes
/// the changes of the body and runs it again. Only the result of the last run counts.
pub type Work = Box<dyn FnMut(&mut dyn Repositories) -> Completion + Send>;

/// A store that blocks the calling thread while it works, such as a database connection pool.
pub trait BlockingStore: Send + Sync {
    /// Runs `work` and completes its transaction accordingly. Never runs it again once a commit was requested.
    ///
    /// # Errors
    /// [`StoreError`] if `work` could not run, or could not be committed. Then none of its changes were kept, unless
    /// the connection was lost during the commit: then the outcome is unknown.
    fn run(&self, access: Access, work: Work) -> Result<(), StoreError>;
}

/// A store that services can wait for. Used through [`StoreExt`](super::StoreExt).
pub trait Store: Send + Sync {
    /// As [`BlockingStore::run`], without blocking the calling thread.
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>>;
}
