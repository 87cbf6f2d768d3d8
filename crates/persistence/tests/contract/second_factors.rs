use std::time::Duration;

use ore_domain::{
    Factors, NewDevice, PendingLogIn, SessionId, Timestamp, TokenHash, TotpEnrolment, TotpFactor, User, Uuid,
};
use rstest::rstest;

use crate::support::{StoreUnderTest, file, find, insert, memory, postgres, read, write};

const MINUTE: Duration = Duration::from_mins(1);

fn now() -> Timestamp {
    "2026-11-29T10:34:31.656895Z".parse().unwrap()
}

fn hash(number: u8) -> TokenHash {
    TokenHash([number; 32])
}

fn pending(user: &User) -> PendingLogIn {
    PendingLogIn {
        token_hash: hash(1),
        user: user.id,
        device: Some(hash(2)),
        created_at: now(),
        expires_at: now() + MINUTE,
        credentials_changed_at: user.credentials_changed_at,
    }
}

fn totp(user: &User, is_proven: bool) -> TotpFactor {
    TotpFactor { user: user.id, sealed: vec![1, 2, 3], last_step: 7, is_proven, created_at: now() }
}

fn enrolment(user: &User) -> TotpEnrolment {
    let session = SessionId::new(Uuid::from_u128(7));
    TotpEnrolment { user: user.id, session, sealed: vec![4, 5], expires_at: now() + MINUTE }
}

#[rstest]
fn a_user_has_the_factors_that_were_noted(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    assert_eq!(ada.factors, Factors::default());
    for factors in [Factors { totp: true, passkey: false }, Factors { totp: false, passkey: true }] {
        let id = ada.id;
        assert!(write(guard.store(), move |r| Ok(r.users().set_factors(id, factors)?.invalidate(r))));
        let found = find(guard.store(), ada.id).unwrap();
        assert_eq!((found.factors, found.credentials_changed_at), (factors, None), "it is no change of credentials");
    }
}

#[rstest]
fn a_pending_log_in_has_so_many_tries_and_is_spent_once(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let new = pending(&insert(store, "ada@example.org"));
    let (stored, expected) = (new.clone(), new.clone());
    write(store, move |r| r.second_factors().insert_pending_log_in(&stored));
    assert_eq!(read(store, |r| r.second_factors().find_pending_log_in(hash(1))), Some(expected));
    assert_eq!(read(store, |r| r.second_factors().find_pending_log_in(hash(9))), None);
    let tries: Vec<bool> = (0..4).map(|_| write(store, |r| r.second_factors().count_try(hash(1), 3))).collect();
    assert_eq!(tries, [true, true, true, false]);
    let spend = || write(store, |r| r.second_factors().spend_pending_log_in(hash(1)));
    assert_eq!([spend(), spend()], [true, false]);
    assert!(!write(store, |r| r.second_factors().count_try(hash(1), 3)));
}

#[rstest]
fn a_step_is_accepted_once_and_no_earlier_one_after_it(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let (store, ada) = (guard.store(), insert(guard.store(), "ada@example.org"));
    let (id, factor) = (ada.id, totp(&ada, true));
    let accept = |step| write(store, move |r| r.second_factors().accept_totp_step(id, step));
    assert!(!accept(8), "there is no secret yet");
    let stored = factor.clone();
    write(store, move |r| r.second_factors().set_totp(&stored));
    assert_eq!([7, 8, 8, 7, 10, 9].map(accept), [false, true, false, false, true, false]);
    let found = read(store, move |r| r.second_factors().find_totp(id)).unwrap();
    assert_eq!(found, TotpFactor { last_step: 10, ..factor });
}

#[rstest]
fn what_was_added_before_the_address_was_proven_is_deleted_apart(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let (store, ada) = (guard.store(), insert(guard.store(), "ada@example.org"));
    let id = ada.id;
    for (is_proven, is_deleted) in [(true, false), (false, true)] {
        let factor = totp(&ada, is_proven);
        write(store, move |r| {
            r.second_factors().set_totp(&factor)?;
            r.second_factors().replace_recovery_codes(id, &[hash(3), hash(4)], is_proven, now())
        });
        let deleted = write(store, move |r| {
            r.second_factors().delete_recovery_codes(id, false)?;
            r.second_factors().delete_totp(id, false)
        });
        let left = read(store, move |r| r.second_factors().count_recovery_codes(id));
        assert_eq!((deleted, left), (is_deleted, if is_deleted { 0 } else { 2 }));
    }
    assert!(!write(store, move |r| r.second_factors().delete_totp(id, true)));
}

