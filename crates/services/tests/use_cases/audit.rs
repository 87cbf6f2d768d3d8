use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use ore_domain::{
    AuditAction, AuditFilter, AuditOrigin, AuditQuery, ChainLink, Clock, NewAuditEntry, Repositories, SessionOrigin,
    StoreError, StoreExt, UserId,
};
use ore_security::key_ring::KeyRing;
use ore_services::{AuditKeys, AuditReport, AuditSealing, AuditVerification, SweepAuditError};
use ore_testkit::{FixedClock, TestStore, block_on};
use rstest::rstest;

const DAY: Duration = Duration::from_hours(24);
const OLD: [u8; 32] = [1; 32];
const NEW: [u8; 32] = [2; 32];

/// An audit log, and who seals it.
pub(crate) struct LogUnderTest {
    pub(crate) test: TestStore,
    pub(crate) clock: Arc<FixedClock>,
    ring: KeyRing,
}

impl LogUnderTest {
    pub(crate) fn new(make: fn() -> TestStore) -> Self {
        Self { test: make(), clock: Arc::default(), ring: KeyRing::new(OLD, []) }
    }

    /// With as many sealed entries, of users 1 and up.
    pub(crate) fn sealed(make: fn() -> TestStore, entries: i64) -> Self {
        let log = Self::new(make);
        (1..=entries).for_each(|user| log.append(user));
        log.seal();
        log
    }

    pub(crate) fn write(&self, body: impl FnMut(&mut dyn Repositories) -> Result<(), StoreError> + Send + 'static) {
        block_on(self.test.store().write(body)).unwrap();
    }

    fn entry(&self, user: i64) -> NewAuditEntry {
        let client = SessionOrigin { device: "Firefox".to_owned(), address: "192.0.2.0/24".to_owned() };
        let origin = AuditOrigin { request_id: Some("request".to_owned()), ..AuditOrigin::from(client) };
        let entry = NewAuditEntry::failure(AuditAction::LogIn, "wrong_password", &origin, self.clock.now());
        entry.about_user(UserId::new(user)).with_details("{}".to_owned())
    }

    pub(crate) fn append(&self, user: i64) {
        let entry = self.entry(user);
        self.write(move |r| r.audit_log().append(&entry));
    }

    fn sealing(&self, retention: Option<Duration>) -> AuditSealing {
        let keys = Some(AuditKeys::new(&self.ring));
        AuditSealing::new(self.test.store(), self.clock.clone(), keys, retention)
    }

    pub(crate) fn seal(&self) -> ChainLink {
        block_on(self.sealing(None).seal()).unwrap().unwrap()
    }

    pub(crate) fn verify(&self, recorded: Option<&ChainLink>) -> Result<AuditReport, String> {
        let verification = AuditVerification::new(self.test.store(), AuditKeys::new(&self.ring));
        block_on(verification.verify(recorded)).map_err(|error| error.to_string())
    }

    /// The users of the sealed entries, in the order of their numbers.
    fn sealed_users(&self) -> Vec<String> {
        let sealed = block_on(self.test.store().read(|r| r.audit_log().sealed_after(0, 1000))).unwrap();
        sealed.into_iter().filter_map(|sealed| sealed.entry.subject).map(|subject| subject.id).collect()
    }
}

#[rstest]
fn what_is_sealed_is_verified_and_what_is_not_is_told(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
) {
    let log = LogUnderTest::sealed(make, 3);
    let head = log.seal();
    let expected = AuditReport { entries: 3, deleted: 0, head: head.clone(), has_unsealed: false };
    assert_eq!(log.verify(Some(&head)), Ok(expected.clone()));
    log.append(4);
    assert_eq!(log.verify(Some(&head)), Ok(AuditReport { has_unsealed: true, ..expected }));
    assert_eq!(log.seal().number, 4);
    assert!(log.verify(Some(&head)).is_ok(), "a head that was noted earlier is still in the chain");
}

#[rstest]
fn an_empty_log_is_in_order(#[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore) {
    let log = LogUnderTest::new(make);
    assert_eq!(log.seal(), ChainLink::default());
    assert_eq!(log.verify(None).map(|report| report.entries), Ok(0));
}

/// The key is given before the commit: an entry may appear below others that were sealed before.
#[test]
fn an_entry_that_is_committed_late_is_sealed() {
    let log = LogUnderTest::new(TestStore::postgres);
    let (store, late) = (log.test.store(), log.entry(1));
    let ((appended, is_appended), (commit, may_commit)) = (mpsc::channel(), mpsc::channel::<()>());
    let writer = thread::spawn(move || {
        let write = store.write(move |r| {
            r.audit_log().append(&late)?;
            appended.send(()).unwrap();
            may_commit.recv().unwrap();
            Ok::<_, StoreError>(())
        });
        block_on(write)
    });
    is_appended.recv().unwrap();
    log.append(2);
    assert_eq!(log.seal().number, 1);
    commit.send(()).unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(log.seal().number, 2);
    assert_eq!(log.sealed_users(), ["2", "1"]);
    assert_eq!(log.verify(None).map(|report| report.entries), Ok(2));
}

#[rstest]
fn several_who_seal_at_once_make_one_chain(#[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore) {
    let log = LogUnderTest::new(make);
    thread::scope(|scope| {
        for user in 1..=4 {
            let log = &log;
            scope.spawn(move || (0..10).for_each(|_| log.append(user)));
            scope.spawn(move || (0..10).for_each(|_| drop(log.seal())));
        }
    });
    assert_eq!(log.seal().number, 40);
    assert_eq!(log.verify(None).map(|report| report.entries), Ok(40));
}

