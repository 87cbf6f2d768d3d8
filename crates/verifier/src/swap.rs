use std::sync::{Arc, PoisonError, RwLock};

/// A value that is replaced whole. The lock is held for as long as it takes to copy a pointer.
#[derive(Default)]
pub(crate) struct Swap<T>(RwLock<Arc<T>>);

impl<T> Swap<T> {
    pub(crate) fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, value: T) {
        let value = Arc::new(value);
        // What was there is dropped when the lock is free again.
        let _replaced = std::mem::replace(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner), value);
    }
}
