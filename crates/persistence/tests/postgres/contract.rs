use crate::support::PostgresStore;

ore_testkit::store_contract!(PostgresStore::new());
