use std::num::NonZeroU32;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use ore_persistence::{DatabaseOptions, SchemaState};
use ore_testkit::{cause, new_user, recover};

use crate::support::{PostgresStore, find, insert, with_long_timeouts, write};

/// Every query for users takes a minute.
const SLOW: &str = "ALTER TABLE users RENAME TO stored_users;
                    CREATE VIEW users AS SELECT stored_users.* FROM stored_users, pg_sleep(60)";

#[test]
fn slow_queries_and_those_who_wait_for_their_connections_are_told_so_within_two_seconds() {
    // Far apart, so that a busy machine does not change which of them is over first.
    let (acquire_timeout, statement_timeout) = (Duration::from_millis(200), Duration::from_millis(400));
    let store = PostgresStore::with_options(|options| DatabaseOptions {
        // One for the uses of the store, one for the probe.
        pool_size: NonZeroU32::new(2).unwrap(),
        acquire_timeout,
        statement_timeout,
        ..options
    });
    let ada = insert(&store, "ada@example.org").unwrap();
    store.outsider().batch_execute(SLOW).unwrap();
    let start = Instant::now();
    let mut causes: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(|| cause(find(&store, ada.id)))).collect();
        let readiness = store.probe();
        let causes = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(readiness.unwrap(), SchemaState::Current);
        causes
    });
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    causes.sort();
    assert_eq!(causes, ["canceling statement due to statement timeout", "no connection became free in time"]);

    store.outsider().batch_execute("DROP VIEW users; ALTER TABLE stored_users RENAME TO users").unwrap();
    assert_eq!(find(&store, ada.id).unwrap(), Some(ada));
}

#[test]
fn a_write_that_ends_after_its_caller_was_told_so_keeps_nothing() {
    let short = Duration::from_millis(300);
    let hurried =
        |options| DatabaseOptions { use_timeout: short, pool_size: NonZeroU32::MIN, ..with_long_timeouts(options) };
    let store = PostgresStore::with_options(hurried);
    // The first use must not spend its time on connecting.
    let grace = recover(|| insert(&store, "grace@example.org"));
    let (_never, released) = channel::<()>();
    let late = write(&store, move |repositories| {
        let user = repositories.users().insert(new_user("ada@example.org").build())?;
        assert_eq!(released.recv_timeout(2 * short), Err(RecvTimeoutError::Timeout));
        Ok(user)
    });
    assert_eq!(cause(late), "the database did not answer in time");
    assert!(recover(|| find(&store, grace.id)).is_some());
    let freed = recover(|| insert(&store, "ada@example.org"));
    assert_eq!(recover(|| find(&store, freed.id)), Some(freed));
}
