//! The account that a server makes before anybody has one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, EMAIL, PASSWORD, ServerProcess, TestDir, eventually};

const ADMIN: &str = "admin@example.org";
const FILE: &str = "bootstrap-admin.txt";
const WANTED: [(&str, &str); 2] =
    [("BACKEND_BOOTSTRAP_ADMIN_EMAIL", ADMIN), ("BACKEND_PUBLIC_URL", "https://api.example.org")];

/// The token in a file, which nothing but the file tells.
fn token_in(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().find(|line| line.starts_with("ore_mt_")).unwrap_or_else(|| panic!("{text}")).to_owned()
}

fn reset(server: &ServerProcess, token: &str) -> Answer {
    server.post("/api/v1/auth/password/reset", &json!({ "token": token, "new_password": PASSWORD }))
}

/// The files in which a token stands, finished ones or not.
fn made_in(test_dir: &TestDir) -> Vec<PathBuf> {
    let files = fs::read_dir(test_dir.path()).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|file| fs::read_to_string(file).is_ok_and(|text| text.contains("ore_mt_"))).collect()
}

fn users(test_dir: &TestDir) -> Value {
    serde_json::from_str(&test_dir.run(&["user", "list", "--json"]).succeeded()).unwrap()
}

#[test]
fn the_first_admin_sets_a_password_with_what_stands_in_a_file() {
    let server = ServerProcess::with(&WANTED);
    let test_dir = server.test_dir.clone();
    server.log().wait_for(|line| line["message"].as_str().unwrap().starts_with("Made the first admin"));
    let file = test_dir.path().join(FILE);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let (text, token) = (fs::read_to_string(&file).unwrap(), token_in(&file));
    assert!(text.contains(&format!("https://api.example.org/account/invite#token={token}\n")), "{text}");
    assert!(text.contains("POST https://api.example.org/api/v1/auth/password/reset\n"), "{text}");
    let listed = users(&test_dir);
    assert_eq!((&listed[0]["roles"], &listed[0]["has_password"]), (&json!(["admin"]), &json!(false)));

    assert_eq!(reset(&server, "ore_mt_x").status, 400);
    assert!(file.exists());
    assert_eq!(reset(&server, &token).status, 200);
    assert!(!file.exists(), "what was used is removed");
    let access = server.login(ADMIN, PASSWORD).token();
    assert_eq!(server.me(&access).json()["data"]["roles"], json!(["admin"]));
    assert_eq!(reset(&server, &token).status, 400);
    let log = server.stop().text();
    assert!(!log.contains(&token) && !log.contains(ADMIN), "{log}");
}

#[test]
fn a_server_that_starts_again_keeps_what_was_not_used_and_removes_what_was() {
    let test_dir = TestDir::new();
    let file = test_dir.path().join(FILE);
    let first = test_dir.serve(&WANTED);
    first.log().wait_for(|line| line["message"].as_str().unwrap().starts_with("Made the first admin"));
    first.stop();
    let token = token_in(&file);
    let again = test_dir.serve(&WANTED);
    eventually(Duration::from_secs(30), || again.get("/readiness").status, 200);
    assert_eq!(token_in(&file), token);
    assert_eq!(users(&test_dir).as_array().unwrap().len(), 1);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(reset(&again, &token).status, 200);
    again.stop();

    // As on another replica, which has its own file and does not see the reset.
    fs::write(&file, text).unwrap();
    let third = test_dir.serve(&WANTED);
    third.log().wait_for_message("Removed the file of the first admin, which is of no more use");
    assert!(!file.exists());
    assert_eq!(third.login(ADMIN, PASSWORD).status, 200);
}

#[test]
fn what_a_start_left_that_was_killed_is_finished_or_removed() {
    let test_dir = TestDir::new();
    let (file, left) = (test_dir.path().join(FILE), test_dir.path().join("bootstrap-admin.0123456789abcdef.tmp"));
    let first = test_dir.serve(&WANTED);
    first.log().wait_for(|line| line["message"].as_str().unwrap().starts_with("Made the first admin"));
    first.stop();
    let token = token_in(&file);
    // As after an end between the account and the name of the file.
    fs::rename(&file, &left).unwrap();
    // As after an end before the account.
    let old = test_dir.path().join("bootstrap-admin.fedcba9876543210.tmp");
    fs::write(&old, "nothing that counts").unwrap();
    fs::set_permissions(&old, fs::Permissions::from_mode(0o600)).unwrap();
    // As another process holds it that is at work.
    let held = test_dir.path().join("bootstrap-admin.00000000000000ff.tmp");
    let lock = fs::File::create(&held).unwrap();
    lock.lock().unwrap();

    let again = test_dir.serve(&WANTED);
    eventually(Duration::from_secs(30), || again.get("/readiness").status, 200);
    eventually(Duration::from_secs(30), || u16::from(file.exists() && !old.exists()), 1);
    assert_eq!(token_in(&file), token);
    assert_eq!((left.exists(), held.exists()), (false, true));
    assert_eq!(reset(&again, &token).status, 200);
    assert!(!file.exists());
}

#[test]
fn two_servers_at_once_make_one_account_and_one_file() {
    for _ in 0..4 {
        let test_dir = TestDir::new();
        let settings = |file| [WANTED[0], ("BACKEND_BOOTSTRAP_ADMIN_FILE", file)];
        let servers = std::thread::scope(|scope| {
            let test_dir = &test_dir;
            let start = |file| scope.spawn(move || test_dir.serve(&settings(file)));
            ["one.txt", "other.txt"].map(start).map(|server| server.join().unwrap())
        });
        for server in &servers {
            eventually(Duration::from_secs(30), || server.get("/readiness").status, 200);
        }
        eventually(Duration::from_secs(30), || u16::try_from(made_in(&test_dir).len()).unwrap(), 1);
        assert_eq!(users(&test_dir).as_array().unwrap().len(), 1);
        assert_eq!(reset(&servers[0], &token_in(&made_in(&test_dir)[0])).status, 200);
        assert_eq!(servers[1].login(ADMIN, PASSWORD).status, 200);
    }
}

#[test]
fn where_somebody_has_an_account_no_admin_is_made() {
    let test_dir = TestDir::new();
    test_dir.run_reading(&["user", "create", EMAIL], PASSWORD).succeeded();
    let server = test_dir.serve(&WANTED);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
    assert_eq!(users(&test_dir).as_array().unwrap().len(), 1);
    assert!(!test_dir.path().join(FILE).exists());
}

#[test]
fn without_a_place_for_the_file_there_is_no_account() {
    let server = ServerProcess::with(&[WANTED[0], ("BACKEND_BOOTSTRAP_ADMIN_FILE", "missing/admin.txt")]);
    let line = server.log().wait_for(|line| line["level"] == "ERROR");
    assert!(line["exception"].as_str().unwrap().contains("missing/"), "{line}");
    assert_eq!(users(&server.test_dir), json!([]));
}
