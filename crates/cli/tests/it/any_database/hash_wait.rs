//! Log-ins that come faster than their hashes can be computed, and hashes for which memory is short.

use std::sync::{Arc, Barrier};
use std::thread;

use crate::support::{Answer, EMAIL, PASSWORD, Server, ServerProcess, TestDir};

/// Hashes as dear as they are by default, two at a time.
const DEFAULT_COST: [(&str, &str); 4] = [
    ("BACKEND_ARGON2_MEMORY_KIB", "65536"),
    ("BACKEND_ARGON2_TIME_COST", "3"),
    ("BACKEND_ARGON2_PARALLELISM", "4"),
    ("BACKEND_HASH_SLOTS", "2"),
];

/// Hashes that take a good part of a second, one at a time.
const ONE_SLOW_SLOT: [(&str, &str); 4] = [
    ("BACKEND_ARGON2_MEMORY_KIB", "65536"),
    ("BACKEND_ARGON2_TIME_COST", "20"),
    ("BACKEND_HASH_SLOTS", "1"),
    ("BACKEND_HASH_WAIT_SECONDS", "1"),
];

/// For a process whose memory is limited to less.
const MORE_MEMORY_THAN_THERE_IS: (&str, &str) = ("BACKEND_ARGON2_MEMORY_KIB", "8000000");

/// The answers to log-ins that come at once, for addresses that nobody has.
fn log_in_at_once(server: &Server, clients: usize) -> Vec<Answer> {
    let barrier = Arc::new(Barrier::new(clients));
    let log_in = |number| {
        let (client, barrier) = (server.client().clone(), Arc::clone(&barrier));
        thread::spawn(move || {
            barrier.wait();
            client.login(&format!("nobody-{number}@example.org"), PASSWORD)
        })
    };
    let threads: Vec<_> = (0..clients).map(log_in).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

fn counted(server: &Server, series: &str) -> u64 {
    let metrics = server.metrics();
    let line = metrics.lines().find_map(|line| line.strip_prefix(series));
    line.unwrap_or_else(|| panic!("no {series} in:\n{metrics}")).trim().parse().unwrap()
}

#[test]
fn of_a_burst_of_20_at_the_default_cost_on_two_slots_nobody_is_refused() {
    let server = Server::with(&DEFAULT_COST);
    let statuses: Vec<_> = log_in_at_once(&server, 20).iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [400; 20]);
}

#[test]
fn what_cannot_begin_in_time_is_refused_at_once_with_the_wait_and_the_rest_is_served() {
    let server = ServerProcess::with(&ONE_SLOW_SLOT);
    let answers = log_in_at_once(&server, 20);
    let (refused, others): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 503);
    assert!(!others.is_empty() && others.iter().all(|answer| answer.status == 400), "{others:?}");
    assert!(!refused.is_empty());
    for answer in &refused {
        assert_eq!(answer.error(), (503, "SERVICE_UNAVAILABLE".to_owned()));
        assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() >= 2, "{answer:?}");
        assert!(answer.header("x-process-time").unwrap().parse::<f64>().unwrap() < 1.0, "{answer:?}");
    }
    let counted = counted(&server, r#"worker_pool_refusals_total{pool="hash",reason="predicted_wait"}"#);
    assert_eq!(usize::try_from(counted).unwrap(), refused.len());
    let line =
        server.log().wait_for(|line| line["request_id"] == refused[0].request_id() && !line["exception"].is_null());
    assert!(
        line["exception"].as_str().unwrap().contains("the hash worker pool would start the work only in"),
        "{line}"
    );
}

#[test]
fn without_memory_for_a_hash_the_client_is_asked_to_come_again() {
    let test_dir = TestDir::new();
    // With the cheapest hash, which the log-in then tries to renew.
    test_dir.run_reading(&["user", "create", EMAIL], PASSWORD).succeeded();
    let server = test_dir.serve(&[MORE_MEMORY_THAN_THERE_IS]);
    server.limit_memory(1 << 30);
    for answer in [server.register("eve@example.org", PASSWORD), server.login("nobody@example.org", PASSWORD)] {
        assert_eq!(answer.error(), (503, "SERVICE_UNAVAILABLE".to_owned()));
        assert_eq!(answer.header("retry-after"), Some("1"));
        let line =
            server.log().wait_for(|line| line["request_id"] == answer.request_id() && !line["exception"].is_null());
        assert_eq!(line["exception"], "password hashing is unavailable: not enough memory to hash a password");
    }
    server.login(EMAIL, PASSWORD).token();
    server.log().wait_for_message("The password hash could not be renewed");
}

#[test]
fn without_memory_for_a_hash_an_operator_gets_one_line() {
    let test_dir = TestDir::new();
    test_dir.run_reading(&["user", "create", EMAIL], PASSWORD).succeeded();
    let (memory, kib) = MORE_MEMORY_THAN_THERE_IS;
    for command in ["create eve@example.org", &format!("set-password {EMAIL}")] {
        let finished = test_dir.run_shell(&format!(
            "ulimit -v 4000000; echo '{PASSWORD}' | {memory}={kib} '{}' user {command}",
            env!("CARGO_BIN_EXE_workflow-server")
        ));
        let lines = finished.failed(1);
        assert!(lines.len() == 1 && lines[0].contains("not enough memory to hash a password"), "{finished:?}");
    }
}
