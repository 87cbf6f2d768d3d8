use std::sync::Arc;

use futures_util::lock::{Mutex, MutexGuard};
use ore_domain::{Access, BoxFuture, Store, StoreError, Work};
use ore_testkit::{InlineStore, MemoryStore};

/// Nobody is answered while somebody holds it.
pub(crate) struct HeldStore {
    store: Arc<InlineStore<MemoryStore>>,
    lock: Mutex<()>,
}

impl HeldStore {
    pub(crate) fn new(store: Arc<InlineStore<MemoryStore>>) -> Self {
        Self { store, lock: Mutex::default() }
    }

    pub(crate) async fn hold(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().await
    }
}

impl Store for HeldStore {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let _turn = self.lock.lock().await;
            Store::run(&*self.store, access, work).await
        })
    }
}
