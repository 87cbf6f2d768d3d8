//! Whether the database can be worked with, and not only answers.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use ore_domain::UserId;
use ore_persistence::{Database, DatabaseOptions, SchemaState};
use ore_testkit::{InlineStore, cause};
use rstest::rstest;

use crate::support::{PostgresStore, find, insert, options, with_long_timeouts};

const NOBODY: UserId = UserId::new(4711);

fn fail(store: &InlineStore<Database>) {
    for _ in 0..3 {
        cause(find(store, NOBODY));
        cause(insert(store, "ada@example.org"));
    }
}

#[rstest]
#[case::renamed("ALTER TABLE users RENAME TO away", "ALTER TABLE away RENAME TO users")]
#[case::without_a_column("ALTER TABLE users RENAME email TO mail", "ALTER TABLE users RENAME mail TO email")]
fn a_table_that_cannot_be_used_is_seen_once_work_has_failed(#[case] breaking: &str, #[case] repair: &str) {
    let store = PostgresStore::new();
    store.outsider().batch_execute(breaking).unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current, "nobody has tried");
    fail(&store);
    for _ in 0..2 {
        assert!(cause(store.probe()).contains("does not exist"));
    }
    store.outsider().batch_execute(repair).unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    insert(&store, "ada@example.org").unwrap();
}

#[test]
fn a_table_that_somebody_keeps_locked_is_seen_once_work_has_failed() {
    let hurried = |options| DatabaseOptions { lock_timeout: Duration::from_millis(50), ..with_long_timeouts(options) };
    let store = PostgresStore::with_options(hurried);
    let mut outsider = store.outsider();
    outsider.batch_execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE").unwrap();
    fail(&store);
    assert_eq!(cause(store.probe()), "canceling statement due to lock timeout");
    outsider.batch_execute("ROLLBACK").unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
}

/// Else one client could take every replica out of the load balancer.
#[test]
fn what_fails_because_of_its_content_says_nothing_about_the_database() {
    let store = PostgresStore::new();
    // What a narrow column of an older table says; to Diesel it is an error like any other.
    let narrow = "CREATE FUNCTION narrow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                      IF length(NEW.email) > 30 THEN RAISE EXCEPTION 'zu lang' USING ERRCODE = '22001'; END IF;
                      RETURN NEW;
                  END $$;
                  CREATE TRIGGER narrow BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION narrow()";
    store.outsider().batch_execute(narrow).unwrap();
    for number in 0..5 {
        cause(insert(&store, &format!("somebody-with-a-long-address-{number}@example.org")));
    }
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    let users = insert(&store, "ada@example.org").map(|user| user.email.as_str().to_owned());
    assert_eq!(users.unwrap(), "ada@example.org");
}

#[test]
fn a_try_leaves_nothing_behind() {
    let store = PostgresStore::new();
    store.outsider().batch_execute("ALTER TABLE users RENAME TO away").unwrap();
    fail(&store);
    store.outsider().batch_execute("ALTER TABLE away RENAME TO users").unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    let nobody = "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM users); END $$";
    store.outsider().batch_execute(nobody).unwrap();
}

#[test]
fn a_server_that_takes_no_writes_is_not_ready_and_says_so() {
    let store = PostgresStore::new();
    let name = store.database.url().rsplit_once('/').unwrap().1.to_owned();
    let set = |state: &str| {
        let setting = format!("ALTER DATABASE {name} SET default_transaction_read_only = {state}");
        let statement = format!("BEGIN READ WRITE; {setting}; COMMIT");
        store.outsider().batch_execute(&statement).unwrap();
    };
    set("on");
    let reader = InlineStore::new(Database::new(with_long_timeouts(options(&store.database.url()))));
    assert!(cause(reader.probe()).starts_with("the server takes no writes"));
    assert_eq!(find(&reader, NOBODY).unwrap(), None);
    set("off");
    assert_eq!(reader.probe().unwrap(), SchemaState::Current);
    insert(&reader, "ada@example.org").unwrap();
}
