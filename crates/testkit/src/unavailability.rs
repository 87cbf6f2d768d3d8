use std::fmt::Debug;
use std::thread::yield_now;
use std::time::{Duration, Instant};

use ore_domain::StoreError;

/// The cause of an unavailable store.
#[track_caller]
pub fn cause<T: Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Unavailable(cause)) => cause.to_string(),
        other => panic!("the store should be unavailable: {other:?}"),
    }
}

/// Tries until it succeeds, and fails when it never does.
#[track_caller]
pub fn recover<T>(mut attempt: impl FnMut() -> Result<T, StoreError>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match attempt() {
            Ok(value) => return value,
            Err(error) => assert!(Instant::now() < deadline, "no recovery: {error}"),
        }
        yield_now();
    }
}
