//! A connection that is no good is given up, and nobody hears of it whose work can be done on another.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use ore_domain::{Charge, Charges, Constraint, Decision, Quota, Repositories, StoreError, UserId};
use ore_persistence::testing::Proxy;
use ore_persistence::{Database, DatabaseOptions, SchemaState};
use ore_testkit::{InlineStore, cause, new_user};
use rstest::rstest;

use crate::support::{PostgresStore, find, insert, options, with_long_timeouts, write};

const NOBODY: UserId = UserId::new(4711);

const TERMINATE: &str = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
                         WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// What a trigger does when somebody registers.
fn trigger(when: &str, action: &str) -> String {
    format!(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {action} RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER act AFTER INSERT ON users {when} FOR EACH ROW EXECUTE FUNCTION act()"
    )
}

/// A body that registers, and counts how often it is run.
fn counted_insert(
    runs: &Arc<AtomicU32>,
) -> impl FnMut(&mut dyn Repositories) -> Result<UserId, StoreError> + Send + 'static {
    let runs = Arc::clone(runs);
    move |repositories| {
        runs.fetch_add(1, Ordering::Relaxed);
        repositories.users().insert(new_user("ada@example.org").build()).map(|user| user.id)
    }
}

#[rstest]
#[case::of_another_type("ALTER TABLE users ALTER COLUMN hashed_password TYPE TEXT")]
#[case::with_another_column("ALTER TABLE users ADD COLUMN nickname TEXT")]
fn a_table_that_somebody_altered_is_used_as_it_is_now(#[case] alteration: &str) {
    let store = PostgresStore::new();
    let ada = insert(&store, "ada@example.org").unwrap();
    let use_each_connection = || {
        let start = Barrier::new(4);
        let work = || {
            start.wait();
            (0..10).map(|_| find(&store, ada.id)).collect::<Vec<_>>()
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        })
    };
    assert!(use_each_connection().iter().all(Result::is_ok));
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    store.outsider().batch_execute(alteration).unwrap();
    for found in use_each_connection() {
        assert_eq!(found.unwrap().as_ref(), Some(&ada));
    }
    insert(&store, "grace@example.org").unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
}

#[test]
fn the_first_caller_after_idle_connections_were_ended_is_served() {
    let end = |store: &PostgresStore| store.outsider().batch_execute(TERMINATE).unwrap();
    let store = PostgresStore::new();
    let quota = Quota::per_minute(NonZeroU32::new(5).unwrap(), NonZeroU32::new(5).unwrap());
    let limits = Arc::new(Database::new(with_long_timeouts(options(&store.database.url())))).rate_limits().unwrap();
    let charge = || {
        let [address, total, reserve] =
            ["address", "total", "reserve"].map(|key| Charge { key: key.to_owned(), quota });
        let charges = Charges { address: vec![address], total, reserve, fair_share: 1 };
        limits.charge(&charges).unwrap()
    };
    let (ada, _) = (insert(&store, "ada@example.org").unwrap(), charge());
    assert_eq!(store.probe().unwrap(), SchemaState::Current);

    end(&store);
    assert_eq!(find(&store, ada.id).unwrap(), Some(ada));
    end(&store);
    insert(&store, "grace@example.org").unwrap();
    end(&store);
    assert_eq!(charge(), Decision::Admitted);
    end(&store);
    limits.delete_unused(10).unwrap();
    end(&store);
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
}

#[test]
fn a_network_that_was_cut_for_a_moment_is_noticed_by_nobody_who_comes_later() {
    let store = PostgresStore::new();
    let proxy = Proxy::there(&store.database.url());
    let options = with_long_timeouts(options(&proxy.url(&store.database.url())));
    let behind = InlineStore::new(Database::new(options));
    assert_eq!(find(&behind, NOBODY).unwrap(), None);
    proxy.go_away();
    proxy.come_back();
    insert(&behind, "ada@example.org").unwrap();
}

/// Whether it took place is not known, and doing it again could do it twice.
#[rstest]
#[case::lost("PERFORM pg_terminate_backend(pg_backend_pid());")]
#[case::failed("RAISE EXCEPTION 'etwas ging schief' USING ERRCODE = 'XX000';")]
#[case::gave_way("RAISE EXCEPTION 'konnte Zugriff nicht serialisieren' USING ERRCODE = '40001';")]
fn what_fails_in_its_commit_is_not_run_again(#[case] action: &str) {
    let store = PostgresStore::new();
    store.outsider().batch_execute(&trigger("DEFERRABLE INITIALLY DEFERRED", action)).unwrap();
    let runs = Arc::default();
    cause(write(&store, counted_insert(&runs)));
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    store.outsider().batch_execute("DROP TRIGGER act ON users").unwrap();
    insert(&store, "ada@example.org").unwrap();
}

#[test]
fn what_a_rule_of_uniqueness_refuses_is_a_conflict_and_not_tried_again() {
    let store = PostgresStore::new();
    insert(&store, "ada@example.org").unwrap();
    let runs = Arc::default();
    let refused = write(&store, counted_insert(&runs));
    assert!(matches!(refused, Err(StoreError::Conflict(Constraint::UserEmail))), "{refused:?}");
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

/// Diesel hides the code of most errors, and their words come in the language that the server speaks.
#[test]
fn an_error_that_nothing_is_known_about_is_unavailable_after_a_second_connection_has_it_too() {
    let store = PostgresStore::new();
    let shutdown = "RAISE EXCEPTION 'das Datenbanksystem fährt herunter' USING ERRCODE = '57P03';";
    store.outsider().batch_execute(&trigger("", shutdown)).unwrap();
    let runs = Arc::default();
    assert_eq!(cause(write(&store, counted_insert(&runs))), "das Datenbanksystem fährt herunter");
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}

/// Others would be made to wait twice as long, and to connect anew, by a database that is slow already.
#[test]
fn what_took_too_long_is_not_tried_again_and_costs_no_connection() {
    let store = PostgresStore::with_options(|options| DatabaseOptions {
        statement_timeout: Duration::from_millis(100),
        pool_size: NonZeroU32::MIN,
        ..with_long_timeouts(options)
    });
    let sleep = "IF nextval('tries') = 1 THEN PERFORM pg_sleep(60); END IF;";
    store.outsider().batch_execute(&trigger("", sleep)).unwrap();
    let process = "CREATE TABLE processes AS SELECT pid FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
    store.outsider().batch_execute(process).unwrap();
    let runs = Arc::default();
    cause(write(&store, counted_insert(&runs)));
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    insert(&store, "grace@example.org").unwrap();
    let same = "DO $$ BEGIN ASSERT (SELECT COUNT(*) FROM pg_stat_activity JOIN processes USING (pid)
                WHERE datname = current_database()) >= 1; END $$";
    store.outsider().batch_execute(same).unwrap();
}
