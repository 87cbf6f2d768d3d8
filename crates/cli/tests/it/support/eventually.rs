use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

/// Between two questions, so that whoever is waited for has the processor.
const PAUSE: Duration = Duration::from_millis(10);

/// Asks until the answer is as expected, and panics after `limit`.
pub(crate) fn eventually(limit: Duration, ask: impl Fn() -> u16, expected: u16) {
    until(limit, ask, |answer| *answer == expected);
}

/// Asks until the answer is as wanted, and returns it. Panics when a question that began after `limit`, which is the bound
/// of the contract, is answered otherwise.
pub(crate) fn until<A: Debug>(limit: Duration, ask: impl Fn() -> A, is_wanted: impl Fn(&A) -> bool) -> A {
    let started = Instant::now();
    loop {
        let age = started.elapsed();
        let answer = ask();
        if is_wanted(&answer) {
            return answer;
        }
        assert!(age < limit, "not as wanted after {age:?}: {answer:?}");
        thread::sleep(PAUSE);
    }
}
