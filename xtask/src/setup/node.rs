//! Tools written for Node.js, and the files that they read.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use ore_harness::say;

use super::tools::{NODE, NPM};
use super::unavailable::explain;
use crate::{files, process, workspace};

/// The directory of `package.json`, with the scripts and settings of the tools.
const SOURCE: &str = "xtask/contract";

/// `node` in a copy of `xtask/contract` under `target/test-tools`, with the packages of its lock file.
pub(crate) fn node() -> Result<Command> {
    let mut node = process::command(NODE.prepare()?);
    node.current_dir(prepare()?);
    Ok(node)
}

/// A program of one of the packages, in the same directory.
pub(crate) fn node_program(name: &str) -> Result<Command> {
    NODE.prepare()?;
    let directory = prepare()?;
    let mut program = process::command(directory.join("node_modules/.bin").join(name));
    program.current_dir(directory);
    Ok(program)
}

/// Copies the directory, and installs the packages unless those of this lock file are there.
fn prepare() -> Result<PathBuf> {
    let directory = workspace::test_tools().join("node");
    files::make_directory(&directory)?;
    // Not what npm may have installed there.
    let sources = files::list(SOURCE)?.into_iter().filter(|path| path.is_file());
    process::run(process::command("cp").args(sources).arg(&directory))?;
    let lock = files::read(directory.join("package-lock.json"))?;
    let stamp = directory.join("node_modules/package-lock.stamp");
    if files::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(directory);
    }
    say("installing the packages of xtask/contract/package-lock.json under target/test-tools, once");
    let mut npm = process::command(NPM.prepare()?);
    npm.args(["ci", "--engine-strict", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&directory);
    // In milliseconds. By default, npm waits for more than a minute on a machine without a network.
    npm.args(["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]);
    process::captured(&mut npm).map_err(|error| explain(SOURCE, error))?;
    // Written last, so that an interrupted installation starts anew.
    files::write(&stamp, lock)?;
    Ok(directory)
}
