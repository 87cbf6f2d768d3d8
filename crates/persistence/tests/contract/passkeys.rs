use std::time::Duration;

use ore_domain::{
    CeremonyId, Clock, Constraint, NewPasskey, Passkey, PasskeyId, PasskeyUse, Stale, StoreError, StoreExt, Timestamp,
    UserHandle, UserId, Uuid,
};
use ore_testkit::{FixedClock, block_on};
use rstest::rstest;

use crate::support::{StoreUnderTest, file, insert, memory, postgres, read, write};

fn now() -> Timestamp {
    FixedClock::default().now()
}

fn id(number: u8) -> PasskeyId {
    PasskeyId::new(Uuid::from_u128(number.into()))
}

fn passkey(number: u8, user: UserId) -> Passkey {
    Passkey {
        id: id(number),
        user_id: user,
        credential_id: vec![number; 40],
        name: format!("passkey {number}"),
        created_at: now() + Duration::from_secs(number.into()),
        last_used_at: None,
    }
}

fn try_add(of: &StoreUnderTest, passkey: Passkey, is_proven: bool) -> Result<(), StoreError> {
    let new = NewPasskey { passkey, record: "{}".to_owned(), counter: 0, is_proven };
    let inserted = of.store().write(move |r| {
        r.passkeys().insert_passkey(&new)?.invalidate(r);
        Ok::<_, StoreError>(())
    });
    block_on(inserted)
}

fn add(of: &StoreUnderTest, number: u8, user: UserId, is_proven: bool) -> Passkey {
    let passkey = passkey(number, user);
    try_add(of, passkey.clone(), is_proven).unwrap();
    passkey
}

fn handle(of: &StoreUnderTest, user: UserId, new: u8) -> UserHandle {
    write(of.store(), move |r| r.passkeys().user_handle(user, UserHandle([new; 16])))
}

fn list(of: &StoreUnderTest, user: UserId) -> Vec<Passkey> {
    read(of.store(), move |r| r.passkeys().passkeys_of_user(user))
}

fn record(of: &StoreUnderTest, counter: u32) -> bool {
    let passkey_use = PasskeyUse { id: id(1), record: format!("{{\"counter\":{counter}}}"), counter, at: now() };
    write(of.store(), move |r| r.passkeys().record_passkey_use(&passkey_use))
}

#[rstest]
fn a_passkey_is_found_by_what_its_authenticator_calls_it(
    #[values(memory as fn() -> _, file, postgres)] store: fn() -> StoreUnderTest,
) {
    let of = store();
    let ada = insert(of.store(), "ada@example.org").id;
    let (second, first) = (add(&of, 2, ada, true), add(&of, 1, ada, true));
    assert_eq!(of.caches.take(), [Stale::User(ada), Stale::User(ada)]);
    assert_eq!(list(&of, ada), [first.clone(), second]);
    let find = |number: u8| read(of.store(), move |r| r.passkeys().find_passkey(&[number; 40]));
    assert_eq!(find(1), None, "the user has no handle");
    assert_eq!((handle(&of, ada, 7), handle(&of, ada, 8)), (UserHandle([7; 16]), UserHandle([7; 16])));
    let found = find(1).unwrap();
    assert_eq!((found.passkey, found.user_handle, found.record.as_str()), (first, UserHandle([7; 16]), "{}"));
    assert_eq!(find(3), None);
    let taken = try_add(&of, Passkey { id: id(9), ..passkey(1, ada) }, true);
    assert!(matches!(taken, Err(StoreError::Conflict(Constraint::Passkey))), "{taken:?}");
}

#[rstest]
fn a_use_counts_while_the_counter_rises_or_does_not_count(
    #[values(memory as fn() -> _, file, postgres)] store: fn() -> StoreUnderTest,
) {
    let of = store();
    let ada = insert(of.store(), "ada@example.org").id;
    assert!(!record(&of, 1), "there is no passkey");
    add(&of, 1, ada, true);
    assert_eq!(
        [0, 0, 5, 5, 4, 0, 6].map(|counter| record(&of, counter)),
        [true, true, true, false, false, false, true]
    );
    assert_eq!(list(&of, ada)[0].last_used_at, Some(now()));
    handle(&of, ada, 7);
    let found = read(of.store(), |r| r.passkeys().find_passkey(&[1; 40])).unwrap();
    assert_eq!(found.record, "{\"counter\":6}");
}

#[rstest]
fn a_passkey_is_changed_by_its_user_alone(
    #[values(memory as fn() -> _, file, postgres)] store: fn() -> StoreUnderTest,
) {
    let of = store();
    let [ada, eve] = ["ada@example.org", "eve@example.org"].map(|email| insert(of.store(), email).id);
    add(&of, 1, ada, true);
    of.caches.take();
    let rename = |user: UserId| write(of.store(), move |r| r.passkeys().rename_passkey(user, id(1), "other"));
    let delete = |user: UserId| write(of.store(), move |r| Ok(r.passkeys().delete_passkey(user, id(1))?.invalidate(r)));
    assert_eq!((rename(eve), delete(eve)), (None, false));
    assert_eq!(rename(ada).unwrap().name, "other");
    assert_eq!((delete(ada), delete(ada)), (true, false));
    assert_eq!(list(&of, ada), []);
}

#[rstest]
fn passkeys_from_before_the_proof_of_the_address_go_without_the_others_and_all_go_with_their_user(
    #[values(memory as fn() -> _, file, postgres)] store: fn() -> StoreUnderTest,
) {
    let of = store();
    let [ada, eve] = ["ada@example.org", "eve@example.org"].map(|email| insert(of.store(), email).id);
    add(&of, 1, ada, false);
    let proven = add(&of, 2, ada, true);
    add(&of, 3, eve, false);
    let end = |user: UserId, all: bool| {
        write(of.store(), move |r| Ok(r.passkeys().delete_passkeys_of_user(user, all)?.invalidate(r)))
    };
    assert_eq!((end(ada, false), list(&of, ada)), (1, vec![proven]));
    assert_eq!((end(ada, true), list(&of, ada).len(), list(&of, eve).len()), (1, 0, 1));
    handle(&of, eve, 7);
    write(of.store(), move |r| Ok(r.users().delete(eve)?.invalidate(r)));
    assert_eq!(list(&of, eve), []);
    assert_eq!(read(of.store(), move |r| r.passkeys().find_user_handle(eve)), None);
}

#[rstest]
fn a_ceremony_is_spent_once_and_kept_in_mind_until_it_expires(
    #[values(memory as fn() -> _, file, postgres)] store: fn() -> StoreUnderTest,
) {
    let of = store();
    let spend = |number: u128, expires_at: Timestamp| {
        let id = CeremonyId::new(Uuid::from_u128(number));
        write(of.store(), move |r| r.passkeys().spend_ceremony(id, expires_at))
    };
    let (now, later) = (now(), now() + Duration::from_secs(1));
    assert_eq!([spend(1, now), spend(1, later), spend(2, now), spend(3, later)], [true, false, true, true]);
    let delete = |at: Timestamp| write(of.store(), move |r| r.passkeys().delete_spent_ceremonies(at, 1));
    assert_eq!([delete(now), delete(later), delete(later), delete(later)], [0, 1, 1, 0]);
    assert_eq!([spend(1, now), spend(3, later)], [true, false]);
}
