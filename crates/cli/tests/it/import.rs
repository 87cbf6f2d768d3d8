//! `user import` and `user export`, and log-ins of those who were imported.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::ops::RangeInclusive;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use rstest::rstest;
use serde_json::{Value, json};

use crate::python_peer::python_program;
use crate::support::{EMAIL, PASSWORD, Server, TestDir};

/// Of `correct horse battery staple`, with the name of the program before each.
const HASHES: [(&str, &str); 6] = [
    ("bcrypt", "$2b$04$9pkpWHIn71Exl/YLJJYuwu2l3RZVK5t4IyN1iR3rT9WIFOx6OZ4VK"),
    ("passlib", "$bcrypt-sha256$v=2,t=2b,r=4$XUED2aUkHCupB4T0j2ZQIe$kA4oxWN5fn1u.SoZZ1S/eJps19VP3GO"),
    ("scrypt", "$scrypt$ln=10,r=8,p=1$c2l4dGVlbiBieXRlIHNsdA$1DuK7t0mGkvYvadig0p9VpOI+L6xz1bcO5P8nWLyjWA"),
    ("pbkdf2", "$pbkdf2-sha256$1000$a611zllrLeW8N2YMAWAsxQ$vle2vaRn64bic00Y/KL1boGmMRX7eYM4oIAKTwXr3eE"),
    ("django", "pbkdf2_sha256$1000$seasaltseasaltseasalt1$yo5+YPqgpwqxUNOfFY9laZYPdPVjBn5N3uL/q8VblqQ="),
    (
        "argon2",
        "argon2$argon2id$v=19$m=64,t=2,p=2$c2Vhc2FsdHNlYXNhbHRzZWFzYWx0MQ$nQSPFBgcFdEn1NOYy9f7iIngeQ/SgwXdIN5G4aKUgNI",
    ),
];
const HASHED: &str = "correct horse battery staple";

fn export(test_dir: &TestDir, name: &str) -> String {
    let said = test_dir.run(&["user", "export", name]).succeeded();
    assert!(said.starts_with("exported ") && said.ends_with(&format!(" users to {name}\n")), "{said}");
    fs::read_to_string(test_dir.path().join(name)).unwrap()
}

#[test]
fn users_of_every_kind_of_hash_log_in_and_have_ours_from_then_on() {
    let server = Server::start();
    let test_dir = &server.test_dir;
    let rows = HASHES.map(|(name, hash)| format!("{name}@example.org,\"{hash}\",true\n"));
    test_dir.file("users.csv", &format!("email,hashed_password,email_verified\n{}", rows.concat()));
    let said = test_dir.run(&["user", "import", "users.csv"]).succeeded();
    assert_eq!(said, "6 users imported, 0 already there, 0 refused\n");
    for (name, _) in HASHES {
        let email = format!("{name}@example.org");
        assert_eq!(server.login(&email, "wrong horse battery staple").status, 400, "{name}");
        assert_eq!(server.login(&email, HASHED).status, 200, "{name}");
    }
    let exported = export(test_dir, "after.csv");
    assert_eq!(exported.matches("$argon2id$v=19$m=8,t=1,p=1$").count(), HASHES.len(), "{exported}");
}

#[test]
fn an_import_of_an_export_gives_the_same_table() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let test_dir = &server.test_dir;
    let more = format!(
        "id,email,hashed_password,is_active,created_at,display_name,locale,email_verified,roles\n\
         4711,Eve@Example.org,{},false,2020-02-29T23:59:59.000001Z,\"Eve, \"\"the\"\" = 密\",en,true,admin user\n\
         ,bob@example.org,,,,,,,\n",
        HASHES[0].1
    );
    test_dir.file("more.csv", &more);
    test_dir.run(&["user", "import", "more.csv"]).succeeded();
    let exported = export(test_dir, "users.csv");
    assert_eq!(exported.lines().count(), 4, "{exported}");
    for format in ["csv", "jsonl"] {
        let (first, copy) = (format!("users-1.{format}"), TestDir::new());
        export(test_dir, &first);
        fs::copy(test_dir.path().join(&first), copy.path().join(&first)).unwrap();
        assert_eq!(copy.run(&["user", "import", &first]).succeeded(), "3 users imported, 0 already there, 0 refused\n");
        assert_eq!(export(&copy, "again.csv"), exported, "{format}");
        assert_eq!(copy.serve(&[]).login(EMAIL, PASSWORD).status, 200);
    }
    let next = server.token_of("next@example.org", PASSWORD);
    assert_eq!(server.me(&next).json()["data"]["id"], 4713);
}

