use ore_domain::{Impersonation, NewSession, Session, Store, Timestamp, User};
use rstest::rstest;

use crate::sessions::{HOUR, find, id, ids, now, open, session_of};
use crate::support::{StoreUnderTest, file, insert, memory, postgres, read, write};

/// One of Grace, who acts as Ada, in a session of Grace.
fn open_impersonation(store: &dyn Store, [ada, grace]: [&User; 2], number: u8) -> Session {
    let own = open(store, grace, number + 100);
    let new = session_of(ada, number);
    let impersonation = Some(Impersonation { impersonator: grace.id, session: own.id });
    let new = NewSession {
        session: Session { impersonation, authenticated_at: Timestamp::UNIX_EPOCH, ..new.session },
        ..new
    };
    let session = new.session.clone();
    write(store, move |r| r.sessions().open(&new));
    session
}

#[rstest]
fn impersonations_are_found_until_they_are_over_and_take_no_room(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let (ada, grace) = (insert(guard.store(), "ada@example.org"), insert(guard.store(), "grace@example.org"));
    let impersonations = [1, 2, 3].map(|number| open_impersonation(guard.store(), [&ada, &grace], number));
    assert_eq!(find(guard.store(), id(1)).as_ref(), Some(&impersonations[0]));
    let living = |at| read(guard.store(), move |r| r.sessions().impersonations(None, at));
    assert_eq!((living(now()), living(now() + HOUR)), (vec![id(1), id(2), id(3)], vec![]));
    assert!(write(guard.store(), |r| Ok(r.sessions().end(id(2), now())?.invalidate(r))));
    assert_eq!(living(now()), [id(1), id(3)]);

    let by = |user: &User| {
        let id = user.id;
        read(guard.store(), move |r| r.sessions().impersonations(Some(id), now()))
    };
    assert_eq!((by(&grace), by(&ada)), (vec![id(1), id(3)], vec![]));

    let newest = open(guard.store(), &ada, 4);
    write(guard.store(), move |r| {
        r.sessions().end_least_used(&newest, 1, now())?.invalidate(r);
        Ok(())
    });
    let (user, impersonator) = (ada.id, grace.id);
    assert_eq!(ids(&read(guard.store(), move |r| r.sessions().of_user(user, now(), now()))), [id(4), id(3), id(1)]);
    // It never becomes a session of the user's own.
    assert!(write(guard.store(), move |r| Ok(r.users().delete(impersonator)?.invalidate(r))));
    assert_eq!(find(guard.store(), id(1)).unwrap().impersonation, impersonations[0].impersonation);
}
