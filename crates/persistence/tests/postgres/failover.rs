//! The URL names several servers, and another than before takes the writes.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::{Connection, PgConnection};
use ore_persistence::testing::{Proxy, TemporaryDatabase};
use ore_persistence::{Database, DatabaseOptions, SchemaState};
use ore_testkit::{InlineStore, cause};
use rstest::rstest;

use crate::cluster::Cluster;
use crate::support::{find, insert, options, with_long_timeouts};

fn connect(cluster: &Cluster) -> PgConnection {
    PgConnection::establish(&format!("host={} user=postgres dbname=postgres", cluster.host())).unwrap()
}

/// Its operator moves to another server and closes this one to writes. Connections stay.
fn close_to_writes(cluster: &Cluster) {
    connect(cluster).batch_execute("ALTER SYSTEM SET default_transaction_read_only = on").unwrap();
    connect(cluster).batch_execute("SELECT pg_reload_conf()").unwrap();
    let is_closed = sql::<Bool>("current_setting('default_transaction_read_only')::boolean");
    // A new connection that has it is made by a server that has told the older ones.
    while !diesel::select(is_closed.clone()).get_result::<bool>(&mut connect(cluster)).unwrap() {}
}

#[rstest]
#[case::closed_to_writes(close_to_writes)]
#[case::made_a_standby(Cluster::demote)]
fn a_server_that_takes_no_more_writes_is_left_for_one_that_does(#[case] demote: fn(&Cluster)) {
    let (first, second) = (Cluster::start(), TemporaryDatabase::create());
    let name = second.url().rsplit_once('/').unwrap().1.to_owned();
    connect(&first).batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let proxy = Proxy::there(&second.url());
    let of = |hosts: &str| format!("postgresql://postgres@/{name}?host={hosts}&port=5432");
    for hosts in [first.host(), proxy.host()] {
        Database::new(options(&of(hosts))).migrate().unwrap();
    }
    let store = InlineStore::new(Database::new(with_long_timeouts(options(&of(&format!(
        "{},{}",
        first.host(),
        proxy.host()
    ))))));
    let ada = insert(&store, "ada@example.org").unwrap();
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    let on_second = InlineStore::new(Database::new(with_long_timeouts(options(&second.url()))));
    assert_eq!(find(&on_second, ada.id).unwrap(), None);

    demote(&first);
    let grace = insert(&store, "grace@example.org").unwrap();
    assert_eq!(find(&on_second, grace.id).unwrap().as_ref(), Some(&grace));
    // Those who only read do not stay with what the old server had.
    assert_eq!(store.probe().unwrap(), SchemaState::Current);
    for _ in 0..10 {
        assert_eq!(find(&store, grace.id).unwrap().as_ref(), Some(&grace));
    }
}

/// The name of a server means another one now, as when an address moves; connections stay.
fn point(name: &Path, server: &str) {
    let socket = name.join(".s.PGSQL.5432");
    // At first there is none.
    let _ = std::fs::remove_file(&socket);
    symlink(Path::new(server).join(".s.PGSQL.5432"), socket).unwrap();
}

/// Nobody writes, no connection is lost, and no probe looks.
#[rstest]
#[case::of_several_servers(true)]
#[case::of_one_whose_address_moved(false)]
fn those_who_only_read_leave_a_server_that_takes_no_more_writes(#[case] are_several: bool) {
    let (first, second) = (Cluster::start(), TemporaryDatabase::migrated());
    let name = second.url().rsplit_once('/').unwrap().1.to_owned();
    connect(&first).batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let (proxy, moving) = (Proxy::there(&second.url()), tempfile::tempdir().unwrap());
    let of = |hosts: &str| format!("postgresql://postgres@/{name}?host={hosts}&port=5432");
    Database::new(options(&of(first.host()))).migrate().unwrap();
    point(moving.path(), first.host());
    let hosts =
        if are_several { format!("{},{}", first.host(), proxy.host()) } else { moving.path().display().to_string() };
    let options_of = |hosts: &str| with_long_timeouts(options(&of(hosts)));
    let store = InlineStore::new(Database::new(DatabaseOptions { trust_time: Duration::ZERO, ..options_of(&hosts) }));
    let on_second = InlineStore::new(Database::new(options_of(proxy.host())));
    let ada = insert(&on_second, "ada@example.org").unwrap();
    assert_eq!(find(&store, ada.id).unwrap(), None);

    close_to_writes(&first);
    point(moving.path(), proxy.host());
    for _ in 0..10 {
        assert_eq!(find(&store, ada.id).unwrap().as_ref(), Some(&ada));
    }
}

/// One host name may lead to a standby that has missed what happened since. To whoever only reads, all looks well there.
#[test]
fn a_standby_is_used_by_nobody_but_a_command_that_only_reads() {
    let server = Cluster::start();
    let url = format!("postgresql://postgres@/postgres?host={}", server.host());
    let patient = || with_long_timeouts(options(&url));
    let hurried = || DatabaseOptions { acquire_timeout: Duration::from_secs(1), ..patient() };
    let before = InlineStore::new(Database::new(hurried()));
    before.migrate().unwrap();
    let ada = insert(&before, "ada@example.org").unwrap();
    server.demote();

    // Those of before have lost their connections, others begin now.
    let store = InlineStore::new(Database::new(hurried()));
    for store in [&before, &store] {
        for _ in 0..2 {
            let refusal = cause(find(store, ada.id));
            assert!(refusal.ends_with("the server takes no writes: it is a standby"), "{refusal}");
        }
        assert!(cause(store.probe()).ends_with("the server takes no writes: it is a standby"));
    }
    let reader = InlineStore::new(Database::new(DatabaseOptions { only_reads: true, ..patient() }));
    assert_eq!(find(&reader, ada.id).unwrap().as_ref(), Some(&ada));

    server.promote();
    for store in [&before, &store] {
        // It tries again by itself, at growing intervals.
        while find(store, ada.id).is_err() {}
        assert_eq!(store.probe().unwrap(), SchemaState::Current);
    }
}
