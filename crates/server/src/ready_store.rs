use std::sync::Arc;

use ore_domain::Readiness;
use ore_domain::{Access, BoxFuture, Store, StoreError, Work};

/// Refuses work until the schema is known to be there: a query before that would fail as if we were at fault.
pub(crate) struct ReadyStore {
    store: Arc<dyn Store>,
    readiness: Arc<Readiness>,
}

impl ReadyStore {
    /// Lets work through to `store` once `readiness` has seen it ready.
    pub(crate) fn new(store: Arc<dyn Store>, readiness: Arc<Readiness>) -> Self {
        Self { store, readiness }
    }
}

impl Store for ReadyStore {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        if self.readiness.has_schema() {
            self.store.run(access, work)
        } else {
            Box::pin(async { Err(StoreError::unavailable("the schema of the database is not up to date yet")) })
        }
    }
}
