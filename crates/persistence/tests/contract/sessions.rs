use std::thread;

use chrono::TimeDelta;
use ore_domain::{
    Amr, NewSession, PasswordHash, Rotation, Session, SessionId, SessionOrigin, Stale, Store, StoreExt, Timestamp,
    TokenExchange, TokenHash, User, UserId, Uuid,
};
use ore_testkit::block_on;
use rstest::rstest;

use crate::support::{StoreUnderTest, file, insert, memory, postgres, read, write};

pub(crate) const HOUR: TimeDelta = TimeDelta::hours(1);

pub(crate) fn now() -> Timestamp {
    "2026-11-29T10:34:31.656895Z".parse().unwrap()
}

pub(crate) fn id(number: u128) -> SessionId {
    SessionId::new(Uuid::from_u128(number))
}

fn hash(number: u8) -> TokenHash {
    TokenHash([number; 32])
}

pub(crate) fn session_of(user: &User, number: u8) -> NewSession {
    let session = Session {
        id: id(number.into()),
        user_id: user.id,
        origin: SessionOrigin { device: "Firefox, Windows".to_owned(), address: "192.0.2.0/24".to_owned() },
        amr: Amr::PASSWORD_AND_CODE,
        authenticated_at: now(),
        created_at: now() + TimeDelta::seconds(1),
        last_used_at: now() + TimeDelta::seconds(2),
        expires_at: now() + HOUR,
        ended_at: None,
        credentials_changed_at: user.credentials_changed_at,
        rotation: Rotation::first(now()),
        impersonation: None,
    };
    NewSession { session, token_hash: hash(number) }
}

pub(crate) fn open(store: &dyn Store, user: &User, number: u8) -> Session {
    let new = session_of(user, number);
    let session = new.session.clone();
    write(store, move |r| r.sessions().open(&new));
    session
}

fn exchange(presented: u8, successor: u8) -> TokenExchange {
    TokenExchange {
        presented: hash(presented),
        successor: hash(successor),
        sealed_successor: vec![successor],
        at: now() + TimeDelta::minutes(1),
        idle_since: now(),
    }
}

/// Whether the token was exchanged.
fn try_exchange(store: &dyn Store, exchange: TokenExchange) -> Option<Session> {
    let exchanged = store.write_once(move |r| {
        let exchanged = r.sessions().exchange(&exchange)?.invalidate(r);
        Ok::<_, ore_domain::StoreError>(exchanged.map(|exchanged| exchanged.session))
    });
    block_on(exchanged).unwrap()
}

pub(crate) fn find(store: &dyn Store, session: SessionId) -> Option<Session> {
    read(store, move |r| Ok(r.sessions().find_with_user(session)?.map(|(session, _)| session)))
}

fn generation_of(store: &dyn Store, token: u8) -> Option<(SessionId, i64)> {
    let found = write(store, move |r| r.sessions().find_by_token(hash(token)));
    found.map(|(session, _, generation)| (session.id, generation))
}

pub(crate) fn ids(sessions: &[Session]) -> Vec<SessionId> {
    sessions.iter().map(|session| session.id).collect()
}

#[rstest]
fn a_session_is_found_as_it_was_stored(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    let session = open(guard.store(), &ada, 1);
    let found = read(guard.store(), |r| r.sessions().find_with_user(id(1))).unwrap();
    assert_eq!(found, (session, ada));
    assert_eq!(generation_of(guard.store(), 1), Some((id(1), 0)));
    assert_eq!((find(guard.store(), id(2)), generation_of(guard.store(), 2)), (None, None));
}

#[rstest]
fn an_exchange_moves_on_and_what_was_presented_is_known_again(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    open(guard.store(), &ada, 1);
    guard.caches.take();
    let session = try_exchange(guard.store(), exchange(1, 2)).unwrap();
    assert_eq!(guard.caches.take(), [Stale::Session(id(1))]);
    let rotation = Rotation {
        generation: 1,
        predecessor: 0,
        rotated_at: now() + TimeDelta::minutes(1),
        is_used: false,
        void: vec![],
        sealed_token: Some(vec![2]),
    };
    assert_eq!((session.rotation.clone(), session.last_used_at), (rotation.clone(), rotation.rotated_at));
    assert_eq!(find(guard.store(), id(1)), Some(session));
    assert_eq!(generation_of(guard.store(), 1), Some((id(1), 0)));
    assert_eq!(generation_of(guard.store(), 2), Some((id(1), 1)));
    assert_eq!(try_exchange(guard.store(), exchange(1, 3)), None, "it was exchanged already");
    assert_eq!(guard.caches.take(), []);
}

#[rstest]
fn a_token_is_exchanged_once_however_many_ask_at_once(#[values(file, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    open(guard.store(), &ada, 1);
    let store = guard.store();
    let won: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..20)
            .map(|number| scope.spawn(move || try_exchange(store, exchange(1, 100 + number)).is_some()))
            .collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(won, 1);
    assert_eq!(find(store, id(1)).unwrap().rotation.generation, 1);
}

