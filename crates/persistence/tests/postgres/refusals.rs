use diesel::connection::SimpleConnection;
use ore_persistence::Database;
use ore_testkit::{InlineStore, cause};

use crate::support::{PostgresStore, find, insert, options, with_long_timeouts};

#[test]
fn a_server_that_may_only_be_read_is_unavailable_to_writers_and_read_all_the_same() {
    let store = PostgresStore::new();
    let ada = insert(&store, "ada@example.org").unwrap();
    let name = store.database.url().rsplit_once('/').unwrap().1.to_owned();
    let statement = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    store.outsider().batch_execute(&statement).unwrap();

    let reader = InlineStore::new(Database::new(with_long_timeouts(options(&store.database.url()))));
    assert_eq!(cause(insert(&reader, "grace@example.org")), "cannot execute INSERT in a read-only transaction");
    assert_eq!(find(&reader, ada.id).unwrap(), Some(ada));
}
