use std::sync::{Arc, Mutex};

use ore_security::password::{Argon2Hasher, HashError, HashMemory, HashObserver, HashParameters, Verification};

/// Cheap, so that a test can hash often.
pub(crate) const MEMORY_KIB: u32 = 64;
pub(crate) const TIME_COST: u32 = 2;
pub(crate) const PARALLELISM: u32 = 2;

pub(crate) const MATCH: Result<Verification, HashError> = Ok(Verification::Match { needs_renewal: false });
pub(crate) const OUTDATED_MATCH: Result<Verification, HashError> = Ok(Verification::Match { needs_renewal: true });
pub(crate) const MISMATCH: Result<Verification, HashError> = Ok(Verification::Mismatch);

/// What a check says of stored hashes that nothing can match.
pub(crate) const MALFORMED: Result<Verification, HashError> = Ok(Verification::UnusableHash(HashError::MalformedHash));
pub(crate) const OUT_OF_BOUNDS: Result<Verification, HashError> =
    Ok(Verification::UnusableHash(HashError::ParametersOutOfBounds));

pub(crate) fn parameters() -> HashParameters {
    HashParameters::new(MEMORY_KIB, TIME_COST, PARALLELISM).unwrap()
}

pub(crate) fn hasher() -> Argon2Hasher {
    Argon2Hasher::new(parameters())
}

pub(crate) fn verify(password: &str, stored: &str) -> Result<Verification, HashError> {
    hasher().verify(password, Some(stored), &mut HashMemory::new())
}

/// Writes down the parameters of every computation.
#[derive(Default)]
pub(crate) struct Recorder(Mutex<Vec<HashParameters>>);

impl Recorder {
    pub(crate) fn take(&self) -> Vec<HashParameters> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl HashObserver for Recorder {
    fn hashed(&self, parameters: &HashParameters) {
        self.0.lock().unwrap().push(*parameters);
    }
}

pub(crate) fn recorded_hasher() -> (Argon2Hasher, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    (hasher().with_observer(recorder.clone()), recorder)
}
