use ore_domain::StoreError;
use ore_persistence::testing::TemporaryDatabase;
use ore_persistence::{Database, MigrationError};
use rstest::rstest;

use crate::support::options;

#[rstest]
#[case::of_western_europe("LATIN1")]
#[case::of_any_bytes("SQL_ASCII")]
#[case::of_japan("EUC_JP")]
fn a_database_that_does_not_hold_every_address_is_refused_with_what_would_be_right(#[case] encoding: &str) {
    let place = TemporaryDatabase::create_with(&format!("ENCODING '{encoding}' LOCALE 'C'"));
    let database = Database::new(options(&place.url()));
    let message = match database.migrate() {
        Err(MigrationError::Encoding(encoding)) => encoding.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(message.starts_with(&format!("the database has the encoding {encoding}, ")), "{message}");
    assert!(message.contains("ENCODING 'UTF8'") && !message.contains('\n'), "{message}");
    assert!(database.migration_status().unwrap().iter().all(|state| !state.applied));
    assert_eq!(database.unfit_encoding().unwrap().unwrap().to_string(), message);
    let probe = database.probe();
    assert!(matches!(&probe, Err(StoreError::Other(error)) if error.to_string() == message), "{probe:?}");
}

#[test]
fn a_database_with_the_right_encoding_is_not() {
    let place = TemporaryDatabase::create_with("ENCODING 'UTF8' LOCALE 'C'");
    let database = Database::new(options(&place.url()));
    assert_eq!(database.unfit_encoding().unwrap(), None);
    assert!(!database.migrate().unwrap().is_empty());
}
