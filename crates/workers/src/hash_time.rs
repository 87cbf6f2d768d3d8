use std::io;
use std::num::NonZeroUsize;
use std::thread::{Builder, scope};
use std::time::{Duration, Instant};

use ore_security::password::{Argon2Hasher, HashError, HashMemory, HashParameters};

use super::hasher::{HUGE_PAGES, lower_priority};

/// Hashes that each thread is timed for, after one that brings its memory in.
const HASHES: usize = 5;

/// Why the time of a hash is not known.
#[derive(Debug, thiserror::Error)]
pub enum HashTimeError {
    /// The operating system gave no thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
    /// The hash was not computed.
    #[error(transparent)]
    Hash(#[from] HashError),
}

/// The time of a hash while this number of slots compute one each: the median of some.
///
/// # Errors
/// As [`HashTimeError`] says.
pub fn hash_time(parameters: HashParameters, slots: NonZeroUsize) -> Result<Duration, HashTimeError> {
    let hasher = &Argon2Hasher::new(parameters);
    let mut times = scope(|scope| {
        let threads = (0..slots.get())
            .map(|_| Builder::new().spawn_scoped(scope, || time_each(hasher)))
            .collect::<io::Result<Vec<_>>>()?;
        let mut times = Vec::new();
        for thread in threads {
            times.extend(thread.join().map_err(|_| io::Error::other("it panicked"))??);
        }
        Ok::<_, HashTimeError>(times)
    })?;
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

fn time_each(hasher: &Argon2Hasher) -> Result<Vec<Duration>, HashError> {
    lower_priority();
    let mut memory = HashMemory::with_care(HUGE_PAGES);
    let mut compute = || {
        let started = Instant::now();
        hasher.verify("a password to measure with", None, &mut memory).map(|_| started.elapsed())
    };
    compute()?;
    (0..HASHES).map(|_| compute()).collect()
}
