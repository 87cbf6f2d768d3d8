use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ore_domain::{BoxFuture, Password, PasswordHash};
use ore_security::password::{Argon2Hasher, HashMemory, HashParameters, MemoryHooks, Verification};
use ore_services::{HashingError, PasswordHashing};
use ore_telemetry::metrics::{HASHING_POOL, WorkerPoolMetrics};
use rustix::process::{getpriority_process, setpriority_process};

use super::{
    Admission, BreachedPasswords, TimeEstimate, WorkerContext, WorkerPool, WorkerPoolError, WorkerPoolOptions,
};

/// How many callers may wait for each slot. The prediction admits about as many if a hash takes 5 ms and callers may
/// wait for 5 s.
const QUEUE_PER_SLOT: usize = 1024;
/// An admitted call is refused after this multiple of the allowed wait.
const SLACK: u32 = 6;
/// The assumed time of a pass over a KiB until a hash has been measured: four times what a slow core of today needs
/// when it is idle.
const FIRST_ESTIMATE_PER_KIB: Duration = Duration::from_nanos(1300);

/// By how much the niceness of the threads exceeds that of the threads that answer requests. With five they get a
/// quarter of a contended core, and all of an idle one.
const NICENESS: i32 = 5;
/// A hash reads all of its memory, so huge pages pay.
pub(super) const HUGE_PAGES: MemoryHooks =
    MemoryHooks { before_use: ore_huge_pages::ask_for, before_release: ore_huge_pages::do_without };
/// The niceness of the lowest priority.
const MAXIMUM_NICENESS: i32 = 19;

impl WorkerContext for HashMemory {
    /// Nothing of a password stays in memory after its hash.
    fn on_idle(&mut self) {
        self.wipe();
    }

    /// Idle slots hold no memory.
    fn on_idle_timeout(&mut self) {
        self.release();
    }
}

/// Argon2 behind a pool: each thread keeps the memory of one hash.
pub struct PooledHasher {
    pool: WorkerPool<HashMemory>,
    hasher: Arc<Argon2Hasher>,
    hash_time: Arc<TimeEstimate>,
    breached_passwords: Option<Arc<BreachedPasswords>>,
}

impl PooledHasher {
    /// Starts one thread for each slot. A call is refused at once if its hash is predicted to start later than
    /// `longest_wait`. An admitted call is served, unless it has waited for six times as long.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(
        hasher: Argon2Hasher,
        slots: usize,
        longest_wait: Duration,
        metrics: &WorkerPoolMetrics,
    ) -> io::Result<Self> {
        let hash_time = Arc::new(TimeEstimate::new(first_estimate(hasher.parameters())));
        let options = WorkerPoolOptions {
            name: HASHING_POOL,
            width: slots,
            queue: slots * QUEUE_PER_SLOT,
            admission: Some(Admission { longest_wait, work_time: Arc::clone(&hash_time) }),
            queue_timeout: longest_wait.saturating_mul(SLACK),
            execution_timeout: Duration::from_secs(30),
        };
        let pool = WorkerPool::start(options, metrics, || {
            lower_priority();
            HashMemory::with_care(HUGE_PAGES)
        })?;
        Ok(Self { pool, hasher: Arc::new(hasher), hash_time, breached_passwords: None })
    }

    /// Refuses new passwords that are in this list. A list that cannot be read any more refuses none.
    #[must_use]
    pub fn refusing(self, breached_passwords: Option<BreachedPasswords>) -> Self {
        Self { breached_passwords: breached_passwords.map(Arc::new), ..self }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2Hasher, &mut HashMemory) -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let (hasher, hash_time) = (Arc::clone(&self.hasher), Arc::clone(&self.hash_time));
        let result = self.pool.run(move |memory| {
            let started = Instant::now();
            let result = work(&hasher, memory);
            // A failure takes less time than a hash.
            if result.is_ok() {
                hash_time.measured(started.elapsed());
            }
            result
        });
        result.await.map_err(|error| self.unavailable(error))?
    }

    fn unavailable(&self, error: WorkerPoolError) -> HashingError {
        let retry_after = match error {
            WorkerPoolError::WouldQueue { wait, .. } => wait,
            _ => self.pool.predicted_wait(),
        };
        HashingError::Unavailable { cause: error.into(), retry_after }
    }
}

