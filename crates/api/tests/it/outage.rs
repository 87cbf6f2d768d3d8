//! PostgreSQL goes away under a running server, and comes back.

use std::time::{Duration, Instant};

use ore_persistence::testing::TemporaryDatabase;

use crate::support::{Answer, EMAIL, PASSWORD, Server};

fn within(limit: Duration, ask: impl FnOnce() -> Answer) -> Answer {
    let begun = Instant::now();
    let answer = ask();
    assert!(begun.elapsed() < limit, "took {:?}", begun.elapsed());
    answer
}

/// Asks until the answer is as expected; the bound is that of the contract.
fn eventually(limit: Duration, ask: impl Fn() -> u16, expected: u16) {
    let begun = Instant::now();
    while ask() != expected {
        assert!(begun.elapsed() < limit, "not {expected} within {limit:?}");
    }
}

#[test]
fn an_outage_is_told_soon_and_over_soon_after_its_end() {
    let database = TemporaryDatabase::create();
    let server = Server::with(&[("BACKEND_DATABASE_URL", &database.url())]);
    let token = server.token_of(EMAIL, PASSWORD);
    database.close_to_clients();
    for _ in 0..3 {
        let me = within(Duration::from_secs(2), || server.me(&token));
        assert_eq!(me.error(), (503, "SERVICE_UNAVAILABLE".to_owned()));
        assert_eq!(me.header("retry-after"), Some("1"));
        assert!(!me.text().contains("terminat") && !me.text().contains("connection"), "{}", me.text());
        let login = within(Duration::from_secs(2), || server.login(EMAIL, PASSWORD));
        assert_eq!(login.error().0, 503);
    }
    eventually(Duration::from_secs(5), || server.get("/readiness").status, 503);
    assert_eq!(server.get("/health").status, 200);
    server.log().wait_for_message("The database is not ready");

    database.open_to_clients();
    eventually(Duration::from_secs(5), || server.get("/readiness").status, 200);
    eventually(Duration::from_secs(5), || server.me(&token).status, 200);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn a_server_starts_without_its_database_and_recovers_by_itself() {
    let database = TemporaryDatabase::create();
    database.close_to_clients();
    let server = Server::with(&[("BACKEND_DATABASE_URL", &database.url())]);
    assert_eq!(server.get("/health").status, 200);
    assert_eq!(server.get("/readiness").error().0, 503);
    assert_eq!(server.register(EMAIL, PASSWORD).error().0, 503);
    database.open_to_clients();
    eventually(Duration::from_secs(5), || server.get("/readiness").status, 200);
    eventually(Duration::from_secs(5), || server.login(EMAIL, PASSWORD).status, 400);
    assert_eq!(server.register(EMAIL, PASSWORD).status, 200);
}
