use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection};
use ore_domain::UserId;
use ore_persistence::testing::{PgBouncer, TemporaryDatabase};
use ore_persistence::{Database, DatabaseOptions, Pooler, SchemaState};
use ore_testkit::{InlineStore, cause};

use crate::support::{find, insert, options, with_long_timeouts, write};

/// Connections to the server that all clients of a pooler share.
const SERVER_CONNECTIONS: u32 = 3;

fn store(bouncer: &PgBouncer, change: impl FnOnce(DatabaseOptions) -> DatabaseOptions) -> InlineStore<Database> {
    let options = DatabaseOptions { pooler: Pooler::Transaction, ..with_long_timeouts(options(bouncer.url())) };
    InlineStore::new(Database::new(change(options)))
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

/// What others find on the connections that we have used: all of them, since they are taken at the same time.
fn settings_of_others(bouncer: &PgBouncer, name: &str) -> Vec<String> {
    let query = format!("SELECT current_setting('{name}') AS value");
    let mut others: Vec<_> = (0..SERVER_CONNECTIONS).map(|_| PgConnection::establish(bouncer.url()).unwrap()).collect();
    for other in &mut others {
        other.batch_execute("BEGIN").unwrap();
    }
    let settings = others.iter_mut().map(|other| diesel::sql_query(&query).get_result::<Setting>(other).unwrap().value);
    settings.collect()
}

#[test]
fn behind_a_pooler_work_of_every_kind_is_done_and_nothing_is_left_for_others() {
    let database = TemporaryDatabase::create();
    let bouncer = PgBouncer::start(&database, "transaction", SERVER_CONNECTIONS);
    let stores = [store(&bouncer, |options| options), store(&bouncer, |options| options)];
    for store in &stores {
        store.migrate().unwrap();
        assert_eq!(store.probe().unwrap(), SchemaState::Current);
    }
    thread::scope(|scope| {
        let work = |number: usize| {
            let store = &stores[number % 2];
            for round in 0..10 {
                let user = insert(store, &format!("user{number}.{round}@example.org")).unwrap();
                assert_eq!(find(store, user.id).unwrap().as_ref(), Some(&user));
                assert!(
                    write(store, move |repositories| Ok(repositories
                        .users()
                        .set_active(user.id, false)?
                        .invalidate(repositories)))
                    .unwrap()
                );
                assert!(find(store, UserId::new(0)).unwrap().is_none());
                assert_eq!(store.probe().unwrap(), SchemaState::Current);
            }
        };
        let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || work(number))).collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
    for name in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
        assert_eq!(settings_of_others(&bouncer, name), ["0"; SERVER_CONNECTIONS as usize], "{name}");
    }
}

#[test]
fn behind_a_pooler_reads_and_writes_have_the_timeouts_that_they_have_elsewhere() {
    let database = TemporaryDatabase::create();
    let bouncer = PgBouncer::start(&database, "transaction", SERVER_CONNECTIONS);
    let short = Duration::from_millis(50);
    let store = store(&bouncer, |options| DatabaseOptions { lock_timeout: short, ..options });
    store.migrate().unwrap();
    let ada = insert(&store, "ada@example.org").unwrap();
    let mut outsider = PgConnection::establish(&database.url()).unwrap();
    outsider.batch_execute("BEGIN; LOCK TABLE users").unwrap();
    assert_eq!(cause(find(&store, ada.id)), "canceling statement due to lock timeout");
    assert_eq!(cause(insert(&store, "grace@example.org")), "canceling statement due to lock timeout");
    outsider.batch_execute("ROLLBACK").unwrap();
    assert_eq!(find(&store, ada.id).unwrap(), Some(ada));
}

#[test]
fn a_pooler_that_shares_connections_is_found_and_nothing_else_is_taken_for_one() {
    let database = TemporaryDatabase::create();
    let of = |url: &str, pooler| Database::new(DatabaseOptions { pooler, ..with_long_timeouts(options(url)) });
    let sharing = PgBouncer::start(&database, "transaction", SERVER_CONNECTIONS);
    let advice = of(sharing.url(), Pooler::None).unnamed_pooler().unwrap().unwrap();
    assert!(advice.ends_with("set BACKEND_DATABASE_POOLER=transaction"), "{advice}");
    assert_eq!(of(sharing.url(), Pooler::Transaction).unnamed_pooler().unwrap(), None);

    let keeping = PgBouncer::start(&database, "session", 20);
    assert_eq!(of(keeping.url(), Pooler::None).unnamed_pooler().unwrap(), None);
    assert_eq!(of(&database.url(), Pooler::None).unnamed_pooler().unwrap(), None);
}

#[test]
fn a_statement_that_a_pooler_gives_to_another_client_is_told_as_what_it_is() {
    let database = TemporaryDatabase::create();
    Database::new(options(&database.url())).migrate().unwrap();
    let bouncer = PgBouncer::start(&database, "transaction", 1);
    let unaware = || InlineStore::new(Database::new(with_long_timeouts(options(bouncer.url()))));
    let (first, second) = (unaware(), unaware());
    let found = [find(&first, UserId::new(1)), find(&second, UserId::new(1))];
    let refused = found.into_iter().find(Result::is_err).unwrap();
    assert!(cause(refused).ends_with("set BACKEND_DATABASE_POOLER=transaction"));
}
