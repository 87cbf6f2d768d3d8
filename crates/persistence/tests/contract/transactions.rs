use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;

use ore_domain::{Constraint, PasswordHash, Repositories, StoreError, StoreExt, UserId};
use ore_testkit::{block_on, new_user};
use rstest::rstest;

use crate::support::{
    StoreUnderTest, count, file, find, find_by_email, insert, memory, postgres, read, try_insert, write,
};

/// At once, in the next use of the store.
#[rstest]
fn a_read_sees_what_a_write_committed(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    for expected in 1..=3 {
        insert(store, &format!("user{expected}@example.org"));
        assert_eq!(count(store), expected);
    }
}

/// Queries of one transaction see the changes before them.
#[rstest]
fn a_write_sees_its_own_changes(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let (inserted, found) = write(store, |repositories| {
        let inserted = repositories.users().insert(new_user("ada@example.org").build())?;
        let found = repositories.users().find(inserted.id)?;
        Ok((inserted, found))
    });
    assert_eq!(found, Some(inserted));
}

/// All of a body lasts or nothing, whatever its error is.
#[rstest]
fn an_error_from_the_body_undoes_everything(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    #[derive(Debug, PartialEq)]
    struct Refused;
    impl From<StoreError> for Refused {
        fn from(error: StoreError) -> Self {
            panic!("the store failed: {error}")
        }
    }

    let guard = make();
    let store = guard.store();
    let ada = insert(store, "ada@example.org");
    let result = block_on(store.write(move |repositories| {
        repositories.users().set_active(ada.id, false)?.invalidate(repositories);
        repositories.users().insert(new_user("grace@example.org").build())?;
        Err::<(), _>(Refused)
    }));
    assert_eq!(result, Err(Refused));
    assert!(find(store, ada.id).is_some_and(|user| user.is_active));
    assert_eq!(find_by_email(store, "grace@example.org"), None);
}

/// The store's own error undoes like any other.
#[rstest]
fn a_conflict_undoes_what_came_before_it(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    insert(store, "ada@example.org");
    let result: Result<(), StoreError> = block_on(store.write(|repositories| {
        repositories.users().insert(new_user("grace@example.org").build())?;
        repositories.users().insert(new_user("ada@example.org").build())?;
        Ok(())
    }));
    assert!(matches!(result, Err(StoreError::Conflict(Constraint::UserEmail))), "{result:?}");
    assert_eq!(count(store), 1);
    insert(store, "grace@example.org");
}

/// Later queries of the transaction fail too, and so does its end: PostgreSQL would commit nothing and say nothing.
#[rstest]
fn a_body_that_goes_on_after_a_store_error_is_not_committed(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    insert(store, "ada@example.org");
    let result: Result<bool, StoreError> = block_on(store.write(|repositories| {
        let conflict = repositories.users().insert(new_user("ada@example.org").build());
        let later = repositories.users().insert(new_user("grace@example.org").build());
        Ok(conflict.is_err() && later.is_err())
    }));
    assert!(matches!(result, Err(StoreError::Other(_))), "{result:?}");
    assert_eq!(count(store), 1);
}

/// The store goes on working, and the transaction of the body is gone.
#[rstest]
fn a_panicking_body_leaves_nothing_behind(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    for _ in 0..5 {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            block_on(store.write(|repositories| -> Result<(), StoreError> {
                repositories.users().insert(new_user("ada@example.org").build())?;
                panic!("the panic this test is about")
            }))
        }));
        assert!(!matches!(outcome, Ok(Ok(()))));
    }
    assert_eq!(count(store), 0);
    insert(store, "ada@example.org");
    assert_eq!(count(store), 1);
}

/// What a body reads stays true until it commits: no increment of 8 writers who read and then write gets lost.
#[rstest]
fn writers_at_once_lose_nothing(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    const WRITERS: usize = 8;
    const INCREMENTS: usize = 10;
    fn increment(repositories: &mut dyn Repositories, id: UserId) -> Result<(), StoreError> {
        let user = repositories.users().find(id)?.expect("the user is there");
        let count: usize = user.password_hash.expose().parse().expect("the hash is a number here");
        repositories
            .users()
            .set_password_hash(id, &PasswordHash::new((count + 1).to_string()))?
            .invalidate(repositories);
        Ok(())
    }

    let guard = make();
    let store = guard.store();
    let counter =
        try_insert(store, new_user("ada@example.org").password_hash("0").build()).expect("the store is empty");
    let start = Barrier::new(WRITERS);
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                start.wait();
                for _ in 0..INCREMENTS {
                    write(store, move |repositories| increment(repositories, counter.id));
                }
            });
        }
    });
    let total = find(store, counter.id).map(|user| user.password_hash.expose().to_owned());
    assert_eq!(total, Some((WRITERS * INCREMENTS).to_string()));
}

/// The other 49 are told so, and nothing else goes wrong.
#[rstest]
fn one_of_many_who_register_one_address_at_once_wins(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    const REGISTRATIONS: usize = 50;

    let guard = make();
    let store = guard.store();
    let start = Barrier::new(REGISTRATIONS);
    let outcomes: Vec<_> = thread::scope(|scope| {
        let register = || {
            start.wait();
            try_insert(store, new_user("ada@example.org").build())
        };
        let threads: Vec<_> = (0..REGISTRATIONS).map(|_| scope.spawn(register)).collect();
        threads.into_iter().map(|thread| thread.join().expect("registering does not panic")).collect()
    });
    let conflicts =
        outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Conflict(Constraint::UserEmail))));
    assert_eq!(conflicts.count(), REGISTRATIONS - 1, "{outcomes:?}");
    let winner = outcomes.into_iter().find_map(Result::ok).expect("one wins");
    assert_eq!(read(store, |repositories| repositories.users().list(None, 10)), [Ok(winner)]);
}
