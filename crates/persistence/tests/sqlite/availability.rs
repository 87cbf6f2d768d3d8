use std::fs;
use std::num::NonZeroU32;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use ore_domain::{Repositories, StoreError, StoreExt, UserId};
use ore_persistence::{Database, DatabaseOptions, SchemaState};
use ore_testkit::{InlineStore, block_on, new_user};

use crate::support::{Directory, FileStore};

fn register(store: &InlineStore<Database>) -> Result<UserId, StoreError> {
    let user = new_user("ada@example.org").build();
    block_on(store.write(move |repositories| repositories.users().insert(user.clone()).map(|user| user.id)))
}

fn find(store: &InlineStore<Database>) -> Result<bool, StoreError> {
    block_on(store.read(|repositories| repositories.users().find(UserId::new(1)).map(|user| user.is_some())))
}

#[test]
fn a_process_starts_without_its_database_and_recovers_alone() {
    let directory = Directory::new();
    let place = directory.file().with_file_name("later");
    let url = format!("sqlite:///{}", place.join("app.db").display()).parse().unwrap();
    let options = DatabaseOptions::new(url, NonZeroU32::MIN);
    let store = InlineStore::new(Database::new(DatabaseOptions { acquire_timeout: Duration::from_secs(2), ..options }));

    let refused = find(&store);
    assert!(
        matches!(&refused, Err(StoreError::Unavailable(cause)) if cause.to_string().contains("later")),
        "{refused:?}"
    );
    assert!(matches!(store.probe(), Err(StoreError::Unavailable(_))));

    fs::create_dir(place).unwrap();
    store.migrate().unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    assert!(!find(&store).unwrap());
}

#[test]
fn a_lock_that_is_not_given_back_stops_writers_for_a_short_time_and_readers_not_at_all() {
    let store = FileStore::new();
    let mut outsider = store.directory.outsider();
    outsider.batch_execute("BEGIN IMMEDIATE").unwrap();
    let options = DatabaseOptions { lock_timeout: Duration::from_millis(20), ..store.directory.options() };
    let hurried = InlineStore::new(Database::new(options));

    let refused = register(&hurried);
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert!(!find(&hurried).unwrap());
    assert_eq!(hurried.probe().unwrap(), SchemaState::Current);

    outsider.batch_execute("ROLLBACK").unwrap();
    assert!(register(&hurried).is_ok());
}

#[test]
fn writers_that_wait_leave_readers_their_connections() {
    let directory = Directory::new();
    directory.database().migrate().unwrap();
    let options = DatabaseOptions { acquire_timeout: Duration::from_secs(1), ..directory.options() };
    let store = InlineStore::new(Database::new(options));
    let (is_inside, inside) = channel();
    let (leave, left) = channel::<()>();
    let hold = move |_: &mut dyn Repositories| {
        is_inside.send(()).map_err(StoreError::other)?;
        left.recv().map_err(StoreError::other)
    };
    thread::scope(|scope| {
        let holder = scope.spawn(|| block_on(store.write(hold)));
        inside.recv().unwrap();
        let writers: Vec<_> = (0..2 * store.pool_size().get()).map(|_| scope.spawn(|| register(&store))).collect();
        let mut reads = Vec::new();
        while !writers.iter().all(thread::ScopedJoinHandle::is_finished) {
            reads.push(find(&store));
        }
        leave.send(()).unwrap();
        holder.join().unwrap().unwrap();
        for writer in writers {
            let refused = writer.join().unwrap();
            assert!(
                matches!(&refused, Err(StoreError::Unavailable(cause)) if cause.to_string() == "too many writers wait"),
                "{refused:?}"
            );
        }
        assert!(reads.iter().all(Result::is_ok), "{:?}", reads.iter().find(|read| read.is_err()));
    });
}

#[test]
fn an_exhausted_pool_is_unavailable_soon_and_the_probe_does_not_wait_for_it() {
    let directory = Directory::new();
    directory.database().migrate().unwrap();
    let options = DatabaseOptions { pool_size: NonZeroU32::MIN, ..directory.options() };
    let store =
        InlineStore::new(Database::new(DatabaseOptions { acquire_timeout: Duration::from_millis(500), ..options }));
    let (inside, leave) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (entered, released) = (Arc::clone(&inside), Arc::clone(&leave));
    let hold = move |_: &mut dyn Repositories| {
        entered.wait();
        released.wait();
        Ok::<_, StoreError>(())
    };
    thread::scope(|scope| {
        scope.spawn(|| block_on(store.read(hold)));
        inside.wait();
        let (read, write, readiness) = (find(&store), register(&store), store.probe());
        leave.wait();
        assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
        assert!(matches!(write, Err(StoreError::Unavailable(_))), "{write:?}");
        assert_eq!(readiness.unwrap(), SchemaState::Current);
    });
    assert!(!find(&store).unwrap());
}
