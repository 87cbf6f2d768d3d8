use std::num::NonZeroU32;
use std::sync::{Arc, Barrier};
use std::thread;

use ore_persistence::testing::TemporaryDatabase;
use ore_persistence::{Database, DatabaseOptions, SchemaState};
use ore_testkit::{InlineStore, recover};
use rstest::rstest;

use crate::support::{insert, options, with_long_timeouts, write};

/// Everything that a process does with its database, with as many connections as it may have and all of them in use.
#[rstest]
#[case::one(1)]
#[case::two(2)]
#[case::four(4)]
fn a_role_that_may_have_as_many_connections_as_the_pool_is_enough(#[case] size: u32) {
    let database = TemporaryDatabase::create();
    let pool_size = NonZeroU32::new(size).unwrap();
    let url = database.url_of_limited_owner(size);
    let store = InlineStore::new(Database::new(DatabaseOptions { pool_size, ..with_long_timeouts(options(&url)) }));
    // What an earlier connection has left may still be counted.
    recover(|| store.probe());
    store.migrate().unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current);

    let users = usize::try_from(store.pool_size().get()).unwrap();
    let all_inside = Arc::new(Barrier::new(users));
    thread::scope(|scope| {
        let threads: Vec<_> = (0..users)
            .map(|_| {
                let all_inside = Arc::clone(&all_inside);
                scope.spawn(|| {
                    write(&store, move |_| {
                        all_inside.wait();
                        Ok(())
                    })
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    });
    assert!(store.migrate().unwrap().is_empty());
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    insert(&store, "ada@example.org").unwrap();
}
