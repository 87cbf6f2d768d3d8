use std::thread;

use chrono::TimeDelta;
use ore_domain::{
    AuditAction, AuditEntry, AuditFilter, AuditOrigin, AuditOutcome, AuditParty, AuditQuery, AuditSeal, ChainAnchor,
    ChainEnds, ChainLink, NewAuditEntry, SessionId, SessionOrigin, Store, Timestamp, UserId,
};
use rstest::rstest;

use crate::support::{StoreUnderTest, file, memory, postgres, read, write};

fn now() -> Timestamp {
    "2026-11-29T10:34:31.656895Z".parse().unwrap()
}

fn origin() -> AuditOrigin {
    let client = SessionOrigin { device: "Firefox, Windows".to_owned(), address: "192.0.2.0/24".to_owned() };
    AuditOrigin { request_id: Some("request".to_owned()), ..AuditOrigin::from(client) }
}

fn log_in(user: i64) -> NewAuditEntry {
    NewAuditEntry::success(AuditAction::LogIn, &origin(), now())
        .about_user(UserId::new(user))
        .by(UserId::new(user), Some(SessionId::from_random_bytes([7; 16])))
        .with_details("{}".to_owned())
}

fn append(store: &dyn Store, entry: NewAuditEntry) {
    write(store, move |r| r.audit_log().append(&entry));
}

fn page(store: &dyn Store, query: AuditQuery) -> Vec<AuditEntry> {
    read(store, move |r| r.audit_log().page(&query))
}

/// The subjects of what the filter admits, the newest first.
fn subjects(store: &dyn Store, filter: AuditFilter) -> Vec<String> {
    let entries = page(store, AuditQuery::newest(filter, 100));
    entries.into_iter().map(|entry| entry.subject.map(|subject| subject.id).unwrap_or_default()).collect()
}

fn link(number: i64) -> ChainLink {
    ChainLink { number, hmac: number.to_be_bytes().to_vec() }
}

/// Seals what is there, and answers the keys.
fn seal(store: &dyn Store, limit: u32) -> Vec<i64> {
    write(store, move |r| {
        assert!(r.audit_log().is_alone_with_chain()?);
        let head = r.audit_log().chain_ends()?.head.number;
        let ids: Vec<i64> = r.audit_log().unsealed(limit)?.into_iter().map(|entry| entry.id).collect();
        let seals: Vec<AuditSeal> = (head + 1..)
            .zip(&ids)
            .map(|(number, id)| AuditSeal { id: *id, link: link(number), personal_digest: vec![9] })
            .collect();
        r.audit_log().seal(&seals)?;
        Ok(ids)
    })
}

#[rstest]
fn an_entry_is_read_as_it_was_written(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    append(store, log_in(7));
    append(store, NewAuditEntry::denied(AuditAction::Register, "registration_closed", &AuditOrigin::default(), now()));
    let [second, first] = page(store, AuditQuery::newest(AuditFilter::default(), 10)).try_into().unwrap();
    assert!(first.id < second.id);
    let text = |text: &str| Some(text.to_owned());
    let ada = Some(AuditParty::user(UserId::new(7)));
    let expected = AuditEntry {
        id: first.id,
        at: now(),
        action: "auth.login".to_owned(),
        outcome: "success".to_owned(),
        reason: None,
        actor: ada.clone(),
        subject: ada,
        address: text("192.0.2.0/24"),
        user_agent: text("Firefox, Windows"),
        request_id: text("request"),
        session_id: text("07070707-0707-4707-8707-070707070707"),
        details: text("{}"),
    };
    assert_eq!(first, expected);
    assert_eq!((second.outcome.as_str(), second.reason.as_deref()), ("denied", Some("registration_closed")));
    assert_eq!((second.actor, second.subject), (None, None));
    assert_eq!(second.address, None);
}