fn delete_user(log: &LogUnderTest, user: i64, is_told: bool) {
    let (user, now) = (UserId::new(user), log.clock.now());
    let deletion = NewAuditEntry::success(AuditAction::DeleteUser, &AuditOrigin::operator(), now).about_user(user);
    log.write(move |r| {
        r.audit_log().erase_user(user)?;
        if is_told { r.audit_log().append(&deletion) } else { Ok(()) }
    });
}

#[rstest]
fn erasure_leaves_the_chain_and_counts_for_deleted_users_alone(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
) {
    let log = LogUnderTest::sealed(make, 3);
    log.append(2);
    delete_user(&log, 2, true);
    log.seal();
    assert_eq!(log.verify(None).map(|report| report.entries), Ok(5));
    delete_user(&log, 3, false);
    assert_eq!(log.verify(None), Err("entry 3 (id 3) was changed".to_owned()));
}

/// Who deletes their own account does not remove what they did to others.
#[rstest]
#[case::details("details")]
#[case::request("request_id")]
fn what_erasure_leaves_of_a_deleted_user_is_sealed(
    #[case] column: &str,
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
) {
    let log = LogUnderTest::new(make);
    let (by_user, by_other) = (log.entry(7).by(UserId::new(1), None), log.entry(1).by(UserId::new(7), None));
    log.write(move |r| {
        r.audit_log().append(&by_user)?;
        r.audit_log().append(&by_other)
    });
    log.seal();
    delete_user(&log, 1, true);
    log.seal();
    assert_eq!(log.verify(None).map(|report| report.entries), Ok(3));
    log.test.execute(&format!("UPDATE audit_log SET {column} = NULL WHERE id <= 2"));
    let changed = if column == "details" { 1 } else { 2 };
    assert_eq!(log.verify(None), Err(format!("entry {changed} (id {changed}) was changed")));
}

#[rstest]
fn what_an_earlier_key_has_sealed_stays_sealed(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
) {
    let log = LogUnderTest::sealed(make, 2);
    let log = LogUnderTest { ring: KeyRing::new(NEW, [OLD]), ..log };
    log.append(3);
    log.seal();
    assert_eq!(log.verify(None).map(|report| report.entries), Ok(3));
    let log = LogUnderTest { ring: KeyRing::new(NEW, []), ..log };
    assert_eq!(log.verify(None), Err("entry 1 (id 1) was changed".to_owned()));
}

#[rstest]
fn what_is_old_is_deleted_and_leaves_a_chain(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
) {
    let log = LogUnderTest::sealed(make, 3);
    let early = log.seal();
    log.clock.advance(TimeDelta::days(1));
    log.append(4);
    let head = log.seal();
    let delete = |retention| block_on(log.sealing(retention).delete_old()).unwrap();
    assert_eq!([delete(None), delete(Some(DAY)), delete(Some(DAY / 2)), delete(Some(DAY / 2))], [0, 0, 3, 0]);
    let expected = AuditReport { entries: 1, deleted: 3, head: head.clone(), has_unsealed: false };
    assert_eq!(log.verify(Some(&head)), Ok(expected));
    assert!(log.verify(Some(&early)).is_ok(), "the last that was deleted is still known");
    let earlier = ChainLink { number: 2, ..early };
    assert!(log.verify(Some(&earlier)).unwrap_err().contains("compare a newer head"));
    log.append(5);
    assert_eq!(log.seal().number, 5);
    assert_eq!(log.verify(None).map(|report| report.entries), Ok(2));
}

/// Else a change could be hidden behind its deletion.
#[rstest]
#[case::sealed_field("at = '2020-01-01 00:00:00.000000' WHERE seal_number <= 2")]
#[case::details("details = '{\"x\":1}' WHERE seal_number = 1")]
#[case::client("address = NULL WHERE seal_number = 1")]
fn what_was_changed_is_not_deleted(
    #[case] change: &str,
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
) {
    let log = LogUnderTest::sealed(make, 3);
    log.clock.advance(TimeDelta::days(2));
    log.test.execute(&format!("UPDATE audit_log SET {change}"));
    let deleted = block_on(log.sealing(Some(DAY)).delete_old());
    assert!(matches!(deleted, Err(SweepAuditError::BrokenChain(1))), "{deleted:?}");
    assert_eq!(log.sealed_users(), ["1", "2", "3"]);
}

#[rstest]
fn without_a_key_nothing_is_sealed_and_what_is_old_is_deleted(
    #[values(TestStore::sqlite, TestStore::postgres)] make: fn() -> TestStore,
) {
    let log = LogUnderTest::new(make);
    log.append(1);
    log.clock.advance(TimeDelta::days(1));
    log.append(2);
    let sealing = AuditSealing::new(log.test.store(), log.clock.clone(), None, Some(DAY / 2));
    assert_eq!(block_on(sealing.seal()).unwrap(), None);
    assert_eq!(block_on(sealing.delete_old()).unwrap(), 1);
    let left = block_on(log.test.store().read(|r| r.audit_log().page(&AuditQuery::newest(AuditFilter::default(), 10))));
    assert_eq!(left.unwrap().len(), 1);
}
