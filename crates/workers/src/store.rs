use std::io;
use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Access, BlockingStore, BoxFuture, Store, StoreError, Work};
use ore_telemetry::metrics::WorkerPoolMetrics;

use super::{WorkerPool, WorkerPoolError, WorkerPoolOptions};

/// Callers that may wait for each thread; beyond them the answer is 503 at once.
const QUEUE_PER_THREAD: usize = 64;

/// A blocking store behind two worker pools, so that writers who wait for each other do not keep readers waiting.
pub struct PooledStore {
    reads: WorkerPool<()>,
    writes: WorkerPool<()>,
    store: Arc<dyn BlockingStore>,
}

impl PooledStore {
    /// Starts as many threads as the store serves readers and writers at a time.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(
        store: Arc<dyn BlockingStore>,
        concurrent_reads: usize,
        concurrent_writes: usize,
        metrics: &WorkerPoolMetrics,
    ) -> io::Result<Self> {
        let start = |options: WorkerPoolOptions| WorkerPool::start(options, metrics, || ());
        let reading = start(options("database-read", concurrent_reads))?;
        let writing = start(options("database-write", concurrent_writes))?;
        Ok(Self { reads: reading, writes: writing, store })
    }
}

/// Together the two times are the two seconds within which a client hears that the database is away.
const fn options(name: &'static str, width: usize) -> WorkerPoolOptions {
    let (queue_timeout, execution_timeout) = (Duration::from_millis(500), Duration::from_millis(1500));
    WorkerPoolOptions {
        name,
        width,
        queue: width * QUEUE_PER_THREAD,
        admission: None,
        queue_timeout,
        execution_timeout,
    }
}

impl Store for PooledStore {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        let store = Arc::clone(&self.store);
        let pool = match access {
            Access::Read | Access::Poll => &self.reads,
            Access::Write | Access::Statement => &self.writes,
        };
        Box::pin(async move {
            let result = pool.run(move |()| store.run(access, work)).await;
            result.unwrap_or_else(|error| Err(to_store_error(error)))
        })
    }
}

fn to_store_error(error: WorkerPoolError) -> StoreError {
    match error {
        WorkerPoolError::Panicked(_) => StoreError::other(error),
        WorkerPoolError::Timeout(_) => StoreError::unavailable("the database did not answer in time"),
        WorkerPoolError::QueueFull(_) | WorkerPoolError::WouldQueue { .. } | WorkerPoolError::QueueTimeout(_) => {
            StoreError::unavailable(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use ore_domain::{Completion, StoreExt};
    use ore_telemetry::metrics::Metrics;
    use ore_testkit::{MemoryStore, canonical};

    use super::*;

    /// A store whose writers are held up until they are let go.
    struct SlowWrites {
        store: MemoryStore,
        let_go: std::sync::Mutex<mpsc::Receiver<()>>,
    }

    impl BlockingStore for SlowWrites {
        fn run(&self, access: Access, work: Work) -> Result<(), StoreError> {
            if access == Access::Write {
                let _ = self.let_go.lock().unwrap().recv();
            }
            self.store.run(access, work)
        }
    }

    #[tokio::test]
    async fn writers_who_wait_do_not_keep_readers_waiting() {
        let (let_go, held) = mpsc::channel();
        let store = SlowWrites { store: MemoryStore::new(), let_go: std::sync::Mutex::new(held) };
        let store = PooledStore::start(Arc::new(store), 1, 1, &Metrics::new("1").unwrap().worker_pools).unwrap();
        let mut write = Box::pin(store.run(Access::Write, Box::new(|_| Completion::Commit)));
        assert!(futures_util::poll!(&mut write).is_pending());
        let found = store.read(|r| r.users().find_by_email(&canonical("ada@example.org"))).await;
        assert!(matches!(found, Ok::<_, StoreError>(None)));
        let_go.send(()).unwrap();
        assert!(write.await.is_ok());
    }
}
