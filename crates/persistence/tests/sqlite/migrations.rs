use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use ore_persistence::{MigrationError, MigrationState, SchemaState};

use crate::support::Directory;

/// The migrations of the repository, in order.
fn names() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/sqlite");
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// As if a newer program had been here.
const NEWER: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')";

#[derive(QueryableByName, PartialEq, Debug)]
struct SchemaEntry {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

fn schema(directory: &Directory) -> Vec<SchemaEntry> {
    let query = diesel::sql_query("SELECT name, coalesce(sql, '') AS sql FROM sqlite_schema ORDER BY name");
    query.load(&mut directory.outsider()).unwrap()
}

fn state(name: &str, applied: bool, known: bool) -> MigrationState {
    MigrationState { name: name.to_owned(), applied, known }
}

fn states(applied: bool) -> Vec<MigrationState> {
    names().iter().map(|name| state(name, applied, true)).collect()
}

#[test]
fn an_empty_database_is_migrated_once_by_eight_at_the_same_time() {
    let directory = Directory::new();
    let start = Barrier::new(8);
    let mut applied: Vec<Vec<String>> = thread::scope(|scope| {
        let migrate = || {
            start.wait();
            directory.database().migrate().unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    applied.sort();
    let mut expected = vec![Vec::new(); 7];
    expected.push(names());
    assert_eq!(applied, expected);
    assert_eq!(directory.database().probe().unwrap(), SchemaState::Current);
}

#[test]
fn up_down_up_makes_the_same_schema() {
    let directory = Directory::new();
    let database = directory.database();
    assert_eq!(database.migrate().unwrap(), names());
    let first = schema(&directory);
    assert!(first.iter().any(|entry| entry.name == "users_email_canonical_key"), "{first:?}");

    for name in names().into_iter().rev() {
        assert_eq!(database.revert_last().unwrap(), name);
    }
    assert!(!schema(&directory).iter().any(|entry| entry.name.starts_with("users")));

    assert_eq!(database.migrate().unwrap(), names());
    assert_eq!(schema(&directory), first);
}

#[test]
fn the_status_tells_what_is_applied_and_changes_nothing() {
    let directory = Directory::new();
    let database = directory.database();
    assert_eq!(database.migration_status().unwrap(), states(false));
    assert_eq!(database.probe().unwrap(), SchemaState::MigrationsPending);
    assert_eq!(schema(&directory), []);
    database.migrate().unwrap();
    assert_eq!(database.migration_status().unwrap(), states(true));
    assert_eq!(database.probe().unwrap(), SchemaState::Current);
}

#[test]
fn a_database_of_a_newer_program_is_served_but_not_reverted() {
    let directory = Directory::new();
    let database = directory.database();
    database.migrate().unwrap();
    directory.outsider().batch_execute(NEWER).unwrap();

    assert_eq!(database.probe().unwrap(), SchemaState::Current);
    assert_eq!(database.migrate().unwrap(), Vec::<String>::new());
    let mut states = states(true);
    states.push(state("99990101000000", true, false));
    assert_eq!(database.migration_status().unwrap(), states);
    let refused = database.revert_last();
    assert!(matches!(&refused, Err(MigrationError::Unknown(names)) if names == &["99990101000000"]), "{refused:?}");
    assert_eq!(database.migration_status().unwrap(), states);
}

#[test]
fn an_empty_database_has_nothing_to_revert() {
    let refused = Directory::new().database().revert_last();
    assert!(matches!(refused, Err(MigrationError::NothingToRevert)), "{refused:?}");
}

#[test]
fn a_migration_that_fails_leaves_nothing() {
    let directory = Directory::new();
    directory.outsider().batch_execute("CREATE TABLE users_email_canonical_key (something_else TEXT)").unwrap();
    let before = schema(&directory);
    let database = directory.database();
    assert!(matches!(database.migrate(), Err(MigrationError::Store(_))));
    assert_eq!(schema(&directory), before);
    assert_eq!(database.migration_status().unwrap(), states(false));
}
