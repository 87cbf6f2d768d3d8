//! Whoever can write to the database and does not have the key.

use ore_testkit::TestStore;
use rstest::rstest;

use crate::audit::LogUnderTest;

const ADD: &str = "INSERT INTO audit_log (at, action, outcome, seal_number, seal, personal_digest)
    SELECT at, action, outcome, $NUMBER, seal, personal_digest FROM audit_log WHERE seal_number = 1;";
/// Numbers are unique at every time.
const MAKE_ROOM: &str = "UPDATE audit_log SET seal_number = -seal_number - 1 WHERE seal_number >= 3;
    UPDATE audit_log SET seal_number = -seal_number WHERE seal_number < 0;";
const SWAP: &str = "UPDATE audit_log SET seal_number = -1 WHERE seal_number = 2;
    UPDATE audit_log SET seal_number = 2 WHERE seal_number = $OTHER;
    UPDATE audit_log SET seal_number = $OTHER WHERE seal_number = -1;";
const CUT_OFF: &str = "DELETE FROM audit_log WHERE seal_number > 3;";
const MOVE_HEAD: &str = "UPDATE audit_chain SET seal_number = 3,
    seal = (SELECT seal FROM audit_log WHERE seal_number = 3) WHERE name = 'head';";
const MOVE_ANCHOR: &str = "UPDATE audit_chain SET seal_number = 2,
    seal = (SELECT seal FROM audit_log WHERE seal_number = 2) WHERE name = 'anchor';
    DELETE FROM audit_log WHERE seal_number <= 2;";
const REMOVE_ALL: &str = "DELETE FROM audit_log;
    UPDATE audit_chain SET seal_number = 0, seal = mac WHERE name = 'head';";

#[rstest]
#[case::removed("DELETE FROM audit_log WHERE seal_number = 3", "entry 3 was removed")]
#[case::removed_first("DELETE FROM audit_log WHERE seal_number = 1", "entry 1 was removed")]
#[case::unsealed("UPDATE audit_log SET seal_number = NULL WHERE seal_number = 3", "entry 3 was removed")]
#[case::added_at_the_end(&ADD.replace("$NUMBER", "6"), "entry 6 (id 6) was added")]
#[case::added_between(&[MAKE_ROOM, &ADD.replace("$NUMBER", "3")].concat(), "entry 3 (id 6) was added")]
#[case::reordered(&SWAP.replace("$OTHER", "3"), "entry 2 (id 3) was reordered")]
#[case::reordered_far(&SWAP.replace("$OTHER", "5"), "entry 2 (id 5) was reordered")]
#[case::cut_off(CUT_OFF, "entry 4 was cut off, with all after it")]
#[case::head_moved(MOVE_HEAD, "entry 5 was added")]
#[case::beginning_moved(MOVE_ANCHOR, "the beginning of the chain, after entry 2, was changed")]
fn tampering_is_found(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
    #[case] statements: &str,
    #[case] fault: &str,
) {
    let log = LogUnderTest::sealed(make, 5);
    assert!(log.verify(None).is_ok());
    log.test.execute(statements);
    assert_eq!(log.verify(None), Err(fault.to_owned()));
}

#[rstest]
fn a_change_of_any_column_is_found(#[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore) {
    let log = LogUnderTest::sealed(make, 3);
    let texts = [
        "action",
        "outcome",
        "reason",
        "actor_type",
        "actor_id",
        "subject_type",
        "subject_id",
        "address",
        "user_agent",
        "request_id",
        "details",
        "session_id",
    ];
    let changes = texts.map(|column| (column, "'x'")).into_iter();
    let others = [("at", "'2020-01-01 00:00:00.000000'"), ("seal", "personal_digest"), ("personal_digest", "seal")];
    let gone = ["address", "user_agent", "request_id", "details", "reason", "seal"].map(|column| (column, "NULL"));
    for (column, value) in changes.chain(others).chain(gone) {
        log.test.execute(&format!(
            "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT * FROM audit_log WHERE seal_number = 2;
            UPDATE audit_log SET {column} = {value} WHERE seal_number = 2"
        ));
        assert_eq!(log.verify(None), Err("entry 2 (id 2) was changed".to_owned()), "{column} = {value}");
        log.test.execute(&format!("UPDATE audit_log SET {column} = (SELECT {column} FROM kept) WHERE seal_number = 2"));
        assert!(log.verify(None).is_ok(), "{column}");
    }
}

#[rstest]
fn what_was_cut_off_with_its_seals_is_found_by_a_head_that_was_noted(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
    #[values(&[MOVE_HEAD, CUT_OFF].concat(), REMOVE_ALL)] statements: &str,
) {
    let log = LogUnderTest::sealed(make, 5);
    let head = log.seal();
    log.test.execute(statements);
    assert!(log.verify(None).is_ok());
    assert!(log.verify(Some(&head)).unwrap_err().contains("was cut off"));
    (1..=5).for_each(|user| log.append(user));
    log.seal();
    assert!(log.verify(None).is_ok());
    assert_eq!(log.verify(Some(&head)), Err("entry 5 was cut off, with all after it".to_owned()));
}
