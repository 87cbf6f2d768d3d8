//! A file of a database that was taken away, replaced or harmed while it was in use.

use std::fs;

use diesel::connection::SimpleConnection;
use ore_domain::{StoreError, StoreExt, User, UserId};
use ore_persistence::{Database, SchemaState};
use ore_testkit::{InlineStore, block_on, new_user};

use crate::support::FileStore;

fn insert(store: &InlineStore<Database>, email: &str) -> Result<User, StoreError> {
    let user = new_user(email).build();
    block_on(store.write(move |repositories| repositories.users().insert(user.clone())))
}

fn find(store: &InlineStore<Database>, id: UserId) -> Result<Option<User>, StoreError> {
    block_on(store.read(move |repositories| repositories.users().find(id)))
}

#[track_caller]
fn cause<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Unavailable(cause)) => cause.to_string(),
        other => panic!("the store should be unavailable: {other:?}"),
    }
}

/// What it would acknowledge, or migrate, would be gone with the process.
#[test]
fn a_deleted_file_is_not_used_any_more_nor_made_anew_until_it_is_back() {
    let store = FileStore::new();
    let ada = insert(&store, "ada@example.org").unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    let (file, aside) = (store.directory.file(), store.directory.file().with_extension("aside"));

    fs::rename(&file, &aside).unwrap();
    let expected = format!("the file of the database is gone: {}; put back", file.display());
    for message in [
        cause(find(&store, ada.id)),
        cause(insert(&store, "grace@example.org")),
        cause(store.probe()),
        store.migrate().unwrap_err().to_string(),
    ] {
        assert!(message.contains(&expected), "{message}");
    }
    assert!(!file.exists());

    fs::rename(&aside, &file).unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    assert_eq!(find(&store, ada.id).unwrap(), Some(ada));
    insert(&store, "grace@example.org").unwrap();
}

/// The old log would be played into the new file.
#[test]
fn a_file_in_the_place_of_the_old_one_waits_for_the_next_process() {
    let (store, other) = (FileStore::new(), FileStore::new());
    insert(&store, "ada@example.org").unwrap();
    let grace = insert(&other, "grace@example.org").unwrap();
    let copy = other.directory.file().with_extension("copy");
    other.backup(&copy).unwrap();
    fs::rename(&copy, store.directory.file()).unwrap();
    assert!(cause(find(&store, grace.id)).starts_with("another file is in the place of the database"));
    assert!(cause(store.probe()).starts_with("another file is in the place of the database"));
}

#[test]
fn a_file_that_cannot_be_worked_with_is_seen_once_work_has_failed() {
    let store = FileStore::new();
    let mut outsider = store.directory.outsider();
    outsider.batch_execute("ALTER TABLE users RENAME TO away").unwrap();
    for _ in 0..3 {
        cause(find(&store, UserId::new(1)));
    }
    assert!(cause(store.probe()).contains("no such table"));
    outsider.batch_execute("ALTER TABLE away RENAME TO users").unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    insert(&store, "ada@example.org").unwrap();
}

#[test]
fn a_table_that_somebody_altered_is_used_as_it_is_now() {
    let store = FileStore::new();
    let ada = insert(&store, "ada@example.org").unwrap();
    assert!(find(&store, ada.id).unwrap().is_some());
    store.directory.outsider().batch_execute("ALTER TABLE users ADD COLUMN nickname TEXT").unwrap();
    assert_eq!(find(&store, ada.id).unwrap(), Some(ada));
    insert(&store, "grace@example.org").unwrap();
}
