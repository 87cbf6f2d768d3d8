//! A build that knows what requests do: counters in a first build, a load on it, and a second build that is laid out for
//! what was counted (rustc book, profile-guided optimization).

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::{Arguments, PROGRAM, command};
use crate::console::say;
use crate::setup::LLVM;
use crate::{bench, files, process, workspace};

/// What clients do most, among it a registration with its hash; the benchmarks have loads for them. None with many
/// hashes, for which a build that counts is too slow.
const LOADS: [&str; 2] = ["health", "me"];

/// Both builds and the profile, within `target`.
const DIRECTORY: &str = "profile-guided";

/// Returns where the second build is.
pub(super) fn build(arguments: &Arguments) -> Result<PathBuf> {
    let llvm = LLVM.prepare()?;
    let directory = workspace::root().join("target").join(DIRECTORY);
    let counts = directory.join("counts");
    // What an older build has counted is of other code.
    files::remove(&counts)?;
    say("a build that counts");
    let counting = built(arguments, "counting", format!("profile-generate={}", counts.display()))?;
    say("a load on it");
    bench::run(&bench::Arguments::quick_run(&LOADS, counting))?;
    let profile = directory.join("workflow-server.profdata");
    merge(&llvm, &counts, &profile)?;
    say("a build for what was counted");
    built(arguments, arguments.cpu.name(), format!("profile-use={}", profile.display()))
}

fn built(arguments: &Arguments, name: &str, option: String) -> Result<PathBuf> {
    let mut build = command(arguments);
    let programs = arguments.cpu.apply_with(&mut build, &format!("{DIRECTORY}/{name}"), Some(option))?;
    process::run(&mut build)?;
    Ok(programs.join(PROGRAM))
}

fn merge(llvm: &Path, counts: &Path, profile: &Path) -> Result<()> {
    let has_counted = counts.read_dir().is_ok_and(|mut files| files.next().is_some());
    ensure!(has_counted, "the build that counts has written nothing to {}", counts.display());
    let mut merge = process::command(llvm.join("llvm-profdata"));
    process::run(merge.arg("merge").arg("--output").arg(profile).arg(counts))
}
