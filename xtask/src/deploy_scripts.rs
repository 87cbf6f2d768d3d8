//! The scripts of `deploy`, on machines that we do not have.

mod build;
mod check_deployment;
mod launcher;

use std::path::Path;
use std::process::{Command, Output};

use crate::workspace;

/// Makes a program of a shell script. Another process writes it: a file that this one has just written may still be open in a
/// child of another test, and then cannot be run.
fn make_program(directory: &Path, name: &str, script: &str) {
    let write = "printf '#!/bin/sh\n%s' \"$1\" >\"$0\" && chmod +x \"$0\"";
    let made = Command::new("sh").args(["-c", write, name, script]).current_dir(directory).status().unwrap();
    assert!(made.success());
}

/// What a script of `deploy` prints where programs are others.
fn run(script: &str, arguments: &[&str], programs: &[(&str, &str)]) -> Output {
    let directory = tempfile::tempdir().unwrap();
    for (name, script) in programs {
        make_program(directory.path(), name, script);
    }
    let path = format!("{}:/usr/bin:/bin", directory.path().display());
    let script = workspace::root().join("deploy").join(script);
    Command::new(script).args(arguments).env("PATH", path).output().unwrap()
}
