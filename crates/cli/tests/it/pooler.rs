use std::collections::BTreeMap;
use std::thread;

use ore_persistence::testing::{PgBouncer, TemporaryDatabase};

use crate::support::{LogLine, PASSWORD, Server, TestDir};

const AWARE: (&str, &str) = ("BACKEND_DATABASE_POOLER", "transaction");

/// What a client gets for each kind of call that reads or writes.
fn call_each_kind(server: &Server, client: usize) -> Vec<u16> {
    let email = format!("user{client}@example.org");
    let registered = server.register(&email, PASSWORD);
    let mut statuses = vec![registered.status];
    if registered.status == 201 || registered.status == 200 {
        statuses.push(server.me(&registered.token()).status);
    }
    statuses.push(server.login(&email, PASSWORD).status);
    statuses.push(server.register(&email, PASSWORD).status);
    statuses.push(server.login(&email, "another password").status);
    statuses.push(server.get("/readiness").status);
    statuses
}

#[test]
fn behind_a_pooler_no_call_of_many_at_once_fails() {
    let database = TemporaryDatabase::create();
    let bouncer = PgBouncer::start(&database, "transaction", 4);
    let settings = [
        ("BACKEND_DATABASE_URL", bouncer.url()),
        AWARE,
        ("BACKEND_HASH_SLOTS", "2"),
        ("BACKEND_DATABASE_POOL_SIZE", "8"),
    ];
    let server = TestDir::new().serve(&settings);
    server.log().wait_for_message("The database is ready");
    let statuses: Vec<u16> = thread::scope(|scope| {
        let clients: Vec<_> = (0..160)
            .map(|client| {
                scope.spawn({
                    let server = &server;
                    move || call_each_kind(server, client)
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let mut counts = BTreeMap::<u16, usize>::new();
    for status in statuses {
        *counts.entry(status).or_default() += 1;
    }
    assert!(!counts.contains_key(&500), "{counts:?}");
    assert!(counts.contains_key(&200) && counts.contains_key(&400), "{counts:?}");
}

#[test]
fn a_pooler_that_the_settings_do_not_name_is_told_at_the_start_and_by_the_doctor() {
    let database = TemporaryDatabase::create();
    let bouncer = PgBouncer::start(&database, "transaction", 1);
    let test_dir = TestDir::new();
    let url = ("BACKEND_DATABASE_URL", bouncer.url());
    test_dir.run_with(&["migrate"], &[url, AWARE]).succeeded();
    assert_eq!(test_dir.run_with(&["doctor"], &[url, AWARE]).succeeded(), "no problems found\n");

    let said = test_dir.run_with(&["doctor"], &[url]);
    assert!(said.stdout.contains("set BACKEND_DATABASE_POOLER=transaction"), "{}", said.stdout);
    let server = test_dir.serve(&[url]);
    let is_logged = |line: &LogLine| {
        line["exception"].as_str().is_some_and(|exception| exception.ends_with(AWARE.1) && exception.contains(AWARE.0))
    };
    assert_eq!(server.log().wait_for(is_logged)["level"], "WARNING");
}
