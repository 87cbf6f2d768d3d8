use std::sync::Arc;

use ore_domain::StoreError;

/// The state of an object that a change expects.
pub type Precondition<T> = Arc<dyn Fn(&T) -> bool + Send + Sync>;

/// Why something was not changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such thing.
    #[error("there is no such thing")]
    NotFound,
    /// It is not as it was expected to be.
    #[error("it was changed meanwhile")]
    PreconditionFailed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(crate) fn any_state<T>() -> Precondition<T> {
    Arc::new(|_| true)
}

/// The found object, if it is as expected.
pub(crate) fn expect<T>(found: Option<T>, expected: &Precondition<T>) -> Result<T, ChangeError> {
    let found = found.ok_or(ChangeError::NotFound)?;
    if expected(&found) { Ok(found) } else { Err(ChangeError::PreconditionFailed) }
}
