//! Several processes: one budget for all of them.

use std::thread;

use ore_persistence::testing::TemporaryDatabase;

use crate::support::{EMAIL, PASSWORD, Redis, ServerProcess, TestDir};

const BUDGET: usize = 20;
/// Only the address is limited, and nothing is given back while a test runs.
const SETTINGS: [(&str, &str); 6] = [
    ("BACKEND_RATE_LIMIT_ENABLED", "true"),
    ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "20"),
    ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1"),
    ("BACKEND_RATE_LIMIT_TOTAL_PER_MINUTE", "1"),
    ("BACKEND_RATE_LIMIT_GENERAL_BURST", "10000"),
    ("BACKEND_REPLICAS", "2"),
];
const CALLS: usize = 200;
/// However busy the machine is.
const PATIENT: (&str, &str) = ("BACKEND_REDIS_TIMEOUT_SECONDS", "10");

/// Two servers on one database that count with the same `setting`.
fn two_servers(test_dir: &TestDir, setting: (&str, &str)) -> [ServerProcess; 2] {
    [(); 2].map(|()| test_dir.serve(&[&SETTINGS[..], &[PATIENT, setting]].concat()))
}

/// The statuses of so many log-ins at once, half of them through each server.
fn log_in_at_once(servers: &[ServerProcess; 2]) -> Vec<u16> {
    thread::scope(|scope| {
        let calls: Vec<_> = (0..CALLS)
            .map(|index| {
                let client = servers[index % 2].client();
                scope.spawn(move || client.login(&format!("{index}@example.org"), PASSWORD).status)
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    })
}

/// On a busy machine some are turned away with 503, before or after they count.
#[track_caller]
fn assert_that_the_budget_is_admitted(statuses: &[u16]) {
    let count = |status| statuses.iter().filter(|other| **other == status).count();
    let (admitted, refused, turned_away) = (count(400), count(429), count(503));
    assert_eq!(admitted + refused + turned_away, CALLS, "{statuses:?}");
    assert!(admitted > 0 && admitted <= BUDGET && BUDGET <= admitted + turned_away, "{statuses:?}");
}

#[test]
fn two_servers_on_one_redis_admit_one_budget() {
    let (redis, test_dir) = (Redis::start(), TestDir::new());
    let servers = two_servers(&test_dir, ("BACKEND_REDIS_URL", &redis.url()));
    for server in &servers {
        server.log().wait_for_message("Redis counts log-ins and registrations");
    }
    assert_that_the_budget_is_admitted(&log_in_at_once(&servers));
}

#[test]
fn two_servers_on_one_postgresql_admit_one_budget() {
    let (database, test_dir) = (TemporaryDatabase::create(), TestDir::new());
    let servers = two_servers(&test_dir, ("BACKEND_DATABASE_URL", &database.url()));
    assert_that_the_budget_is_admitted(&log_in_at_once(&servers));
}

#[test]
fn what_redis_keeps_names_nobody_and_goes_away_by_itself() {
    let redis = Redis::start();
    let server = ServerProcess::with(&[&SETTINGS[..], &[PATIENT, ("BACKEND_REDIS_URL", &redis.url())]].concat());
    server.log().wait_for_message("Redis counts log-ins and registrations");
    server.token_of(EMAIL, PASSWORD);
    let keys = redis.ask("KEYS *");
    let of = |policy: &str| keys.iter().filter(|key| key.starts_with(&format!("ore:{{rate-limit}}:{policy}:"))).count();
    assert_eq!([of("register-address"), of("register-total")], [1, 1], "{keys:?}");
    for key in keys {
        assert!(!key.contains("127.0.0.1") && !key.contains('@'), "{key}");
        let milliseconds: i64 = redis.ask(&format!("PTTL {key}"))[0].parse().unwrap();
        // -1 would be a key that stays, and -2 is one that is gone by now.
        assert_ne!(milliseconds, -1, "{key}");
    }
}