type Change = fn(&dyn Store, UserId);

#[rstest]
#[case::ended(|store: &dyn Store, _| assert!(write(store, |r| Ok(r.sessions().end(id(1), now())?.invalidate(r)))))]
#[case::disabled(|store: &dyn Store, user| {
    assert!(write(store, move |r| Ok(r.users().set_active(user, false)?.invalidate(r))));
})]
#[case::other_password(|store: &dyn Store, user| {
    let hash = PasswordHash::new("$argon2id$x".to_owned());
    assert!(write(store, move |r| Ok(r.users().set_password_hash(user, &hash)?.invalidate(r))));
})]
fn no_token_of_a_session_that_is_over_is_exchanged(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
    #[case] change: Change,
) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    open(guard.store(), &ada, 1);
    change(guard.store(), ada.id);
    assert_eq!(try_exchange(guard.store(), exchange(1, 2)), None);
}

#[rstest]
#[case::at_its_end(now() + HOUR, now())]
#[case::idle(now() + TimeDelta::minutes(1), now() + TimeDelta::seconds(3))]
fn no_token_is_exchanged_too_late(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
    #[case] at: Timestamp,
    #[case] idle_since: Timestamp,
) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    open(guard.store(), &ada, 1);
    let late = TokenExchange { at, idle_since, ..exchange(1, 2) };
    assert_eq!(try_exchange(guard.store(), late), None);
    assert!(try_exchange(guard.store(), exchange(1, 2)).is_some());
}

#[rstest]
fn a_token_that_nobody_used_is_replaced(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    open(guard.store(), &ada, 1);
    let session = try_exchange(guard.store(), exchange(1, 2)).unwrap();
    let rotation = session.rotation.reissue(now() + TimeDelta::minutes(5), vec![3]);
    let replacing = rotation.clone();
    write(guard.store(), move |r| {
        r.sessions().reissue(id(1), &replacing, hash(3))?.invalidate(r);
        Ok(())
    });
    assert_eq!(find(guard.store(), id(1)).unwrap().rotation, rotation);
    let generations = [1, 2, 3].map(|token| generation_of(guard.store(), token).unwrap().1);
    assert_eq!((generations, rotation.void), ([0, 1, 2], vec![1]));
}

#[rstest]
fn a_use_is_noted_for_its_own_generation(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    open(guard.store(), &ada, 1);
    try_exchange(guard.store(), exchange(1, 2)).unwrap();
    for (generation, is_used) in [(0, false), (1, true), (0, true)] {
        let at = now() + TimeDelta::minutes(2 + generation);
        write(guard.store(), move |r| {
            r.sessions().record_use(id(1), generation, at)?.invalidate(r);
            Ok(())
        });
        let session = find(guard.store(), id(1)).unwrap();
        assert_eq!((session.rotation.is_used, session.last_used_at), (is_used, at));
    }
}

#[rstest]
fn sessions_are_listed_by_their_last_use_until_they_are_over(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let (ada, grace) = (insert(guard.store(), "ada@example.org"), insert(guard.store(), "grace@example.org"));
    for number in 1..=3 {
        open(guard.store(), &ada, number);
    }
    open(guard.store(), &grace, 4);
    try_exchange(guard.store(), exchange(2, 5)).unwrap();
    let user = ada.id;
    let list = |used_since: Timestamp, at: Timestamp| {
        ids(&read(guard.store(), move |r| r.sessions().of_user(user, used_since, at)))
    };
    assert_eq!(list(now(), now()), [id(2), id(3), id(1)]);
    assert_eq!(list(now() + TimeDelta::minutes(1), now()), [id(2)]);
    assert_eq!(list(now(), now() + HOUR), []);
    let ended = write(guard.store(), move |r| Ok(r.sessions().end_all(user, Some(id(3)), now())?.invalidate(r)));
    assert_eq!((ended, list(now(), now())), (2, vec![id(3)]));
    assert!(!write(guard.store(), |r| Ok(r.sessions().end(id(1), now())?.invalidate(r))));
    assert!(write(guard.store(), |r| Ok(r.sessions().end(id(3), now())?.invalidate(r))));
    assert!(find(guard.store(), id(4)).unwrap().ended_at.is_none());
}

#[rstest]
fn the_least_used_sessions_make_room(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    for number in 1..=4 {
        open(guard.store(), &ada, number);
    }
    try_exchange(guard.store(), exchange(1, 5)).unwrap();
    let (user, newest) = (ada.id, session_of(&ada, 4).session);
    write(guard.store(), move |r| {
        r.sessions().end_least_used(&newest, 2, now())?.invalidate(r);
        Ok(())
    });
    let left = read(guard.store(), move |r| r.sessions().of_user(user, now(), now()));
    assert_eq!(ids(&left), [id(1), id(4)]);
}

