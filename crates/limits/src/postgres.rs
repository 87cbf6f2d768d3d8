use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ore_domain::Readiness;
use ore_domain::{BoxFuture, Charges, Decision, StoreError};
use ore_persistence::RateLimitTable;
use ore_telemetry::metrics::WorkerPoolMetrics;
use ore_workers::{WorkerPool, WorkerPoolError, WorkerPoolOptions};

use super::LimitCounter;
use super::refusals::Refusals;

/// A call takes a millisecond or two; more threads would only wait for each other's locks.
const THREADS: usize = 2;
const QUEUE: usize = 256;
/// How often unused keys are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_mins(1);
/// So few keys at a time that nobody waits for it.
const SWEEP_KEYS: u32 = 10_000;

/// Counts the calls of all replicas in PostgreSQL, on a pool of its own: calls that are refused keep no reader or writer
/// of accounts waiting.
pub struct PostgresCounter {
    pool: Arc<WorkerPool<()>>,
    counting: Arc<CounterContext>,
    readiness: Arc<Readiness>,
    next_sweep: Mutex<Instant>,
}

/// The context of the threads of the pool.
struct CounterContext {
    table: RateLimitTable,
    refusals: Refusals,
}

impl PostgresCounter {
    /// Starts the pool. The database need not be there.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(table: RateLimitTable, readiness: Arc<Readiness>, metrics: &WorkerPoolMetrics) -> io::Result<Self> {
        let options = WorkerPoolOptions {
            name: "rate-limit",
            width: THREADS,
            queue: QUEUE,
            admission: None,
            queue_timeout: Duration::from_millis(500),
            execution_timeout: Duration::from_millis(1500),
        };
        let pool = Arc::new(WorkerPool::start(options, metrics, || ())?);
        let counting = Arc::new(CounterContext { table, refusals: Refusals::default() });
        Ok(Self { pool, counting, readiness, next_sweep: Mutex::new(Instant::now() + SWEEP_INTERVAL) })
    }

    /// In the background; what fails is done the next time.
    fn sweep_if_due(&self) {
        let now = Instant::now();
        let mut next_sweep = self.next_sweep.lock().unwrap_or_else(PoisonError::into_inner);
        if now < *next_sweep {
            return;
        }
        *next_sweep = now + SWEEP_INTERVAL;
        let (pool, counting) = (Arc::clone(&self.pool), Arc::clone(&self.counting));
        tokio::spawn(async move {
            let _ = pool.run(move |()| counting.table.delete_unused(SWEEP_KEYS)).await;
        });
    }
}

impl CounterContext {
    /// Asks the table unless a call that came shortly before this one was refused meanwhile.
    fn charge(&self, charges: Charges) -> Result<Decision, StoreError> {
        let now = Instant::now();
        if let Some(refused) = self.refusals.find(&charges, now) {
            return Ok(refused);
        }
        let decision = self.table.charge(&charges)?;
        self.refusals.record(charges, decision, now);
        Ok(decision)
    }
}

impl LimitCounter for PostgresCounter {
    fn charge(&self, charges: Charges) -> BoxFuture<'_, Result<Decision, StoreError>> {
        Box::pin(async move {
            if !self.readiness.has_schema() {
                return Err(StoreError::unavailable("the schema of the database is not up to date yet"));
            }
            if let Some(refused) = self.counting.refusals.find(&charges, Instant::now()) {
                return Ok(refused);
            }
            let counting = Arc::clone(&self.counting);
            let decision = self.pool.run(move |()| counting.charge(charges)).await;
            self.sweep_if_due();
            decision.unwrap_or_else(|error: WorkerPoolError| Err(StoreError::unavailable(error)))
        })
    }
}
