use std::ops::Deref;

use ore_domain::{Access, BlockingStore, BoxFuture, Store, StoreError, Work};

/// Makes a [`Store`] of a blocking one by running the work at once, on the thread that polls.
#[derive(Debug, Default)]
pub struct InlineStore<S>(S);

impl<S> InlineStore<S> {
    /// Wraps a blocking store.
    pub const fn new(store: S) -> Self {
        Self(store)
    }
}

impl<S> Deref for InlineStore<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S: BlockingStore> Store for InlineStore<S> {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { self.0.run(access, work) })
    }
}

impl<S: BlockingStore> BlockingStore for InlineStore<S> {
    fn run(&self, access: Access, work: Work) -> Result<(), StoreError> {
        self.0.run(access, work)
    }
}
