//! The isolation of a transaction is ours to choose, whatever the server or the role of the service prefers.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use diesel::connection::SimpleConnection;
use ore_domain::{StoreError, UserId};
use ore_persistence::Database;
use ore_testkit::{InlineStore, cause};
use rstest::rstest;

use crate::support::{PostgresStore, find, insert, options, with_long_timeouts, write};

const CALLERS: usize = 50;

fn prefer(store: &PostgresStore, isolation: &str) -> InlineStore<Database> {
    let name = store.database.url().rsplit_once('/').unwrap().1.to_owned();
    let statement = format!("ALTER DATABASE {name} SET default_transaction_isolation = '{isolation}'");
    store.outsider().batch_execute(&statement).unwrap();
    InlineStore::new(Database::new(with_long_timeouts(options(&store.database.url()))))
}

#[rstest]
fn callers_at_once_do_not_fail_each_other(#[values("serializable", "repeatable read")] isolation: &str) {
    let migrated = PostgresStore::new();
    let store = prefer(&migrated, isolation);
    let start = Barrier::new(CALLERS);
    let call = |number: usize| {
        start.wait();
        let ada = insert(&store, &format!("user{number}@example.org"))?;
        let found = find(&store, ada.id)?;
        assert_eq!(found.as_ref(), Some(&ada));
        write(&store, move |repositories| {
            let listed = repositories.users().list(None, 10)?.len();
            Ok(repositories.users().set_active(ada.id, listed > 0)?.invalidate(repositories))
        })
    };
    let outcomes: Vec<Result<bool, StoreError>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..CALLERS).map(|number| scope.spawn(move || call(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(true))), "{outcomes:?}");
}

/// Sequences remember what a transaction did that was rolled back.
fn conflicts(tries: &str) -> String {
    format!(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('tries') {tries} THEN RAISE EXCEPTION 'weicht' USING ERRCODE = '40001'; END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER give_way BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION give_way()"
    )
}

#[test]
fn a_transaction_that_has_to_give_way_is_run_again() {
    let store = PostgresStore::new();
    store.outsider().batch_execute(&conflicts("<= 3")).unwrap();
    insert(&store, "ada@example.org").unwrap();
}

#[test]
fn a_transaction_that_always_has_to_give_way_is_unavailable_in_the_end() {
    let store = PostgresStore::new();
    store.outsider().batch_execute(&conflicts("> 0")).unwrap();
    assert_eq!(cause(insert(&store, "ada@example.org")), "weicht");
    store.outsider().batch_execute("DO $$ BEGIN ASSERT nextval('tries') = 5; END $$").unwrap();
}

/// Each changes one user and then wants to change the other's, which the other has changed.
#[test]
fn one_of_two_that_wait_for_each_other_is_run_again_and_costs_no_connection() {
    let store = PostgresStore::new();
    let [ada, grace] = ["ada@example.org", "grace@example.org"].map(|email| insert(&store, email).unwrap().id);
    let (all_inside, runs) = (Arc::new(Barrier::new(3)), Arc::new(AtomicU32::new(0)));
    let change_both = &|first: UserId, second: UserId| {
        let (all_inside, runs, mut is_first_run) = (Arc::clone(&all_inside), Arc::clone(&runs), true);
        write(&store, move |repositories| {
            runs.fetch_add(1, Ordering::Relaxed);
            repositories.users().set_active(first, false)?.invalidate(repositories);
            if std::mem::take(&mut is_first_run) {
                all_inside.wait();
            }
            Ok(repositories.users().set_active(second, false)?.invalidate(repositories))
        })
    };
    let mut outsider = store.outsider();
    thread::scope(|scope| {
        let both = [(ada, grace), (grace, ada)].map(|(first, second)| scope.spawn(move || change_both(first, second)));
        all_inside.wait();
        let processes = "CREATE TABLE processes AS SELECT pid FROM pg_stat_activity WHERE datname = current_database()";
        outsider.batch_execute(processes).unwrap();
        for changed in both {
            assert!(changed.join().unwrap().unwrap());
        }
    });
    assert_eq!(runs.load(Ordering::Relaxed), 3, "one gave way, once");
    let all_there = "DO $$ BEGIN ASSERT NOT EXISTS
                     (SELECT FROM processes WHERE pid NOT IN (SELECT pid FROM pg_stat_activity)); END $$";
    outsider.batch_execute(all_there).unwrap();
}
