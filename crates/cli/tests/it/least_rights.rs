//! Migrations by one role, the service by another that may change rows and nothing else.

use ore_persistence::testing::TemporaryDatabase;
use serde_json::json;

use crate::support::{PASSWORD, TestDir};

const RIGHTS: &str = include_str!("../../../../deploy/postgres/rights.sql");

#[test]
fn a_role_that_may_change_rows_alone_serves_what_another_has_migrated() {
    let database = TemporaryDatabase::create();
    let [owner, service] = database.urls_of_two_roles(RIGHTS);
    let (test_dir, url) = (TestDir::new(), ("BACKEND_DATABASE_URL", service.as_str()));
    let refused = test_dir.run_with(&["migrate", "up"], &[url]);
    assert!(refused.failed(1).join("\n").contains("this role may not create tables"), "{}", refused.stderr);

    let migrator = ("BACKEND_DATABASE_MIGRATION_URL", owner.as_str());
    test_dir.run_with(&["migrate", "up"], &[url, migrator]).succeeded();
    let server = test_dir.serve(&[url, ("BACKEND_AUTO_MIGRATE", "false")]);
    server.log().wait_for_message("The database is ready");
    let registered = server.register("ada@example.org", PASSWORD);
    assert_eq!(registered.status, 200);
    let refresh_token = registered.json()["data"]["refresh_token"].clone();
    let refreshed = server.post("/api/v1/auth/refresh", &json!({"refresh_token": refresh_token}));
    assert_eq!(refreshed.status, 200);
    assert_eq!(server.login("ada@example.org", PASSWORD).status, 200);
    assert_eq!(server.me(&refreshed.token()).status, 200);
    // What an operator does with the same settings.
    assert_eq!(
        test_dir.run_with(&["doctor"], &[url, ("BACKEND_AUTO_MIGRATE", "false")]).succeeded(),
        "no problems found\n"
    );
}

#[test]
fn a_start_migrates_as_the_role_that_may() {
    let database = TemporaryDatabase::create();
    let [owner, service] = database.urls_of_two_roles(RIGHTS);
    let settings = [("BACKEND_DATABASE_URL", service.as_str()), ("BACKEND_DATABASE_MIGRATION_URL", owner.as_str())];
    let server = TestDir::new().serve(&settings);
    server.log().wait_for_message("The database is ready");
    assert_eq!(server.register("ada@example.org", PASSWORD).status, 200);
}
