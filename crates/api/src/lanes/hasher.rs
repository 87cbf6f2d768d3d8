use std::io;
use std::sync::Arc;
use std::time::Duration;

use ore_domain::{BoxFuture, Password, PasswordHash};
use ore_security::password::{Argon2Hasher, HashError, HashMemory, MemoryCare, Verification};
use ore_services::{HashingError, PasswordHashing};
use rustix::process::{getpriority_process, setpriority_process};

use super::{Lane, LaneContext, LaneOptions};
use crate::metrics::LaneMetrics;

/// Callers that may wait for each slot; more could not be served before their patience ends.
const QUEUE_PER_SLOT: usize = 16;

/// How many steps of `nice` the threads stand back behind those that answer requests: five leave them a quarter of a
/// contended core, and all of an idle one.
const STEPS_BACK: i32 = 5;
/// A hash reads its memory all over.
pub(super) const HUGE_PAGES: MemoryCare =
    MemoryCare { before_use: ore_huge_pages::ask_for, before_release: ore_huge_pages::do_without };
/// The lowest priority there is.
const MAXIMUM_NICENESS: i32 = 19;

impl LaneContext for HashMemory {
    /// Nothing of a password outlives the work at hand.
    fn pause(&mut self) {
        self.wipe();
    }

    /// Idle slots hold no memory.
    fn rest(&mut self) {
        self.release();
    }
}

/// Argon2 behind a lane: each thread keeps the memory of one hash.
pub struct LaneHasher {
    lane: Lane<HashMemory>,
    hasher: Arc<Argon2Hasher>,
}

impl LaneHasher {
    /// Starts one thread for each slot.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(hasher: Argon2Hasher, slots: usize, metrics: &LaneMetrics) -> io::Result<Self> {
        let options = LaneOptions {
            name: "hash",
            width: slots,
            queue: slots * QUEUE_PER_SLOT,
            // With what comes before and after, the answer is there within a second.
            wait: Duration::from_millis(800),
            patience: Duration::from_secs(30),
        };
        let lane = Lane::start(options, metrics.of(options.name), || {
            stand_back();
            HashMemory::with_care(HUGE_PAGES)
        })?;
        Ok(Self { lane, hasher: Arc::new(hasher) })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2Hasher, &mut HashMemory) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let hasher = Arc::clone(&self.hasher);
        let result = self.lane.run(move |memory| work(&hasher, memory)).await;
        Ok(result.map_err(|error| HashingError::Unavailable(error.into()))??)
    }
}

/// Lets a flood of log-ins take only what checking tokens leaves of the cores. On Linux this concerns the calling thread
/// alone (setpriority(2)); where it is not allowed, hashing goes on as it is.
pub(super) fn stand_back() {
    let niceness = getpriority_process(None).map(|niceness| (niceness + STEPS_BACK).min(MAXIMUM_NICENESS));
    if let Err(error) = niceness.and_then(|niceness| setpriority_process(None, niceness)) {
        tracing::warn!("Hashing runs at the priority of everything else: {error}");
    }
}

impl PasswordHashing for LaneHasher {
    fn hash(&self, password: Password) -> BoxFuture<'_, Result<PasswordHash, HashingError>> {
        Box::pin(async move {
            let hash = self.run(move |hasher, memory| hasher.hash(password.expose(), memory)).await?;
            Ok(PasswordHash::new(hash.into_string()))
        })
    }

    fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> BoxFuture<'_, Result<Verification, HashingError>> {
        Box::pin(self.run(move |hasher, memory| match stored {
            Some(hash) => hasher.verify(password.expose(), hash.expose(), memory),
            None => hasher.verify_dummy(password.expose(), memory).map(|()| Verification::Mismatch),
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ore_security::password::HashParameters;

    use super::*;
    use crate::metrics::Metrics;

    /// The niceness of the threads of this process whose names begin so (proc(5), the 19th field of `stat`).
    fn niceness(name: &str) -> Vec<i32> {
        let tasks = fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
        let threads = tasks.filter(|task| fs::read_to_string(task.join("comm")).unwrap().starts_with(name));
        let stat = threads.map(|task| fs::read_to_string(task.join("stat")).unwrap());
        stat.map(|stat| stat.rsplit_once(") ").unwrap().1.split(' ').nth(16).unwrap().parse().unwrap()).collect()
    }

    #[actix_web::test]
    async fn hashing_stands_back_and_nothing_else_does() {
        let hasher = Argon2Hasher::new(HashParameters::new(8, 1, 1).unwrap());
        let hasher = LaneHasher::start(hasher, 1, &Metrics::new("1").unwrap().lanes).unwrap();
        let password = Password::presented("some password".to_owned()).unwrap();
        assert_eq!(hasher.verify(password, None).await.unwrap(), Verification::Mismatch);
        let ours = getpriority_process(None).unwrap();
        assert_eq!(niceness("hash-"), [(ours + STEPS_BACK).min(MAXIMUM_NICENESS)]);
    }
}
