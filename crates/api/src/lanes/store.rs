use std::io;
use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Access, BlockingStore, BoxFuture, Store, StoreError, Work};

use super::{Lane, LaneError, LaneOptions};

/// Callers that may wait for each connection; beyond them the answer is 503 at once.
const QUEUE_PER_CONNECTION: usize = 64;

/// A blocking store behind a lane as wide as its connection pool.
pub struct LaneStore {
    lane: Lane<()>,
    store: Arc<dyn BlockingStore>,
}

impl LaneStore {
    /// Starts one thread for each connection.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(store: Arc<dyn BlockingStore>, connections: usize) -> io::Result<Self> {
        let options = LaneOptions {
            name: "database",
            width: connections,
            queue: connections * QUEUE_PER_CONNECTION,
            wait: Duration::from_secs(1),
            patience: Duration::from_secs(2),
        };
        Ok(Self { lane: Lane::start(options, || ())?, store })
    }
}

impl Store for LaneStore {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        let store = Arc::clone(&self.store);
        Box::pin(async move {
            let result = self.lane.run(move |()| store.run(access, work)).await;
            result.unwrap_or_else(|error| Err(to_store_error(error)))
        })
    }
}

fn to_store_error(error: LaneError) -> StoreError {
    match error {
        LaneError::Panicked(_) => StoreError::other(error),
        LaneError::Full(_) | LaneError::NotBegun(_) | LaneError::NotFinished(_) => StoreError::unavailable(error),
    }
}
