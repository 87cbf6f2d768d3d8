//! What the Python service made works here, and what we make works there: argon2-cffi and python-jose themselves say so.

use std::process::Command;

use crate::support::{EMAIL, ON_SQLITE, PASSWORD, Server};

const KEY: &str = "a key that both services share, of 45 bytes..";

/// Runs a program with the Python that `cargo xtask test` set up, and returns what it printed.
#[allow(clippy::disallowed_methods, reason = "the one thing that the test runner has to hand to a test")]
pub(crate) fn python_program(program: &str, arguments: &[&str]) -> String {
    let python = std::env::var("ORE_TEST_PYTHON");
    let python = python.unwrap_or_else(|_| panic!("run this test with `cargo xtask test`, which sets Python up"));
    let output = Command::new(python).args(["-c", program]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn server() -> Server {
    let server = Server::with(&[("BACKEND_SECRET_KEY", KEY), ("BACKEND_ACCEPT_LEGACY_TOKENS", "true"), ON_SQLITE]);
    assert_eq!(server.register(EMAIL, PASSWORD).status, 200);
    server
}

#[test]
fn a_token_minted_by_python_jose_is_accepted() {
    let server = server();
    let program = "
import sys, time
from jose import jwt
print(jwt.encode({'sub': 'ada@example.org', 'exp': int(time.time()) + 1800}, sys.argv[1], algorithm='HS256'))";
    let answer = server.me(&python_program(program, &[KEY]));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["data"]["email"], EMAIL);
}

#[test]
fn a_hash_made_by_argon2_cffi_logs_in() {
    let server = server();
    let program = "
import sqlite3, sys
from argon2 import PasswordHasher
with sqlite3.connect(sys.argv[1]) as database:
    database.execute('UPDATE users SET hashed_password = ?', [PasswordHasher().hash('made by the other')])";
    python_program(program, &[server.test_dir.path().join("app.db").to_str().unwrap()]);
    assert_eq!(server.login(EMAIL, "made by the other").status, 200);
    assert_eq!(server.login(EMAIL, PASSWORD).status, 400);
}

#[test]
fn our_token_is_read_by_python_jose() {
    let server = server();
    let token = server.login(EMAIL, PASSWORD).token();
    let program = "
import sys
from jose import jwt
claims = jwt.decode(sys.argv[1], sys.argv[2], algorithms=['HS256'], audience='ore', issuer='ore-backend')
print(claims['sub'], claims['uid'])";
    assert_eq!(python_program(program, &[&token, KEY]), "ada@example.org 1");
}

#[test]
fn our_hash_is_verified_by_argon2_cffi() {
    let server = server();
    let program = "
import sqlite3, sys
from argon2 import PasswordHasher
[hashed] = sqlite3.connect(sys.argv[1]).execute('SELECT hashed_password FROM users').fetchone()
print(PasswordHasher().verify(hashed, sys.argv[2]))";
    assert_eq!(python_program(program, &[server.test_dir.path().join("app.db").to_str().unwrap(), PASSWORD]), "True");
}
