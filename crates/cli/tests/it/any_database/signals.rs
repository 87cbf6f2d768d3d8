//! What signals do that end nothing, and what a crash leaves behind.

use rstest::rstest;

use crate::support::{ServerProcess, Signal, TestDir};

const SERVES: &str = "The process that was started serves";

/// The least that production takes.
const PRODUCTION: [(&str, &str); 4] = [
    ("BACKEND_ENVIRONMENT", "production"),
    ("BACKEND_ALLOWED_ORIGINS", "https://app.example.org"),
    ("BACKEND_ARGON2_MEMORY_KIB", "19456"),
    ("BACKEND_ARGON2_TIME_COST", "2"),
];

#[rstest]
#[case(Signal::USR1)]
#[case(Signal::USR2)]
#[case(Signal::HUP)]
#[case(Signal::PIPE)]
#[case(Signal::XFSZ)]
fn a_signal_that_means_nothing_is_ignored(#[case] signal: Signal) {
    let server = ServerProcess::start();
    server.signal(signal);
    assert_eq!(server.get("/health").status, 200);
    server.stop();
}

#[test]
fn a_hang_up_without_tls_is_answered_in_the_log() {
    let server = ServerProcess::start();
    server.signal(Signal::HUP);
    server.log().wait_for_message("SIGHUP: there are no TLS files to read again; settings are read at a start");
}

#[rstest]
#[case(Signal::USR1)]
#[case(Signal::USR2)]
#[case(Signal::HUP)]
fn the_process_that_starts_others_ignores_it_too(#[case] signal: Signal) {
    let server = TestDir::new().serve_with_flags(&["--reload"], &[]);
    server.log().wait_for_message(SERVES);
    server.signal(signal);
    assert_eq!(server.get("/health").status, 200);
    server.stop();
}

/// The soft and the hard limit of core dumps, as the kernel tells them.
fn core_limits(process: &str) -> [String; 2] {
    let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    let mut values = core.split_whitespace().map(str::to_owned);
    [values.next().unwrap(), values.next().unwrap()]
}

#[rstest]
#[case::production(&PRODUCTION, true)]
#[case::elsewhere(&[], false)]
fn in_production_no_core_is_dumped(#[case] settings: &[(&str, &str)], #[case] is_production: bool) {
    let [_, hard] = core_limits("self");
    let server = TestDir::new().serve_within("ulimit -Sc hard", settings);
    let zero = || "0".to_owned();
    let expected = if is_production { [zero(), zero()] } else { [hard.clone(), hard] };
    assert_eq!(core_limits(&server.id().to_string()), expected);
}