/// The Python service changes a password and knows no sessions.
#[rstest]
fn sessions_of_other_credentials_do_not_count(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    (1..=2).for_each(|number| drop(open(guard.store(), &ada, number)));
    let hash = PasswordHash::new("$argon2id$x".to_owned());
    write(guard.store(), move |r| Ok(r.users().set_password_hash(ada.id, &hash)?.invalidate(r)));
    let ada = crate::support::find(guard.store(), ada.id).unwrap();
    (3..=4).for_each(|number| drop(open(guard.store(), &ada, number)));
    let newest = session_of(&ada, 4).session;
    write(guard.store(), move |r| {
        r.sessions().end_least_used(&newest, 2, now())?.invalidate(r);
        Ok(())
    });
    let left = read(guard.store(), move |r| r.sessions().of_user(ada.id, now(), now()));
    assert_eq!(ids(&left), [id(4), id(3)]);
}

#[rstest]
fn sessions_outlive_a_change_that_lets_them(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    open(guard.store(), &ada, 1);
    let user = ada.id;
    write(guard.store(), move |r| {
        let changed = r.users().set_password_hash(user, &PasswordHash::new("$argon2id$x".to_owned()))?;
        changed.invalidate(r);
        r.sessions().keep_after_credential_change(user, None)?.invalidate(r);
        Ok(())
    });
    let (session, user) = read(guard.store(), |r| r.sessions().find_with_user(id(1))).unwrap();
    assert!(user.credentials_changed_at.is_some() && session.is_valid(&user, now(), now()));
    assert!(try_exchange(guard.store(), exchange(1, 2)).is_some());
}

#[rstest]
fn what_is_over_is_deleted_with_its_tokens_a_few_at_a_time(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    for number in 1..=3 {
        open(guard.store(), &ada, number);
    }
    try_exchange(guard.store(), exchange(1, 4)).unwrap();
    write(guard.store(), |r| Ok(r.sessions().end(id(1), now())?.invalidate(r)));
    let delete = |before: Timestamp, limit| write(guard.store(), move |r| r.sessions().delete_ended(before, limit));
    assert_eq!(delete(now(), 10), 0);
    assert_eq!(delete(now() + TimeDelta::seconds(1), 10), 1);
    assert_eq!((find(guard.store(), id(1)), generation_of(guard.store(), 1)), (None, None));
    assert_eq!([delete(now() + HOUR + HOUR, 1), delete(now() + HOUR + HOUR, 1)], [1, 1]);
    assert_eq!(find(guard.store(), id(3)), None);
}

#[rstest]
fn a_session_that_a_change_has_ended_stays_so(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    open(guard.store(), &ada, 1);
    let user = ada.id;
    let change = |phc: &'static str| {
        write(guard.store(), move |r| {
            let before = r.users().find(user)?.unwrap().credentials_changed_at;
            r.users().set_password_hash(user, &PasswordHash::new(phc.to_owned()))?.invalidate(r);
            Ok(before)
        })
    };
    change("$argon2id$x");
    let before = change("$argon2id$y");
    write(guard.store(), move |r| {
        r.sessions().keep_after_credential_change(user, before)?.invalidate(r);
        Ok(())
    });
    assert_eq!(try_exchange(guard.store(), exchange(1, 2)), None);
}

#[rstest]
fn a_session_is_authenticated_anew_and_listed_with_those_that_ended(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let ada = insert(guard.store(), "ada@example.org");
    let session = open(guard.store(), &ada, 1);
    open(guard.store(), &ada, 2);
    let rotation = session.rotation.next(now() + HOUR, None);
    let renewed = rotation.clone();
    write(guard.store(), move |r| {
        r.sessions().reissue(id(1), &renewed, hash(3))?.invalidate(r);
        r.sessions().record_authentication(id(1), &Amr::PASSKEY, now() + HOUR)?.invalidate(r);
        assert!(r.sessions().end(id(2), now())?.invalidate(r));
        Ok(())
    });
    let user = ada.id;
    let all = read(guard.store(), move |r| r.sessions().all_of_user(user));
    assert_eq!(ids(&all), [id(1), id(2)]);
    assert_eq!((&all[0].rotation, all[0].authenticated_at), (&rotation, now() + HOUR));
    assert_eq!((rotation.generation, rotation.predecessor, all[1].ended_at), (1, 0, Some(now())));
}

#[rstest]
fn a_user_who_is_deleted_takes_the_sessions_along(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let (ada, grace) = (insert(guard.store(), "ada@example.org"), insert(guard.store(), "grace@example.org"));
    open(guard.store(), &ada, 1);
    open(guard.store(), &grace, 2);
    try_exchange(guard.store(), exchange(1, 3)).unwrap();
    guard.caches.take();
    let user = ada.id;
    assert!(write(guard.store(), move |r| Ok(r.users().delete(user)?.invalidate(r))));
    assert_eq!(guard.caches.take(), [Stale::User(user)]);
    assert!(!write(guard.store(), move |r| Ok(r.users().delete(user)?.invalidate(r))));
    assert_eq!((find(guard.store(), id(1)), generation_of(guard.store(), 1)), (None, None));
    assert!(find(guard.store(), id(2)).is_some());
    assert!(insert(guard.store(), "ada@example.org").id > grace.id);
}
