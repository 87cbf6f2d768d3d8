use std::collections::BTreeSet;
use std::fs;

use crate::support::{EMAIL, PASSWORD, Server, ServerProcess, TestDir};

const MISSING: [(&str, &str); 1] = [("BACKEND_DATABASE_URL", "sqlite:///./missing/app.db")];

#[test]
fn without_its_database_a_server_listens_says_so_and_recovers_by_itself() {
    let server = ServerProcess::with(&MISSING);
    let health = server.get("/health");
    assert_eq!((health.status, &health.json()["data"]["status"]), (200, &"healthy".into()));
    let refused = [server.get("/readiness"), server.register(EMAIL, PASSWORD), server.login(EMAIL, PASSWORD)];
    for answer in refused {
        assert_eq!(answer.error(), (503, "SERVICE_UNAVAILABLE".to_owned()));
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(answer.message(), "服务暂时不可用，请稍后重试");
    }

    fs::create_dir(server.test_dir.path().join("missing")).unwrap();
    server.log().wait_for_message("The database is ready");
    assert_eq!(server.get("/readiness").json(), serde_json::json!({"status": "ready"}));
    assert_eq!(server.me(&server.token_of(EMAIL, PASSWORD)).status, 200);
}

#[test]
fn an_outage_and_its_end_are_told() {
    let server = ServerProcess::with(&MISSING);
    let outage = server.log().wait_for_message("The database is not ready");
    assert_eq!(outage["level"], "WARNING");
    assert!(outage["exception"].as_str().unwrap().contains("missing/app.db"), "{outage}");
    fs::create_dir(server.test_dir.path().join("missing")).unwrap();
    assert_eq!(server.log().wait_for_message("The database is ready")["level"], "INFO");
}

#[test]
fn a_server_that_may_not_migrate_is_not_ready_until_somebody_has() {
    let server = TestDir::empty().serve(&[("BACKEND_AUTO_MIGRATE", "false")]);
    assert_eq!(server.get("/readiness").status, 503);
    assert_eq!(server.register(EMAIL, PASSWORD).error().0, 503);
    server.test_dir.run(&["migrate", "up"]).succeeded();
    server.log().wait_for_message("The database is ready");
    assert_eq!(server.get("/readiness").status, 200);
    server.token_of(EMAIL, PASSWORD);
}

#[test]
fn a_database_in_memory_works_and_is_one_for_all_connections() {
    let server = Server::with(&[("BACKEND_DATABASE_URL", "sqlite://"), ("BACKEND_DATABASE_POOL_SIZE", "4")]);
    for number in 0..8 {
        let email = format!("user{number}@example.org");
        let token = server.token_of(&email, PASSWORD);
        assert_eq!(server.me(&token).json()["data"]["email"], email.as_str());
        assert_eq!(server.login(&email, PASSWORD).status, 200);
    }
    assert!(!server.test_dir.path().join("app.db").exists());
}

#[test]
fn servers_that_start_at_once_on_one_new_file_all_become_ready() {
    let test_dir = TestDir::empty();
    let start = |_| {
        let test_dir = test_dir.clone();
        std::thread::spawn(move || test_dir.serve(&[]))
    };
    let threads: Vec<_> = (0..4).map(start).collect();
    let servers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    for server in &servers {
        server.log().wait_for_message("The database is ready");
    }
    let token = servers[0].token_of(EMAIL, PASSWORD);
    for server in &servers {
        assert_eq!((server.get("/readiness").status, server.me(&token).status), (200, 200));
        assert_eq!(server.register(EMAIL, PASSWORD).error(), (400, "BUSINESS_ERROR".to_owned()));
    }
    let lines = servers.iter().flat_map(|server| server.log().json_lines());
    let migrations: Vec<_> = lines.filter(|line| line["message"] == "Migrated the database").collect();
    let names: BTreeSet<_> = migrations.iter().map(|line| line["migration"].as_str().unwrap()).collect();
    assert!(names.len() == migrations.len() && !names.is_empty(), "each migration runs once: {migrations:?}");
}

#[test]
fn accounts_outlive_the_process() {
    let test_dir = TestDir::new();
    let server = test_dir.serve(&[]);
    server.token_of(EMAIL, PASSWORD);
    server.stop();
    assert_eq!(test_dir.serve(&[]).login(EMAIL, PASSWORD).status, 200);
}
