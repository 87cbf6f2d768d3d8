//! The database goes away under a running server, or cannot be worked with, and comes back.

use std::fs;
use std::time::{Duration, Instant};

use ore_persistence::testing::TemporaryDatabase;

use crate::support::{Answer, EMAIL, ON_SQLITE, PASSWORD, Server, ServerProcess, eventually};

fn within(limit: Duration, ask: impl FnOnce() -> Answer) -> Answer {
    let started = Instant::now();
    let answer = ask();
    assert!(started.elapsed() < limit, "took {:?}", started.elapsed());
    answer
}

#[test]
fn an_outage_is_told_soon_and_over_soon_after_its_end() {
    let database = TemporaryDatabase::create();
    let server = ServerProcess::with(&[("BACKEND_DATABASE_URL", &database.url())]);
    let token = server.token_of(EMAIL, PASSWORD);
    database.close_to_clients();
    for _ in 0..3 {
        let me = within(Duration::from_secs(2), || server.me(&token));
        assert_eq!(me.error(), (503, "SERVICE_UNAVAILABLE".to_owned()));
        assert_eq!(me.header("retry-after"), Some("1"));
        assert!(!me.text().contains("terminat") && !me.text().contains("connection"), "{}", me.text());
        let login = within(Duration::from_secs(2), || server.login(EMAIL, PASSWORD));
        assert_eq!(login.error().0, 503);
    }
    eventually(Duration::from_secs(5), || server.get("/readiness").status, 503);
    assert_eq!(server.get("/health").status, 200);
    server.log().wait_for_message("The database is not ready");

    database.open_to_clients();
    eventually(Duration::from_secs(5), || server.get("/readiness").status, 200);
    eventually(Duration::from_secs(5), || server.me(&token).status, 200);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn a_server_starts_without_its_database_and_recovers_by_itself() {
    let database = TemporaryDatabase::create();
    database.close_to_clients();
    let server = Server::with(&[("BACKEND_DATABASE_URL", &database.url())]);
    assert_eq!(server.get("/health").status, 200);
    assert_eq!(server.get("/readiness").error().0, 503);
    assert_eq!(server.register(EMAIL, PASSWORD).error().0, 503);
    database.open_to_clients();
    eventually(Duration::from_secs(5), || server.get("/readiness").status, 200);
    eventually(Duration::from_secs(5), || server.login(EMAIL, PASSWORD).status, 400);
    assert_eq!(server.register(EMAIL, PASSWORD).status, 200);
}

#[test]
fn nobody_hears_of_a_table_that_was_altered_nor_of_connections_that_were_ended() {
    let database = TemporaryDatabase::create();
    let server = Server::with(&[("BACKEND_DATABASE_URL", &database.url())]);
    let token = server.token_of(EMAIL, PASSWORD);
    let assert_served = || {
        for _ in 0..5 {
            assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
        }
        assert_eq!(server.me(&token).status, 200);
        assert_eq!(server.get("/readiness").status, 200);
    };
    assert_served();
    database.execute("ALTER TABLE users ALTER COLUMN hashed_password TYPE TEXT");
    assert_served();
    database.end_connections();
    assert_served();
    database.end_connections();
    assert_eq!(server.register("grace@example.org", PASSWORD).status, 200);
}

#[test]
fn a_table_that_cannot_be_used_is_told_by_readiness_and_its_reason_by_the_log() {
    let database = TemporaryDatabase::create();
    let server = ServerProcess::with(&[("BACKEND_DATABASE_URL", &database.url())]);
    server.token_of(EMAIL, PASSWORD);
    database.execute("ALTER TABLE users RENAME TO away");
    for _ in 0..3 {
        assert_eq!(server.login(EMAIL, PASSWORD).error(), (503, "SERVICE_UNAVAILABLE".to_owned()));
    }
    let reason = server.log().wait_for_message("The database is not ready");
    assert!(reason["exception"].as_str().unwrap().contains("does not exist"), "{reason}");
    assert_eq!(server.get("/readiness").status, 503);

    database.execute("ALTER TABLE away RENAME TO users");
    eventually(Duration::from_secs(5), || server.get("/readiness").status, 200);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

#[test]
fn a_server_that_takes_no_writes_is_told_by_readiness_and_read_all_the_same() {
    let database = TemporaryDatabase::create();
    let server = ServerProcess::with(&[("BACKEND_DATABASE_URL", &database.url())]);
    let token = server.token_of(EMAIL, PASSWORD);
    let set = |state: &str| {
        database.execute(&format!(
            "BEGIN READ WRITE;
             DO $$ BEGIN EXECUTE format(
                 'ALTER DATABASE %I SET default_transaction_read_only = {state}', current_database()); END $$;
             COMMIT"
        ));
        database.end_connections();
    };
    set("on");
    let reason = server.log().wait_for_message("The database is not ready");
    assert!(reason["exception"].as_str().unwrap().contains("takes no writes"), "{reason}");
    assert_eq!(server.get("/readiness").status, 503);
    assert_eq!(server.register("grace@example.org", PASSWORD).error().0, 503);
    assert_eq!(server.login(EMAIL, PASSWORD).error().0, 503, "a log-in writes its session");
    assert_eq!(server.me(&token).status, 200);

    set("off");
    eventually(Duration::from_secs(5), || server.get("/readiness").status, 200);
    assert_eq!(server.register("grace@example.org", PASSWORD).status, 200);
}

#[test]
fn a_file_that_was_deleted_is_missed_and_not_made_anew() {
    let server = ServerProcess::with(&[ON_SQLITE]);
    server.token_of(EMAIL, PASSWORD);
    let (file, aside) = (server.test_dir.path().join("app.db"), server.test_dir.path().join("aside.db"));
    fs::rename(&file, &aside).unwrap();
    let reason = server.log().wait_for_message("The database is not ready");
    assert!(reason["exception"].as_str().unwrap().contains("the file of the database is gone"), "{reason}");
    assert_eq!(server.get("/readiness").status, 503);
    assert_eq!(server.register("grace@example.org", PASSWORD).error().0, 503);
    assert_eq!(server.login(EMAIL, PASSWORD).error().0, 503);
    assert!(!file.exists());

    fs::rename(&aside, &file).unwrap();
    eventually(Duration::from_secs(5), || server.get("/readiness").status, 200);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}
