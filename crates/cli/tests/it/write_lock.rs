//! Commands beside another process that writes to the SQLite file.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use crate::support::{EMAIL, ON_SQLITE, PASSWORD, TestDir};

/// Holds the write lock from before it says so until its standard input ends.
const HOLD: &str = "
import sqlite3, sys
connection = sqlite3.connect('app.db', isolation_level=None)
connection.execute('BEGIN IMMEDIATE')
print('held', flush=True)
sys.stdin.read()";

struct Holder(Child);

impl Holder {
    #[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
    fn start(test_dir: &TestDir) -> Self {
        let mut command = Command::new(std::env::var("ORE_TEST_PYTHON").unwrap());
        command.args(["-c", HOLD]).current_dir(test_dir.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        Self(child)
    }

    fn let_go(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

#[test]
fn commands_that_change_nothing_do_not_wait_and_say_nothing_of_it() {
    let test_dir = TestDir::new();
    let mut create = test_dir.command(&["user", "create", EMAIL], &[ON_SQLITE]);
    let mut child = create.stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let holder = Holder::start(&test_dir);
    for arguments in [&["user", "list"][..], &["migrate", "status"], &["doctor"], &["config"], &["backup", "copy.db"]] {
        test_dir.run_with(arguments, &[ON_SQLITE]).succeeded();
    }
    holder.let_go();
}

#[test]
fn a_command_says_what_it_waits_for_and_goes_on_when_it_can() {
    let test_dir = TestDir::new();
    test_dir.run_with(&["migrate"], &[ON_SQLITE]).succeeded();
    let holder = Holder::start(&test_dir);
    let mut command = test_dir.command(&["migrate"], &[ON_SQLITE]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    errors.read_line(&mut line).unwrap();
    assert!(line.contains("waiting for another process"), "{line}");
    holder.let_go();
    let mut rest = String::new();
    errors.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    assert!(child.wait().unwrap().success());
}

#[test]
fn commands_that_change_nothing_make_nothing() {
    let test_dir = TestDir::new();
    for (arguments, code) in [
        (&["migrate", "status"][..], 0),
        (&["migrate", "down", "--yes"], 1),
        (&["user", "list"], 1),
        (&["user", "activate", EMAIL], 1),
        (&["doctor"], 1),
        (&["config"], 0),
        (&["backup", "copy.db"], 1),
        (&["healthcheck", "--port", "1"], 1),
    ] {
        let finished = test_dir.run_with(arguments, &[ON_SQLITE]);
        assert_eq!(finished.code, Some(code), "{arguments:?} {finished:?}");
        assert_eq!(std::fs::read_dir(test_dir.path()).unwrap().count(), 0, "{arguments:?}");
    }
}
