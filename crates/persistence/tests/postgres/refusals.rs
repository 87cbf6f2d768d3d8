use diesel::connection::SimpleConnection;
use ore_domain::{StoreError, UserId};
use ore_persistence::Database;
use ore_testkit::Inline;

use crate::support::{PostgresStore, cause, find, insert, options, patient, recover};

const NOBODY: UserId = UserId::new(4711);

#[test]
fn a_server_that_may_only_be_read_is_unavailable_to_writers_and_read_all_the_same() {
    let store = PostgresStore::new();
    let ada = insert(&store, "ada@example.org").unwrap();
    let name = store.database.url().rsplit_once('/').unwrap().1.to_owned();
    let statement = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    store.outsider().batch_execute(&statement).unwrap();

    let reader = Inline::new(Database::new(patient(options(&store.database.url()))));
    assert_eq!(cause(insert(&reader, "grace@example.org")), "cannot execute INSERT in a read-only transaction");
    assert_eq!(find(&reader, ada.id).unwrap(), Some(ada));
}

#[test]
fn connections_that_an_administrator_ends_are_unavailable_and_then_made_anew() {
    let store = PostgresStore::new();
    assert_eq!(find(&store, NOBODY).unwrap(), None);
    let terminate = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()";
    store.outsider().batch_execute(terminate).unwrap();
    assert_eq!(cause(find(&store, NOBODY)), "terminating connection due to administrator command");
    assert_eq!(recover(|| find(&store, NOBODY)), None);
}

#[test]
fn a_database_without_its_tables_is_no_outage() {
    let store = PostgresStore::new();
    store.outsider().batch_execute("DROP TABLE users").unwrap();
    let failure = find(&store, NOBODY);
    assert!(matches!(&failure, Err(StoreError::Other(cause)) if cause.to_string().contains("users")), "{failure:?}");
}