#[rstest]
fn entries_are_found_by_each_filter(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let operator = AuditOrigin::operator();
    append(store, log_in(1));
    append(
        store,
        NewAuditEntry::failure(AuditAction::LogIn, "wrong_password", &origin(), now()).about_user(UserId::new(2)),
    );
    let later = now() + TimeDelta::hours(1);
    append(store, NewAuditEntry::success(AuditAction::UnlockUser, &operator, later).about_user(UserId::new(3)));
    append(store, NewAuditEntry::success(AuditAction::CreateRole, &operator, later).about(AuditParty::role("3")));
    let of = |filter| subjects(store, filter);
    let all = AuditFilter::default();
    let party = |text: &str| Some(text.parse().unwrap());
    assert_eq!(of(all.clone()), ["3", "3", "2", "1"]);
    assert_eq!(of(AuditFilter { actor: party("user:1"), ..all.clone() }), ["1"]);
    assert_eq!(of(AuditFilter { actor: party("role:1"), ..all.clone() }), [""; 0]);
    assert_eq!(of(AuditFilter { actor: party("command-line"), ..all.clone() }), ["3", "3"]);
    assert_eq!(of(AuditFilter { subject: party("3"), ..all.clone() }), ["3", "3"]);
    assert_eq!(of(AuditFilter { subject: party("role:3"), ..all.clone() }), ["3"]);
    assert_eq!(of(AuditFilter { action: Some("auth.login".to_owned()), ..all.clone() }), ["2", "1"]);
    assert_eq!(of(AuditFilter { outcome: Some(AuditOutcome::Failure), ..all.clone() }), ["2"]);
    assert_eq!(of(AuditFilter { after: Some(later), ..all.clone() }), ["3", "3"]);
    assert_eq!(of(AuditFilter { before: Some(later), ..all.clone() }), ["2", "1"]);
    let counted = |filter: AuditFilter, limit| read(store, move |r| r.audit_log().count(&filter, limit));
    assert_eq!([counted(all.clone(), 10), counted(all, 3)], [4, 3]);
}

/// The order of times is not that of keys: an act may begin before another and end after it.
#[rstest]
fn a_range_of_times_misses_no_entry_that_was_written_late(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let at = |hours| now() + TimeDelta::hours(hours);
    for (number, hours) in [(1, 0), (2, 30), (3, 60), (4, 59), (5, 31), (6, 90), (7, 89), (8, 120)] {
        let entry = NewAuditEntry::success(AuditAction::LogIn, &origin(), at(hours));
        append(store, entry.about_user(UserId::new(number)));
    }
    let range = AuditFilter { after: Some(at(31)), before: Some(at(90)), ..AuditFilter::default() };
    assert_eq!(subjects(store, range), ["7", "5", "4", "3"]);
}

#[rstest]
fn pages_follow_each_other_in_both_directions(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    (1..=5).for_each(|user| append(store, log_in(user)));
    for is_ascending in [true, false] {
        let (mut beyond, mut seen) = (None, Vec::new());
        loop {
            let entries = page(store, AuditQuery { filter: AuditFilter::default(), beyond, is_ascending, limit: 2 });
            let Some(last) = entries.last() else { break };
            beyond = Some(last.id);
            seen.extend(entries.into_iter().filter_map(|entry| entry.subject).map(|subject| subject.id));
        }
        let expected = if is_ascending { ["1", "2", "3", "4", "5"] } else { ["5", "4", "3", "2", "1"] };
        assert_eq!(seen, expected);
    }
}

