//! Redis goes away, stops to answer, and forgets, under a running server.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::support::{PASSWORD, Redis, ServerProcess};

const BUDGET: usize = 12;
/// What one of four replicas admits by itself.
const PART: usize = 3;
/// Nothing is given back while a test runs.
const SETTINGS: [(&str, &str); 4] = [
    ("BACKEND_RATE_LIMIT_ENABLED", "true"),
    ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "12"),
    ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1"),
    ("BACKEND_REPLICAS", "4"),
];
const AWAY: &str = "Redis is away; this process counts its part of the limits by itself";
const BACK: &str = "Redis counts log-ins and registrations";
/// Longer than any answer may take: a Redis that is there counts however busy the machine is.
const PATIENT: (&str, &str) = ("BACKEND_REDIS_TIMEOUT_SECONDS", "10");
/// The most that an answer may take on a busy machine.
const ANSWER: Duration = Duration::from_secs(5);

fn serve(redis: &Redis) -> ServerProcess {
    ServerProcess::with(&[&SETTINGS[..], &[PATIENT, ("BACKEND_REDIS_URL", &redis.url())]].concat())
}

/// Logs in so often that any budget is used up; answers how many the limit admitted. On a busy machine some of those are
/// turned away later, before their passwords are hashed.
fn admitted(server: &ServerProcess) -> usize {
    let log_in = |index| server.login(&format!("{index}@example.org"), PASSWORD).status;
    let statuses: Vec<_> = (0..BUDGET + 3).map(|index| within(ANSWER, || log_in(index))).collect();
    let admitted = statuses.iter().take_while(|status| matches!(status, 400 | 503)).count();
    assert!(statuses.contains(&400) && statuses[admitted..].iter().all(|status| *status == 429), "{statuses:?}");
    admitted
}

fn within<T>(limit: Duration, ask: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let answer = ask();
    assert!(started.elapsed() < limit, "took {:?}", started.elapsed());
    answer
}

/// Waits until the server has said `message` so often.
fn wait_until_told(server: &ServerProcess, message: &str, times: usize) {
    let count = Cell::new(0);
    server.log().wait_for(|line| {
        count.set(count.get() + usize::from(line["message"] == message));
        count.get() == times
    });
}

fn count_logged(server: &ServerProcess, message: &str) -> usize {
    server.log().text().matches(message).count()
}

fn stands_in(server: &ServerProcess) -> bool {
    let metrics = server.metrics();
    let value = metrics.lines().find_map(|line| line.strip_prefix("rate_limit_stand_in "));
    value.unwrap() == "1"
}

#[test]
fn while_redis_is_away_each_replica_admits_its_part_and_afterwards_all_share_again() {
    let mut redis = Redis::start();
    let server = serve(&redis);
    wait_until_told(&server, BACK, 1);
    assert!(!stands_in(&server));
    assert_eq!(admitted(&server), BUDGET);

    redis.kill();
    assert_eq!(admitted(&server), PART);
    assert!(stands_in(&server));
    assert_eq!(server.get("/readiness").status, 200);
    assert_eq!(count_logged(&server, AWAY), 1);

    redis.resume_from_death();
    wait_until_told(&server, BACK, 2);
    assert!(!stands_in(&server));
    assert_eq!(admitted(&server), BUDGET);
    assert_eq!(count_logged(&server, AWAY), 1);
}

#[test]
fn a_redis_that_does_not_answer_keeps_nobody_waiting() {
    let redis = Redis::start();
    let server = ServerProcess::with(&[&SETTINGS[..], &[("BACKEND_REDIS_URL", &redis.url())]].concat());
    wait_until_told(&server, BACK, 1);
    redis.pause();
    assert_eq!(admitted(&server), PART);
    assert!(stands_in(&server));
    let times = count_logged(&server, BACK);
    redis.resume();
    wait_until_told(&server, BACK, times + 1);
    assert!(!stands_in(&server));
}

#[test]
fn a_redis_that_forgets_everything_counts_on() {
    let redis = Redis::start();
    let server = serve(&redis);
    wait_until_told(&server, BACK, 1);
    for _ in 0..2 {
        assert_eq!(admitted(&server), BUDGET);
        assert_eq!(redis.ask("FLUSHALL"), ["OK"]);
        assert_eq!(redis.ask("SCRIPT FLUSH"), ["OK"]);
    }
    assert_eq!(count_logged(&server, AWAY), 0);
}

#[test]
fn a_server_that_starts_without_redis_serves_and_finds_it_later() {
    let mut redis = Redis::not_started();
    let server = serve(&redis);
    wait_until_told(&server, AWAY, 1);
    assert_eq!(admitted(&server), PART);
    redis.resume_from_death();
    wait_until_told(&server, BACK, 1);
    assert_eq!(admitted(&server), BUDGET);
    assert_eq!(count_logged(&server, AWAY), 1);
}

#[test]
fn over_tls_redis_counts_if_its_certificate_is_trusted() {
    let redis = Redis::start_with_tls();
    let serve = |authority: &str| {
        let authority = redis.path(authority);
        let trust = ("SSL_CERT_FILE", authority.to_str().unwrap());
        ServerProcess::with(&[&SETTINGS[..], &[PATIENT, ("BACKEND_REDIS_URL", &redis.tls_url()), trust]].concat())
    };
    let server = serve("authority.crt");
    wait_until_told(&server, BACK, 1);
    assert_eq!(admitted(&server), BUDGET);

    let distrustful = serve("other.crt");
    wait_until_told(&distrustful, AWAY, 1);
    assert_eq!(admitted(&distrustful), PART);
    assert_eq!(count_logged(&distrustful, BACK), 0);
}
