//! A process to which the operating system gives too little.

use rstest::rstest;

use crate::support::{EMAIL, Finished, ON_SQLITE, PASSWORD, TestDir};

/// So many that starting them takes more than any case here allows.
const MANY_WORKERS: (&str, &str) = ("BACKEND_WORKERS", "64");

/// One line on standard error that says what would be right, no panic, and a code after which a service manager tries
/// again.
fn assert_one_line(finished: &Finished, message: &str) {
    assert_eq!((finished.code, finished.stderr.lines().count()), (Some(1), 1), "{finished:?}");
    assert!(finished.stderr.contains(message) && !finished.stderr.contains("panicked"), "{finished:?}");
    assert!(!finished.stdout.contains("panic"), "{finished:?}");
}

/// Each stops the start at another place, some of them within libraries.
#[rstest]
fn too_few_descriptors_are_told(#[values(4, 6, 8, 9, 10, 12, 16, 24, 26, 30, 40, 64, 100)] files: u32) {
    let finished = TestDir::new().run_within(&format!("ulimit -n {files}"), &[ON_SQLITE, MANY_WORKERS]);
    assert_one_line(&finished, &format!("this process may have {files} open files: raise that limit (`ulimit -n`, "));
}

/// As many threads as have a stack, for which each takes so much of the address space that nothing else counts.
#[rstest]
fn too_few_threads_are_told(#[values(0, 1, 2, 3, 4, 6, 8, 10, 12, 13, 14, 15, 16, 20, 30)] threads: u64) {
    const STACK_GIB: u64 = 2;
    let limits = format!("ulimit -v $(({} << 20))", threads * STACK_GIB + STACK_GIB / 2);
    let stack = (STACK_GIB << 30).to_string();
    let finished = TestDir::new().run_within(&limits, &[ON_SQLITE, MANY_WORKERS, ("RUST_MIN_STACK", &stack)]);
    assert_one_line(&finished, "there is no thread for this process: raise the limit on processes (`ulimit -u`, ");
}

/// `RLIMIT_FSIZE` is told by a signal that ends a process unless it is handled.
#[test]
fn a_database_file_that_may_not_grow_is_an_outage_of_writes() {
    let test_dir = TestDir::new();
    test_dir.run_with(&["migrate"], &[ON_SQLITE]).succeeded();
    // A program that measures coverage writes more than the limit when it ends, and complains.
    let unmeasured = ("LLVM_PROFILE_FILE", "/dev/null");
    let server = test_dir.serve_within("ulimit -f 512", &[ON_SQLITE, unmeasured]);
    let register = |number: u32| server.register(&format!("{number}-{EMAIL}"), PASSWORD);
    let token = server.token_of(EMAIL, PASSWORD);
    let refused = (0..20_000).map(register).find(|answer| answer.status != 200).unwrap();
    assert_eq!(refused.error(), (503, "SERVICE_UNAVAILABLE".to_owned()));
    assert_eq!(server.me(&token).status, 200);
    server.stop();
}