#[rstest]
fn erasure_removes_the_clients_and_the_details_of_a_user_and_of_nobody_else(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let by_nobody = |entry: NewAuditEntry| {
        let origin = AuditOrigin { actor: None, ..entry.origin };
        NewAuditEntry { origin, ..entry }
    };
    let cases = [
        (log_in(1), (false, false)),
        (by_nobody(log_in(1)), (false, false)),
        (NewAuditEntry { subject: None, ..log_in(1) }, (false, false)),
        (log_in(1).about_user(UserId::new(2)), (false, true)),
        (log_in(1).about(AuditParty::role("2")), (false, true)),
        (log_in(2).about_user(UserId::new(1)), (true, false)),
        (log_in(2), (true, true)),
        (log_in(2).about(AuditParty::role("1")), (true, true)),
        (by_nobody(log_in(2)), (true, true)),
    ];
    for (entry, _) in &cases {
        append(store, entry.clone());
    }
    write(store, |r| r.audit_log().erase_user(UserId::new(1)));
    let entries = page(store, AuditQuery { is_ascending: true, ..AuditQuery::newest(AuditFilter::default(), 10) });
    for (entry, (appended, (has_client, has_details))) in entries.iter().zip(&cases) {
        let client =
            [Some("192.0.2.0/24"), Some("Firefox, Windows"), Some("request")].map(|it| it.filter(|_| *has_client));
        assert_eq!((entry.client_fields(), entry.details.is_some()), (client, *has_details), "{entry:?}");
        assert_eq!((&entry.actor, &entry.subject), (&appended.origin.actor, &appended.subject));
        assert!(entry.session_id.is_some());
    }
    assert_eq!(entries.len(), cases.len());
}

#[rstest]
fn what_is_sealed_is_found_in_the_order_of_its_numbers(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    assert_eq!(read(store, |r| r.audit_log().chain_ends()), ChainEnds::default());
    assert!(!read(store, |r| r.audit_log().has_unsealed()));
    (1..=3).for_each(|user| append(store, log_in(user)));
    assert!(read(store, |r| r.audit_log().has_unsealed()));
    assert_eq!([seal(store, 2).len(), seal(store, 2).len(), seal(store, 2).len()], [2, 1, 0]);
    assert_eq!(read(store, |r| r.audit_log().chain_ends()).head, link(3));
    let sealed = read(store, |r| r.audit_log().sealed_after(1, 10));
    let found: Vec<_> = sealed.iter().map(|sealed| (sealed.seal.link.clone(), sealed.entry.subject.clone())).collect();
    let user = |id| Some(AuditParty::user(UserId::new(id)));
    assert_eq!(found, [(link(2), user(2)), (link(3), user(3))]);
    assert!(sealed.iter().all(|sealed| sealed.seal.personal_digest == [9] && sealed.seal.id == sealed.entry.id));
}

#[rstest]
fn the_oldest_are_deleted_up_to_the_anchor(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    (1..=3).for_each(|user| append(store, log_in(user)));
    seal(store, 10);
    append(store, log_in(4));
    let anchor = ChainAnchor { link: link(2), mac: vec![1] };
    let stored = anchor.clone();
    assert_eq!(write(store, move |r| r.audit_log().delete_up_to(&stored)), 2);
    assert_eq!(read(store, |r| r.audit_log().chain_ends()), ChainEnds { anchor, head: link(3) });
    assert_eq!(subjects(store, AuditFilter::default()), ["4", "3"]);
    assert_eq!(write(store, |r| r.audit_log().delete_unsealed(now(), 10)), 0);
    assert_eq!(write(store, |r| r.audit_log().delete_unsealed(now() + TimeDelta::seconds(1), 10)), 1);
    assert_eq!(subjects(store, AuditFilter::default()), ["3"]);
}

#[rstest]
fn deleted_users_are_those_whose_deletion_succeeded(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let (delete, origin) = (AuditAction::DeleteUser, origin());
    append(store, NewAuditEntry::success(delete, &origin, now()).about_user(UserId::new(1)));
    append(store, NewAuditEntry::denied(delete, "last_admin", &origin, now()).about_user(UserId::new(2)));
    append(store, log_in(3));
    assert_eq!(read(store, |r| r.audit_log().deleted_users()), ["1"]);
}

/// Keys are given before the commit, so that no writer waits for another.
#[rstest]
fn writers_append_at_the_same_time(#[values(file, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    thread::scope(|scope| {
        (1..=4).for_each(|user| drop(scope.spawn(move || (0..8).for_each(|_| append(store, log_in(user))))));
    });
    assert_eq!(seal(store, 100).len(), 32);
}
