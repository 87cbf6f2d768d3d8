//! `cargo xtask db`: a cluster that stays from one command to the next, for developers.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Subcommand;
use serde::{Deserialize, Serialize};

use crate::console::say;
use crate::setup::{Account, Cluster, free_port};
use crate::{files, workspace};

/// Written last, so that a cluster that was not finished is made anew.
const RECORD: &str = "cluster.json";

/// What must be known to use the cluster again.
#[derive(Serialize, Deserialize)]
struct Record {
    programs: PathBuf,
    port: u16,
}

/// What to do with the developer's PostgreSQL.
#[derive(Subcommand)]
pub(crate) enum Action {
    /// Start PostgreSQL, making it at the first time, and print its URL
    Up,
    /// Stop PostgreSQL and keep its data
    Down,
    /// Remove PostgreSQL with all its data, and start an empty one
    Reset,
}

/// Does it; none of the actions minds what was done before.
pub(crate) fn run(action: &Action) -> Result<()> {
    let found = find()?;
    match action {
        Action::Up => start(&found.map_or_else(|| create(free_port()?), Ok)?),
        Action::Down => {
            let stopped = found.map_or(Ok(false), |cluster| stop(&cluster))?;
            say(if stopped { "PostgreSQL is stopped" } else { "PostgreSQL does not run" });
            Ok(())
        }
        Action::Reset => start(&found.map_or_else(|| create(free_port()?), |cluster| renew(&cluster))?),
    }
}

fn start(cluster: &Cluster) -> Result<()> {
    if !cluster.is_running() {
        cluster.start()?;
    }
    say(&format!("PostgreSQL runs with its data in {}", cluster.directory.display()));
    say("Its URL for BACKEND_DATABASE_URL, and for BACKEND_TEST_DATABASE_URL:");
    say(&cluster.url());
    Ok(())
}

/// Returns whether it ran.
fn stop(cluster: &Cluster) -> Result<bool> {
    let is_running = cluster.is_running();
    if is_running {
        cluster.stop()?;
    }
    Ok(is_running)
}

/// An empty cluster with the same URL.
fn renew(cluster: &Cluster) -> Result<Cluster> {
    stop(cluster)?;
    files::remove(&cluster.directory)?;
    create(cluster.port)
}

/// The cluster in `target/test-tools/postgres`, or where the symbolic link of that name leads: as root, the server's
/// account often cannot reach the workspace.
fn place() -> PathBuf {
    workspace::test_tools().join("postgres")
}

fn find() -> Result<Option<Cluster>> {
    let Ok(directory) = place().canonicalize() else { return Ok(None) };
    if !directory.join(RECORD).exists() {
        return Ok(None);
    }
    let Record { programs, port } = serde_json::from_str(&files::read(directory.join(RECORD))?)
        .with_context(|| format!("cannot understand {RECORD} in {}", directory.display()))?;
    Ok(Some(Cluster { account: Account::unprivileged()?, directory, programs, port }))
}

fn create(port: u16) -> Result<Cluster> {
    let account = Account::unprivileged()?;
    let directory = make_directory(account)?;
    let cluster = Cluster::create(account, &directory, port)?;
    let record = Record { programs: cluster.programs.clone(), port };
    files::write(directory.join(RECORD), serde_json::to_string(&record)?)?;
    Ok(cluster)
}

/// The directory that there is, or else a new one that the account can write to.
fn make_directory(account: Account) -> Result<PathBuf> {
    let place = place();
    if let Ok(directory) = place.canonicalize() {
        return Ok(directory);
    }
    // A link to a directory that is gone, such as one that a new start of the machine has removed.
    let _ = fs::remove_file(&place);
    files::make_directory(&place)?;
    if account.take_over(&place)? {
        return Ok(place);
    }
    files::remove(&place)?;
    let directory = account.make_temporary_directory("ore-postgres")?;
    symlink(&directory, &place).with_context(|| format!("cannot link {}", place.display()))?;
    Ok(directory)
}
