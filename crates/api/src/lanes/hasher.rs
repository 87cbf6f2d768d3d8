use std::io;
use std::sync::Arc;
use std::time::Duration;

use ore_domain::{BoxFuture, Password, PasswordHash};
use ore_security::password::{Argon2Hasher, HashError, HashMemory, Verification};
use ore_services::{HashingError, PasswordHashing};

use super::{Lane, LaneContext, LaneOptions};

/// Callers that may wait for each slot; more could not be served before their patience ends.
const QUEUE_PER_SLOT: usize = 16;

impl LaneContext for HashMemory {
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
    pub fn start(hasher: Argon2Hasher, slots: usize) -> io::Result<Self> {
        let options = LaneOptions {
            name: "hash",
            width: slots,
            queue: slots * QUEUE_PER_SLOT,
            wait: Duration::from_secs(1),
            patience: Duration::from_secs(30),
        };
        Ok(Self { lane: Lane::start(options, HashMemory::new)?, hasher: Arc::new(hasher) })
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
