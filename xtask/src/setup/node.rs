//! Tools written for Node.js, and the files that they read.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use fs_err as fs;
use ore_harness::say;

use super::tools::{NODE, NPM};
use super::unavailable::explain;
use crate::{process, workspace};

/// The directory of `package.json`, with the scripts and settings of the tools.
const SOURCE: &str = "xtask/contract";

/// `node` in a copy of `xtask/contract` under `target/test-tools`, with the packages of its lock file.
pub(crate) fn node() -> Result<Command> {
    let mut node = Command::new(NODE.prepare()?);
    node.current_dir(prepare()?);
    Ok(node)
}

/// A program of one of the packages, in the same directory.
pub(crate) fn node_program(name: &str) -> Result<Command> {
    NODE.prepare()?;
    let directory = prepare()?;
    let mut program = Command::new(directory.join("node_modules/.bin").join(name));
    program.current_dir(directory);
    Ok(program)
}

/// Copies the directory, and installs the packages unless those of this lock file are there.
fn prepare() -> Result<PathBuf> {
    let directory = workspace::test_tools().join("node");
    fs::create_dir_all(&directory)?;
    for entry in fs::read_dir(SOURCE)? {
        let entry = entry?;
        // Not what npm may have installed there.
        if entry.path().is_file() {
            fs::copy(entry.path(), directory.join(entry.file_name()))?;
        }
    }
    let lock = fs::read_to_string(directory.join("package-lock.json"))?;
    let stamp = directory.join("node_modules/package-lock.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(directory);
    }
    say("installing the packages of xtask/contract/package-lock.json under target/test-tools, once");
    let mut npm = Command::new(NPM.prepare()?);
    npm.args(["ci", "--engine-strict", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&directory);
    // In milliseconds. By default, npm waits for more than a minute on a machine without a network.
    npm.args(["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]);
    process::captured(&mut npm).map_err(|error| explain(SOURCE, error))?;
    // Written last, so that an interrupted installation starts anew.
    fs::write(&stamp, lock)?;
    Ok(directory)
}