fn is_in(list: &BreachedPasswords, password: &Password) -> bool {
    list.contains(password).unwrap_or_else(|error| {
        tracing::error!(exception = %error, "BACKEND_BREACHED_PASSWORDS_FILE cannot be read any more");
        false
    })
}

/// The time of a hash grows with the memory that Argon2 passes over, and with the number of passes.
fn first_estimate(parameters: &HashParameters) -> Duration {
    FIRST_ESTIMATE_PER_KIB.saturating_mul(parameters.memory_kib()).saturating_mul(parameters.time_cost())
}

/// Lowers the priority of the calling thread, so that a flood of log-ins does not delay token checks. On Linux the
/// niceness belongs to the thread (setpriority(2)). If lowering is not allowed, the priority stays as it is.
pub(super) fn lower_priority() {
    let niceness = getpriority_process(None).map(|niceness| (niceness + NICENESS).min(MAXIMUM_NICENESS));
    if let Err(error) = niceness.and_then(|niceness| setpriority_process(None, niceness)) {
        tracing::warn!("Hashing runs at the priority of everything else: {error}");
    }
}

impl PasswordHashing for PooledHasher {
    fn hash(&self, password: Password) -> BoxFuture<'_, Result<PasswordHash, HashingError>> {
        Box::pin(async move {
            let hash = self.run(move |hasher, memory| Ok(hasher.hash(password.expose(), memory)?)).await?;
            Ok(PasswordHash::new(hash.into_string()))
        })
    }

    fn hash_new(&self, password: Password) -> BoxFuture<'_, Result<PasswordHash, HashingError>> {
        let breached = self.breached_passwords.clone();
        Box::pin(async move {
            let hash = self.run(move |hasher, memory| {
                if breached.is_some_and(|list| is_in(&list, &password)) {
                    return Err(HashingError::Breached);
                }
                Ok(hasher.hash(password.expose(), memory)?)
            });
            Ok(PasswordHash::new(hash.await?.into_string()))
        })
    }

    fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> BoxFuture<'_, Result<Verification, HashingError>> {
        Box::pin(self.run(move |hasher, memory| {
            Ok(hasher.verify(password.expose(), stored.as_ref().map(PasswordHash::expose), memory)?)
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ore_telemetry::metrics::Metrics;

    use super::*;

    /// The niceness of the threads of this process whose names begin so (proc(5), the 19th field of `stat`).
    fn niceness(name: &str) -> Vec<i32> {
        let tasks = fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
        let threads = tasks.filter(|task| fs::read_to_string(task.join("comm")).unwrap().starts_with(name));
        let stat = threads.map(|task| fs::read_to_string(task.join("stat")).unwrap());
        stat.map(|stat| stat.rsplit_once(") ").unwrap().1.split(' ').nth(16).unwrap().parse().unwrap()).collect()
    }

    #[tokio::test]
    async fn hashing_stands_back_and_nothing_else_does() {
        let hasher = Argon2Hasher::new(HashParameters::new(8, 1, 1).unwrap());
        let hasher =
            PooledHasher::start(hasher, 1, Duration::from_secs(5), &Metrics::new("1").unwrap().worker_pools).unwrap();
        let password = Password::presented("some password".to_owned()).unwrap();
        assert_eq!(hasher.verify(password, None).await.unwrap(), Verification::Mismatch);
        let ours = getpriority_process(None).unwrap();
        assert_eq!(niceness("hash-"), [(ours + NICENESS).min(MAXIMUM_NICENESS)]);
    }
}
