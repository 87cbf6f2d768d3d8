use std::cell::Cell;
use std::fs;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use ore_persistence::{Database, DatabaseOptions, LockTimeout, WriteLockError};
use rstest::rstest;

use crate::support::{Directory, FileStore};

const IMPATIENT: LockTimeout =
    LockTimeout { before_notice: Duration::from_millis(1), after_notice: Duration::from_millis(1) };
/// Long enough for a busy machine, where the wait is to end well.
const PATIENT: LockTimeout =
    LockTimeout { before_notice: Duration::from_millis(1), after_notice: Duration::from_mins(1) };

#[test]
fn a_free_lock_is_not_waited_for() {
    let store = FileStore::new();
    store.await_write_lock(PATIENT, || panic!("there is nothing to tell")).unwrap();
}

#[rstest]
fn a_lock_that_stays_held_is_told_once_and_given_up(#[values("wal", "delete")] journal: &str) {
    let directory = Directory::new();
    let mut outsider = directory.outsider();
    outsider.batch_execute(&format!("PRAGMA journal_mode = {journal}; CREATE TABLE a (b); BEGIN IMMEDIATE")).unwrap();
    let notices = Cell::new(0);
    let held = directory.database().await_write_lock(IMPATIENT, || notices.set(notices.get() + 1));
    assert!(matches!(held, Err(WriteLockError::Held)), "{held:?}");
    assert_eq!(notices.get(), 1);
}

#[test]
fn a_lock_that_is_given_back_after_a_while_is_waited_for() {
    let store = FileStore::new();
    let mut outsider = store.directory.outsider();
    outsider.batch_execute("BEGIN IMMEDIATE").unwrap();
    store.await_write_lock(PATIENT, || outsider.batch_execute("ROLLBACK").unwrap()).unwrap();
}

#[test]
fn a_file_that_cannot_be_opened_is_no_lock() {
    let directory = Directory::new();
    let url = format!("sqlite:///{}", directory.file().join("below").display()).parse().unwrap();
    let failed = Database::new(DatabaseOptions::new(url, 1.try_into().unwrap())).await_write_lock(IMPATIENT, || {});
    assert!(matches!(failed, Err(WriteLockError::Store(_))), "{failed:?}");
}

/// Everything that only looks, while another process is in the middle of a write.
#[rstest]
fn a_reader_waits_for_no_writer_and_changes_no_journal(#[values("wal", "delete")] journal: &str) {
    let directory = Directory::new();
    let mut outsider = directory.outsider();
    outsider.batch_execute(&format!("PRAGMA journal_mode = {journal}; CREATE TABLE a (b); BEGIN IMMEDIATE")).unwrap();
    outsider.batch_execute("INSERT INTO a VALUES (7)").unwrap();
    let database = Database::new(DatabaseOptions { only_reads: true, ..directory.options() });
    assert!(database.migration_status().unwrap().iter().all(|state| !state.applied));
    assert_eq!(database.adoption_preview().unwrap(), None);
    assert!(database.unreadable_users().unwrap().is_empty());
    assert!(database.address_repairs().unwrap().possible.is_empty());
    database.backup(&directory.file().with_extension("copy")).unwrap();
    outsider.batch_execute("COMMIT").unwrap();
    assert_eq!(directory.file().with_extension("db-wal").exists(), journal == "wal");
}

#[test]
fn a_reader_makes_no_file() {
    let directory = Directory::new();
    let database = Database::new(DatabaseOptions { only_reads: true, ..directory.options() });
    assert!(database.migration_status().unwrap().iter().all(|state| !state.applied && state.known));
    assert_eq!(database.adoption_preview().unwrap(), None);
    assert!(database.backup(&directory.file().with_extension("copy")).is_err());
    drop(database);
    assert_eq!(fs::read_dir(directory.file().parent().unwrap()).unwrap().count(), 0);
}