#[rstest]
fn recovery_codes_are_replaced_and_used_up_one_by_one(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let [ada, bob] = ["ada@example.org", "bob@example.org"].map(|email| insert(store, email).id);
    for codes in [[hash(1), hash(2)], [hash(2), hash(3)]] {
        write(store, move |r| r.second_factors().replace_recovery_codes(ada, &codes, true, now()));
    }
    let spend = |user, code| write(store, move |r| r.second_factors().spend_recovery_code(user, code));
    assert!(!spend(ada, hash(1)), "it was replaced");
    assert!(!spend(bob, hash(2)), "it is another user's");
    assert_eq!([spend(ada, hash(2)), spend(ada, hash(2))], [true, false]);
    assert_eq!(read(store, move |r| r.second_factors().count_recovery_codes(ada)), 1);
}

#[rstest]
fn an_enrolment_is_replaced_and_what_is_old_is_deleted(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let (store, ada) = (guard.store(), insert(guard.store(), "ada@example.org"));
    let (id, latest, old) = (ada.id, enrolment(&ada), pending(&ada));
    let stored = [TotpEnrolment { sealed: vec![6], ..latest.clone() }, latest.clone()];
    write(store, move |r| {
        stored.iter().try_for_each(|enrolment| r.second_factors().set_totp_enrolment(enrolment))?;
        r.second_factors().insert_pending_log_in(&old)
    });
    let enrolled = || read(store, move |r| r.second_factors().find_totp_enrolment(id));
    assert_eq!(enrolled(), Some(latest));
    let sweep = |before| write(store, move |r| r.second_factors().delete_expired_factors(before, 10));
    assert_eq!((sweep(now() + MINUTE), sweep(now() + 2 * MINUTE)), (0, 2));
    assert_eq!(enrolled(), None);
}

#[rstest]
fn a_device_skips_the_second_factor_until_the_factors_or_the_credentials_change(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let (store, ada) = (guard.store(), insert(guard.store(), "ada@example.org"));
    let bob = insert(store, "bob@example.org");
    let device = |number, skips_second_factor| NewDevice {
        token_hash: hash(number),
        created_at: now(),
        expires_at: now() + MINUTE,
        skips_second_factor,
    };
    let (owner, devices) = (ada.clone(), [device(1, true), device(2, false)]);
    write(store, move |r| devices.iter().try_for_each(|device| r.known_sources().add_device(&owner, device, 9)));
    let skips = |user: &User, number, at| {
        let user = user.clone();
        read(store, move |r| r.known_sources().skips_second_factor(&user, hash(number), at))
    };
    assert_eq!((skips(&ada, 1, now()), skips(&ada, 2, now()), skips(&ada, 3, now())), (true, false, false));
    assert!(!skips(&bob, 1, now()), "it is another user's");
    assert!(!skips(&ada, 1, now() + MINUTE), "it has expired");
    let changed = User { credentials_changed_at: Some(now()), ..ada.clone() };
    assert!(!skips(&changed, 1, now()), "the password is another");
    let id = ada.id;
    write(store, move |r| r.known_sources().require_second_factor(id));
    assert!(!skips(&ada, 1, now()));
}

#[rstest]
fn a_user_who_is_deleted_takes_the_factors_along(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let (store, ada) = (guard.store(), insert(guard.store(), "ada@example.org"));
    let (id, factor, enrolment, pending) = (ada.id, totp(&ada, true), enrolment(&ada), pending(&ada));
    write(store, move |r| {
        r.second_factors().set_totp(&factor)?;
        r.second_factors().set_totp_enrolment(&enrolment)?;
        r.second_factors().insert_pending_log_in(&pending)?;
        r.second_factors().replace_recovery_codes(id, &[hash(1)], true, now())
    });
    assert!(write(store, move |r| Ok(r.users().delete(id)?.invalidate(r))));
    let left = read(store, move |r| {
        let factors = r.second_factors();
        Ok((factors.find_totp(id)?, factors.find_totp_enrolment(id)?, factors.find_pending_log_in(hash(1))?))
    });
    assert_eq!(left, (None, None, None));
    assert_eq!(read(store, move |r| r.second_factors().count_recovery_codes(id)), 0);
}