#[test]
fn only_its_owner_reads_an_export_and_none_is_overwritten() {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    assert_eq!(export(&test_dir, "users.jsonl"), "");
    let mode = fs::metadata(test_dir.path().join("users.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(test_dir.run(&["user", "export", "users.jsonl"]).failed(1).len(), 1);
    assert_eq!(test_dir.run(&["user", "export", "users.txt"]).failed(2).len(), 1);
    let header = "id,email,hashed_password,is_active,created_at,display_name,locale,email_verified,roles\n";
    assert_eq!(test_dir.run(&["user", "export", "-"]).succeeded(), header);
    assert_eq!(test_dir.run(&["user", "export", "-", "--format", "jsonl"]).succeeded(), "");
}

#[test]
fn a_dry_run_takes_the_secret_of_an_app_and_makes_no_key() {
    let test_dir = TestDir::new();
    test_dir.run_bare(&["migrate"], &[]).succeeded();
    test_dir.file("users.csv", "email,totp_secret\nada@example.org,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n");
    let said = test_dir.run_bare(&["user", "import", "--dry-run", "users.csv"], &[]).succeeded();
    assert_eq!(said, "1 users would be imported, 0 already there, 0 refused\n");
    assert!(!test_dir.path().join("backend.key").exists());
    test_dir.run_bare(&["user", "import", "users.csv"], &[]).succeeded();
    assert!(test_dir.path().join("backend.key").exists());
}

const BAD: &str = "id,email,hashed_password,created_at,roles\n\
    ,new@example.org,,,\n\
    ,ADA@example.org,,,\n\
    1,free@example.org,,,\n\
    ,dear@example.org,$2b$17$9pkpWHIn71Exl/YLJJYuwu2l3RZVK5t4IyN1iR3rT9WIFOx6OZ4VK,,\n\
    ,nobody,,,\n\
    ,New@example.org,,,\n\
    ,nul@example.org,\0,,\n\
    ,editor@example.org,,,editor\n\
    77,last@example.org,,2026-01-01T00:00:00Z,user admin\n";

#[test]
fn refused_rows_are_named_without_their_hashes_and_the_others_are_in() {
    let server = Server::start();
    server.token_of(EMAIL, PASSWORD);
    let test_dir = &server.test_dir;
    let before = export(test_dir, "before.csv");
    test_dir.file("users.csv", BAD);
    let dry = test_dir.run(&["user", "import", "--dry-run", "users.csv"]);
    assert_eq!(export(test_dir, "after.csv"), before);
    let wet = test_dir.run(&["user", "import", "users.csv"]);
    for finished in [&dry, &wet] {
        assert_eq!((finished.code, finished.stderr.lines().count()), (Some(1), 1), "{finished:?}");
        let lines: Vec<&str> = finished.stdout.lines().collect();
        let starts: Vec<&str> = lines.iter().map(|line| &line[..line.len().min(24)]).collect();
        let expected = [
            "line 3: refused: email: ",
            "line 4: refused: id: ano",
            "line 5: refused: hashed_",
            "line 6: refused: email: ",
            "line 7: refused: email: ",
            "line 8: refused: hashed_",
            "line 9: refused: roles: ",
        ];
        assert_eq!(starts[..7], expected, "{finished:?}");
        assert!(!finished.stdout.contains("2b$"), "{finished:?}");
    }
    assert!(dry.stdout.ends_with("2 users would be imported, 0 already there, 7 refused\n"), "{dry:?}");
    assert!(wet.stdout.ends_with("2 users imported, 0 already there, 7 refused\n"), "{wet:?}");
    let list = test_dir.run(&["user", "list"]).succeeded();
    assert_eq!(list.lines().count(), 1 + 3, "{list}");
    assert_eq!(server.login(EMAIL, PASSWORD).status, 200);
}

/// What the audit log tells of runs, the oldest first, without their beginnings.
fn runs(test_dir: &TestDir, action: &str) -> Vec<(String, Value)> {
    let listed = test_dir.run(&["audit", "list", "--json", "--action", action]).succeeded();
    let entries: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let run = |mut entry: Value| {
        assert_eq!(entry["actor"], json!({ "type": "operator", "id": "command-line" }));
        let begun = entry["details"].as_object_mut().unwrap().remove("started_at").unwrap();
        assert!(begun.as_str().unwrap().ends_with('Z'), "{begun}");
        (entry["outcome"].as_str().unwrap().to_owned(), entry["details"].take())
    };
    entries.into_iter().rev().map(run).collect()
}

#[test]
fn the_audit_log_tells_what_an_import_did_and_whom_it_gave_roles() {
    let test_dir = TestDir::new();
    let rows = "email,roles\nada@example.org,admin user\nnobody,\nbob@example.org,admin\neve@example.org,\n";
    test_dir.file("users.csv", rows);
    test_dir.run(&["migrate"]).succeeded();
    assert_eq!(test_dir.run(&["user", "import", "--dry-run", "users.csv"]).code, Some(1));
    assert_eq!(runs(&test_dir, "user.import"), [], "a dry run is no act");
    assert_eq!(test_dir.run(&["user", "import", "users.csv"]).code, Some(1));
    let state = |state: &str, more: Value| {
        let mut details = json!({ "file": "users.csv", "state": state });
        details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("success".to_owned(), details)
    };
    let expected = [
        state("started", json!({})),
        state("stored", json!({ "imported": 3, "roles": { "admin": 2 } })),
        state("finished", json!({ "imported": 3, "present": 0, "refused": 1, "roles": { "admin": 2 } })),
    ];
    assert_eq!(runs(&test_dir, "user.import"), expected);
}

#[test]
fn an_import_that_cannot_go_on_tells_what_it_did() {
    let test_dir = TestDir::new();
    test_dir.file("users.csv", &format!("email\n{EMAIL}\n\"{}", "a".repeat(1 << 21)));
    assert_eq!(test_dir.run(&["user", "import", "users.csv"]).code, Some(1));
    let runs = runs(&test_dir, "user.import");
    let (outcome, last) = runs.last().unwrap();
    assert_eq!((outcome.as_str(), &last["state"], &last["imported"]), ("failure", &json!("interrupted"), &json!(1)));
}

#[test]
fn the_audit_log_tells_of_exports() {
    let test_dir = TestDir::new();
    test_dir.run_reading(&["user", "create", EMAIL], PASSWORD).succeeded();
    export(&test_dir, "users.jsonl");
    test_dir.run(&["user", "export", "-"]).succeeded();
    let states: Vec<_> = runs(&test_dir, "users.export").into_iter().map(|(_, details)| details).collect();
    let expected = [
        json!({ "file": "users.jsonl", "format": "jsonl", "state": "started" }),
        json!({ "file": "users.jsonl", "format": "jsonl", "state": "finished", "exported": 1, "unreadable": 0 }),
        json!({ "file": "-", "format": "csv", "state": "started" }),
        json!({ "file": "-", "format": "csv", "state": "finished", "exported": 1, "unreadable": 0 }),
    ];
    assert_eq!(states, expected);
}

#[rstest]
#[case::header("email,password\n")]
#[case::empty("")]
#[case::array("[]")]
fn a_file_that_is_not_understood_is_a_failure(#[case] text: &str) {
    let test_dir = TestDir::new();
    test_dir.file("users.csv", text);
    assert_eq!(test_dir.run(&["user", "import", "users.csv"]).failed(1).len(), 1);
    assert_eq!(test_dir.run(&["user", "import", "missing.csv"]).failed(1).len(), 1);
    assert_eq!(test_dir.run(&["user", "import"]).code, Some(2));
}

#[test]
fn exports_of_other_services_are_known_by_their_fields() {
    let server = Server::start();
    let hash = HASHES[0].1;
    let test_dir = &server.test_dir;
    test_dir.file(
        "auth0.json",
        &format!("{{\"_id\": {{\"$oid\": \"1\"}}, \"email\": \"{EMAIL}\", \"passwordHash\": \"{hash}\"}}\n"),
    );
    test_dir.file("supabase.csv", &format!("id,email,encrypted_password,phone\nx,bob@example.org,{hash},\n"));
    for file in ["auth0.json", "supabase.csv"] {
        let said = test_dir.run(&["user", "import", file]).succeeded();
        assert_eq!(said, "1 users imported, 0 already there, 0 refused\n");
    }
    for email in [EMAIL, "bob@example.org"] {
        assert_eq!(server.login(email, HASHED).status, 200, "{email}");
    }
}

/// Rows of users who are not told apart by more than their numbers.
fn rows(numbers: RangeInclusive<u32>) -> String {
    let row = |number| format!("{number},user{number}@example.org,{},2020-01-01T00:00:00Z\n", HASHES[0].1);
    numbers.map(row).collect()
}

#[test]
fn an_import_that_was_killed_goes_on_where_it_stopped() {
    let test_dir = TestDir::new();
    test_dir.run(&["migrate"]).succeeded();
    let pipe = test_dir.path().join("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child = test_dir.command(&["user", "import", "pipe.csv"], &[]).spawn().unwrap();
    let header = "id,email,hashed_password,created_at\n";
    let mut file = OpenOptions::new().write(true).open(&pipe).unwrap();
    file.write_all(format!("{header}{}", rows(1..=2500)).as_bytes()).unwrap();
    let listed = || test_dir.run(&["user", "list"]).succeeded().lines().skip(1).count();
    while listed() < 2000 {}
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(listed(), 2000, "a batch is stored whole or not at all");
    let states: Vec<_> = runs(&test_dir, "user.import").into_iter().map(|(_, run)| run["state"].clone()).collect();
    assert_eq!(states, ["started", "stored", "stored"], "a run that was killed has no end");

    test_dir.file("users.csv", &format!("{header}{}", rows(1..=3500)));
    let said = test_dir.run(&["user", "import", "users.csv"]).succeeded();
    assert_eq!(said, "line 2 to 2001 already there\n1500 users imported, 2000 already there, 0 refused\n");
    let list = test_dir.run(&["user", "list"]).succeeded();
    let keys: Vec<u32> = list.lines().skip(1).map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect();
    assert_eq!(keys, (1..=3500).collect::<Vec<_>>());
}

/// The table as the Python service makes it.
const PEER: &str = r#"
import sys
from datetime import datetime, timezone
from sqlalchemy import Boolean, Column, DateTime, Integer, String, create_engine, insert
from sqlalchemy.orm import declarative_base

Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True, index=True)
    email = Column(String, unique=True, index=True, nullable=False)
    hashed_password = Column(String, nullable=False)
    is_active = Column(Boolean, default=True)
    created_at = Column(DateTime(timezone=True), default=datetime.utcnow)

engine = create_engine(sys.argv[1])
Base.metadata.create_all(engine)
time = datetime(2020, 2, 29, 23, 59, 59, 1, tzinfo=timezone.utc)
rows = [
    {"id": 7, "email": "Ada@example.org", "hashed_password": sys.argv[2], "is_active": True, "created_at": time},
    {"id": 9, "email": "bob@example.org", "hashed_password": "", "is_active": False, "created_at": time},
    {"id": 11, "email": "root@localhost", "hashed_password": "", "is_active": None, "created_at": None},
]
with engine.begin() as connection:
    connection.execute(insert(User), rows)
"#;

#[test]
fn the_users_of_the_python_service_come_from_its_database() {
    let (source, server) = (TestDir::empty(), Server::start());
    python_program(PEER, &[&source.sqlalchemy_url(), HASHES[0].1]);
    let test_dir = &server.test_dir;
    let finished = test_dir.run(&["user", "import", "--from", &source.sqlalchemy_url()]);
    assert_eq!((finished.code, finished.stderr.lines().count()), (Some(1), 1), "{finished:?}");
    let (refused, counts) = finished.stdout.split_once('\n').unwrap();
    assert!(refused.starts_with("id 11: refused: email: "), "{refused}");
    assert_eq!(counts, "2 users imported, 0 already there, 1 refused\n");
    assert_eq!(server.login(EMAIL, HASHED).status, 200);
    let list = test_dir.run(&["user", "list"]).succeeded();
    let time = "2020-02-29T23:59:59.000001Z";
    let rows = list.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let listed: Vec<_> = rows.map(|row| [row[0], row[1], row[2], row[5]]).collect();
    assert_eq!(listed, [["7", "active", time, "Ada@example.org"], ["9", "inactive", time, "bob@example.org"]]);

    let again = test_dir.run(&["user", "import", "--from", &source.sqlalchemy_url()]);
    assert!(again.stdout.contains("id 7 to 9 already there\n"), "{again:?}");
    let missing = test_dir.run(&["user", "import", "--from", "sqlite:///./missing.db"]);
    assert_eq!(missing.failed(1).len(), 1, "{missing:?}");
}
