use std::num::NonZeroU32;
use std::thread;
use std::time::{Duration, Instant};

use ore_domain::{StoreError, UserId};
use ore_persistence::testing::{Proxy, TemporaryDatabase};
use ore_persistence::{DatabaseOptions, SchemaState};
use ore_testkit::{cause, recover};

use crate::support::{PooledDatabase, find, insert};

const NOBODY: UserId = UserId::new(4711);

/// The longest that a client waits to hear that the database is away.
const SOON: Duration = Duration::from_secs(2);

fn store(proxy: &Proxy, database: &TemporaryDatabase) -> PooledDatabase {
    let url = proxy.url(&database.url()).parse().unwrap();
    PooledDatabase::new(DatabaseOptions::new(url, NonZeroU32::new(2).unwrap()))
}

/// The cause, heard in time.
#[track_caller]
fn soon<T: std::fmt::Debug>(attempt: impl FnOnce() -> Result<T, StoreError>) -> String {
    let start = Instant::now();
    let cause = cause(attempt());
    assert!(start.elapsed() < SOON, "{:?}: {cause}", start.elapsed());
    cause
}

#[test]
fn a_server_that_is_away_at_the_start_is_unavailable_and_used_when_it_comes() {
    let database = TemporaryDatabase::migrated();
    let proxy = Proxy::away(&database.url());
    let store = store(&proxy, &database);
    for _ in 0..3 {
        let cause = soon(|| find(&store, NOBODY));
        assert!(cause.starts_with("cannot connect: connection to server on socket"), "{cause}");
    }
    assert!(soon(|| store.probe()).starts_with("connection to server on socket"));

    proxy.come_back();
    assert_eq!(recover(|| find(&store, NOBODY)), None);
    assert_eq!(recover(|| store.probe()), SchemaState::Current);
}

#[test]
fn a_server_that_goes_away_is_unavailable_at_once_and_used_when_it_comes_back() {
    let database = TemporaryDatabase::migrated();
    let proxy = Proxy::there(&database.url());
    let store = store(&proxy, &database);
    let ada = recover(|| insert(&store, "ada@example.org"));
    assert_eq!(recover(|| store.probe()), SchemaState::Current);

    proxy.go_away();
    let start = Instant::now();
    let causes: Vec<String> = (0..30).map(|_| soon(|| insert(&store, "grace@example.org"))).collect();
    assert!(start.elapsed() < Duration::from_secs(15), "each waited for itself: {:?}", start.elapsed());
    for cause in causes {
        assert!(cause.starts_with("cannot connect: connection to server on socket"), "{cause}");
    }
    soon(|| store.probe());

    proxy.come_back();
    assert_eq!(recover(|| find(&store, ada.id)), Some(ada));
    assert_eq!(recover(|| store.probe()), SchemaState::Current);
    recover(|| insert(&store, "grace@example.org"));
}

#[test]
fn a_server_that_never_answers_holds_nobody_up_and_is_used_when_it_answers_again() {
    let database = TemporaryDatabase::migrated();
    let proxy = Proxy::there(&database.url());
    let store = store(&proxy, &database);
    let ada = recover(|| insert(&store, "ada@example.org"));
    assert_eq!(recover(|| store.probe()), SchemaState::Current);

    proxy.stall();
    assert_eq!(soon(|| find(&store, ada.id)), "the database did not answer in time");
    soon(|| insert(&store, "grace@example.org"));
    // More than there are connections.
    for _ in 0..2 {
        soon(|| find(&store, ada.id));
    }
    soon(|| store.probe());

    proxy.resume();
    assert_eq!(recover(|| find(&store, ada.id)), Some(ada));
    assert_eq!(recover(|| store.probe()), SchemaState::Current);
    recover(|| insert(&store, "emmy@example.org"));
}

#[test]
fn a_server_that_never_answers_at_the_start_holds_nobody_up() {
    let database = TemporaryDatabase::migrated();
    let proxy = Proxy::there(&database.url());
    proxy.stall();
    let store = store(&proxy, &database);
    for _ in 0..4 {
        soon(|| find(&store, NOBODY));
    }
    soon(|| store.probe());
    proxy.resume();
    assert_eq!(recover(|| find(&store, NOBODY)), None);
}

#[test]
fn a_search_for_collisions_that_gets_no_answer_leaves_the_probe_its_connection() {
    let database = TemporaryDatabase::migrated();
    let proxy = Proxy::there(&database.url());
    let store = store(&proxy, &database);
    recover(|| insert(&store, "ada@example.org"));
    assert_eq!(recover(|| store.probe()), SchemaState::Current);
    database.execute(
        "ALTER TABLE users RENAME TO stored_users;
         CREATE VIEW users AS SELECT stored_users.* FROM stored_users, pg_sleep(60)",
    );
    thread::scope(|scope| {
        let search = scope.spawn(|| store.blocked_addresses());
        assert_eq!(store.probe().unwrap(), SchemaState::Current);
        assert_eq!(cause(search.join().unwrap()), "canceling statement due to statement timeout");
    });
}
