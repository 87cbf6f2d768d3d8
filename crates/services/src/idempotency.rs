use std::sync::Arc;
use std::time::Duration;

use ore_domain::{CallState, ClaimedUntil, Clock, Constraint, IdempotentCall, Store, StoreError, StoreExt};
use ore_security::keyed_hash::KeyedHash;
use ore_security::sealing::{SealingError, SealingKey};

/// The time for which an answer is stored.
const LIFETIME: Duration = Duration::from_hours(24);
/// A call that runs for longer was ended with its process.
const LONGEST_CALL: Duration = Duration::from_mins(1);

/// Has calls with an idempotency key carried out once, even if clients send them again. The stored answer is sealed
/// under a key that is derived from the client's key, so only the client can have it opened.
pub struct Idempotency {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    hash: KeyedHash,
}

/// A call that this process carries out.
pub struct ClaimedCall {
    call: ClaimedUntil,
    key: SealingKey,
}

/// The state of a call when it is claimed.
pub enum Claim {
    /// The call is new. Carry it out, and then finish or release it.
    New(ClaimedCall),
    /// The call was carried out; this is its sealed answer.
    Done(Vec<u8>),
}

/// The reason why a call is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    /// The same call is being carried out.
    #[error("the call is being carried out")]
    Running,
    /// The key was used with another body.
    #[error("the key was used with another body")]
    OtherBody,
    /// An answer could not be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Idempotency {
    /// Over the given ports, with hashes that are the same on every replica.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, hash: KeyedHash) -> Self {
        Self { store, clock, hash }
    }

    /// Claims a call of this caller at this path, with the key that the client chose.
    ///
    /// # Errors
    /// As [`IdempotencyError`] says.
    pub async fn claim(&self, caller: &str, path: &str, key: &str, body: &str) -> Result<Claim, IdempotencyError> {
        // None of the parts has a line break.
        let name = format!("{caller}\n{path}\n{key}");
        let now = self.clock.now();
        let call = IdempotentCall {
            id: self.hash.of(&format!("idempotency key\n{name}")),
            fingerprint: self.hash.of(&format!("idempotent body\n{body}")),
            at: now,
            running_until: now + LONGEST_CALL,
            expires_at: now + LIFETIME,
        };
        let secret = self.hash.of(&format!("idempotent answer\n{name}"));
        let sealing = SealingKey::derive(secret.as_bytes(), "ore idempotent answer");
        let claimed = ClaimedUntil { id: call.id.clone(), running_until: call.running_until };
        match self.store.write(move |r| r.idempotent_calls().claim_call(&call)).await {
            Ok(CallState::New) => Ok(Claim::New(ClaimedCall { call: claimed, key: sealing })),
            Ok(CallState::Done(sealed)) => Ok(Claim::Done(sealing.open(&sealed, claimed.id.as_bytes())?.to_vec())),
            Ok(CallState::Running) | Err(StoreError::Conflict(Constraint::IdempotencyKey)) => {
                Err(IdempotencyError::Running)
            }
            Ok(CallState::OtherBody) => Err(IdempotencyError::OtherBody),
            Err(error) => Err(error.into()),
        }
    }

    /// Stores the answer.
    ///
    /// # Errors
    /// As [`IdempotencyError`] says.
    pub async fn finish(&self, call: ClaimedCall, answer: &[u8]) -> Result<(), IdempotencyError> {
        let sealed = call.key.seal(answer, call.call.id.as_bytes())?;
        Ok(self.store.write(move |r| r.idempotent_calls().finish_call(&call.call, &sealed)).await?)
    }

    /// Releases a refused call, so that it can be tried again.
    ///
    /// # Errors
    /// As [`IdempotencyError`] says.
    pub async fn release(&self, call: ClaimedCall) -> Result<(), IdempotencyError> {
        Ok(self.store.write(move |r| r.idempotent_calls().release_call(&call.call)).await?)
    }
}
