//! Several processes that use one database at the same time.
#![allow(clippy::unwrap_used, reason = "a failure of a helper is the failure of the test")]

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::num::NonZeroU32;
use std::process::{Child, Command, Stdio};

use ore_persistence::testing::TemporaryDatabase;
use ore_persistence::{Database, DatabaseOptions, MigrationState, SchemaState};

/// Tells a process that it is one of those that a test has started, and which database it migrates.
const DATABASE_VARIABLE: &str = "ORE_TEST_PROCESS_DATABASE_URL";

const PROCESSES: usize = 8;

fn database(url: &str) -> Database {
    Database::new(DatabaseOptions::new(url.parse().unwrap(), NonZeroU32::MIN))
}

#[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
fn own_database() -> Option<String> {
    env::var(DATABASE_VARIABLE).ok()
}

/// What a started process does: says that it is there, waits for the word, and tells what it has run.
fn migrate_on_command(url: &str) {
    let mut output = io::stderr();
    output.write_all(b"started\n").unwrap();
    io::stdin().read_line(&mut String::new()).unwrap();
    for name in database(url).migrate().unwrap() {
        writeln!(output, "ran {name}").unwrap();
    }
}

/// This program again, with nothing but the test that calls this.
fn start(test: &str, url: &str) -> (Child, BufReader<impl Read>) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture"]).env(DATABASE_VARIABLE, url);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut output = BufReader::new(process.stderr.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert_eq!(line, "started\n");
    (process, output)
}

/// What the processes say that they have run, all together.
fn migrate_in_processes(test: &str, url: &str) -> Vec<String> {
    let mut processes: Vec<_> = (0..PROCESSES).map(|_| start(test, url)).collect();
    for (process, _) in &mut processes {
        process.stdin.take().unwrap().write_all(b"\n").unwrap();
    }
    let mut said = Vec::new();
    for (mut process, output) in processes {
        said.extend(output.lines().map(Result::unwrap));
        assert!(process.wait().unwrap().success(), "{said:?}");
    }
    said.sort();
    said
}

fn assert_migrated_once(url: &str, said: &[String]) {
    let states = database(url).migration_status().unwrap();
    assert!(states.iter().all(|state: &MigrationState| state.applied) && !states.is_empty(), "{states:?}");
    assert_eq!(said, states.iter().map(|state| format!("ran {}", state.name)).collect::<Vec<_>>());
    assert_eq!(database(url).probe().unwrap(), SchemaState::Current);
}

#[test]
fn eight_processes_migrate_an_empty_sqlite_file_once() {
    if let Some(url) = own_database() {
        return migrate_on_command(&url);
    }
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:///{}", directory.path().join("app.db").display());
    assert_migrated_once(&url, &migrate_in_processes("eight_processes_migrate_an_empty_sqlite_file_once", &url));
}

#[test]
fn eight_processes_migrate_an_empty_postgresql_database_once() {
    if let Some(url) = own_database() {
        return migrate_on_command(&url);
    }
    let database = TemporaryDatabase::create();
    let url = database.url();
    assert_migrated_once(
        &url,
        &migrate_in_processes("eight_processes_migrate_an_empty_postgresql_database_once", &url),
    );
}
