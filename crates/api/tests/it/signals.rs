//! What signals do that end nothing, and what a crash leaves behind.

use rstest::rstest;

use crate::support::{Server, Signal, Workplace};

const SERVES: &str = "The process that was started serves";

#[rstest]
#[case(Signal::USR1)]
#[case(Signal::USR2)]
#[case(Signal::HUP)]
#[case(Signal::PIPE)]
#[case(Signal::XFSZ)]
fn a_signal_that_means_nothing_is_ignored(#[case] signal: Signal) {
    let server = Server::start();
    server.signal(signal);
    assert_eq!(server.get("/health").status, 200);
    server.stop();
}

#[test]
fn a_hang_up_without_tls_is_answered_in_the_log() {
    let server = Server::start();
    server.signal(Signal::HUP);
    server.log().wait_for_message("SIGHUP: there are no TLS files to read again; settings are read at a start");
}

#[rstest]
#[case(Signal::USR1)]
#[case(Signal::USR2)]
#[case(Signal::HUP)]
fn the_process_that_starts_others_ignores_it_too(#[case] signal: Signal) {
    let server = Workplace::new().serve_with_flags(&["--reload"], &[]);
    server.log().wait_for_message(SERVES);
    server.signal(signal);
    assert_eq!(server.get("/health").status, 200);
    server.stop();
}

#[rstest]
#[case::production(&[("BACKEND_ENVIRONMENT", "production"), ("BACKEND_ALLOWED_ORIGINS", "https://app.example.org")], true)]
#[case::elsewhere(&[], false)]
fn in_production_no_core_is_dumped(#[case] settings: &[(&str, &str)], #[case] is_limited: bool) {
    // The hard limit of this process stays, so that the soft one tells whether it was lowered.
    let server = Workplace::new().serve_within("ulimit -Sc hard", settings);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    let core: Vec<_> = core.split_whitespace().collect();
    assert_eq!(core[..2] == ["0", "0"], is_limited, "{limits}");
}
