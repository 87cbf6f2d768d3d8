use std::time::Duration;

use ore_domain::{Revocation, Revoked, Store, Timestamp, UserId};
use ore_testkit::{canonical, new_user};
use rstest::rstest;

use crate::support::{StoreUnderTest, file, insert, memory, postgres, read, try_insert, write};

fn at(second: u8) -> Timestamp {
    format!("2026-11-29T10:34:{second:02}.656895Z").parse().unwrap()
}

fn revoke(store: &dyn Store, user: i64, second: u8) {
    write(store, move |r| r.revocations().revoke_user(UserId::new(user), 7, at(second)));
}

/// Numbers all, and gives those after this place that are younger than this second.
fn after(store: &dyn Store, number: i64, second: u8) -> Vec<Revocation> {
    write(store, |r| r.revocations().number_revocations(1_000));
    read(store, move |r| r.revocations().revocations_after(number, at(second), 1_000))
}

fn user(id: i64, number: i64, second: u8) -> Revocation {
    Revocation { number, revoked: Revoked::User { id: UserId::new(id), not_before: 7 }, at: at(second) }
}

#[rstest]
fn revocations_have_places_in_the_order_in_which_they_were_found(
    #[values(memory(), file(), postgres())] guard: StoreUnderTest,
) {
    let store = guard.store();
    let head = || read(store, |r| r.revocations().feed_head());
    let (start, has_unnumbered) = head();
    assert_eq!((start.number, start.database.len(), has_unnumbered), (0, 16, false));
    revoke(store, 1, 1);
    revoke(store, 2, 2);
    assert_eq!((head().0.number, head().1), (0, true));
    assert_eq!(after(store, 0, 0), [user(1, 1, 1), user(2, 2, 2)]);
    assert_eq!((head().0.number, head().1), (2, false));
    revoke(store, 3, 3);
    assert_eq!(after(store, 2, 0), [user(3, 3, 3)]);
    assert_eq!(after(store, 0, 2), [user(2, 2, 2), user(3, 3, 3)]);
    assert_eq!(head().0.database, start.database);
}

#[rstest]
fn more_than_one_statement_takes_are_numbered_without_a_gap(
    #[values(memory(), file(), postgres())] guard: StoreUnderTest,
) {
    let store = guard.store();
    (1..=250).for_each(|id| revoke(store, id, 1));
    let found = after(store, 0, 0);
    let expected: Vec<_> = (1..=250).map(|id| user(id, id, 1)).collect();
    assert_eq!(found, expected);
}

#[rstest]
fn old_revocations_go_in_batches_and_their_places_are_given_to_nobody(
    #[values(memory(), file(), postgres())] guard: StoreUnderTest,
) {
    let store = guard.store();
    (1..=3).for_each(|id| revoke(store, id, u8::try_from(id).unwrap()));
    after(store, 0, 0);
    let delete = |limit| write(store, move |r| r.revocations().delete_revocations(at(3), limit));
    assert_eq!([delete(1), delete(5), delete(5)], [1, 1, 0]);
    revoke(store, 4, 4);
    assert_eq!(after(store, 0, 0), [user(3, 3, 3), user(4, 4, 4)]);
    // The last place names what has it for as long as it is the last.
    let delete_all = || write(store, move |r| r.revocations().delete_revocations(at(9), 5));
    assert_eq!([delete_all(), delete_all()], [1, 0]);
    assert_eq!(read(store, |r| r.revocations().feed_head()).0.last, Some(user(4, 4, 4)));
    assert_eq!(read(store, |r| r.revocations().find_revocation(3)), None);
}

#[rstest]
fn the_longest_life_of_tokens_is_kept_for_as_long_as_it_counts(
    #[values(memory(), file(), postgres())] guard: StoreUnderTest,
) {
    let store = guard.store();
    let record = |life, now, until| {
        let record =
            write(store, move |r| r.revocations().record_token_life(Duration::from_secs(life), at(now), at(until)));
        assert_eq!(read(store, |r| r.revocations().feed_head()).0.token_life, record);
        record.as_secs()
    };
    assert_eq!(read(store, |r| r.revocations().feed_head()).0.token_life, Duration::ZERO);
    assert_eq!([record(60, 1, 10), record(30, 2, 5), record(60, 3, 12), record(30, 12, 20)], [60, 60, 60, 60]);
    assert_eq!([record(30, 13, 20), record(90, 14, 21)], [30, 90]);
}

#[rstest]
fn holders_of_a_role_are_revoked_and_nobody_else(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let (ada, _) = (insert(store, "ada@example.org"), insert(store, "bob@example.org"));
    let admin = ore_domain::RoleName::admin();
    let (id, roles) = (ada.id, [admin.clone()]);
    write(store, move |r| {
        r.roles().set_roles_of(id, &roles)?.invalidate(r);
        r.revocations().revoke_holders(&admin, 7, at(1))
    });
    assert_eq!(after(store, 0, 0), [user(ada.id.get(), 1, 1)]);
}

#[rstest]
fn whoever_ends_a_session_it_is_revoked_once(#[values(memory(), file(), postgres())] guard: StoreUnderTest) {
    let store = guard.store();
    let ada = try_insert(store, new_user("ada@example.org").build()).unwrap();
    assert_eq!(ada.email.canonical(), &canonical("ada@example.org"));
    let id = ada.id;
    let session = "00000000-0000-0000-0000-000000000007";
    guard.execute(&format!(
        "INSERT INTO sessions (id, user_id, token_hash, generation, predecessor, rotated_at, is_used, void_generations, amr,
            device, address, authenticated_at, created_at, last_used_at, expires_at)
        VALUES ('{session}', {id}, '7', 1, 0, '2026-11-29 10:34:01.656895', FALSE, '', 'pwd', '', '',
            '2026-11-29 10:34:01.656895', '2026-11-29 10:34:01.656895', '2026-11-29 10:34:01.656895',
            '2036-11-29 10:34:01.656895')"
    ));
    assert_eq!(after(store, 0, 0), []);
    let impersonation = "00000000-0000-0000-0000-000000000008";
    guard.execute(&format!(
        "INSERT INTO sessions (id, user_id, token_hash, generation, predecessor, rotated_at, is_used, void_generations, amr,
            device, address, authenticated_at, created_at, last_used_at, expires_at, impersonator_id, impersonator_session_id)
        SELECT '{impersonation}', user_id, '8', generation, predecessor, rotated_at, is_used, void_generations, amr,
            device, address, authenticated_at, created_at, last_used_at, expires_at, user_id, id FROM sessions"
    ));
    for _ in 0..2 {
        write(store, move |r| Ok(r.sessions().end(session.parse().unwrap(), at(9))?.invalidate(r)));
    }
    // The impersonation that rests on it ends with it.
    let revoked = [session, impersonation].map(|id| Revoked::Session(id.to_owned()));
    let found: Vec<_> = after(store, 0, 0).into_iter().map(|it| (it.revoked, it.at)).collect();
    assert_eq!(found, revoked.map(|revoked| (revoked, at(9))));
}
