//! `cargo xtask db`.

use anyhow::Result;
use clap::Subcommand;

use crate::console::say;
use crate::setup::KeptCluster;

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
    match action {
        Action::Up => up(),
        Action::Down => down(),
        Action::Reset => reset(),
    }
}

fn up() -> Result<()> {
    start(&KeptCluster::find()?.map_or_else(KeptCluster::create, Ok)?)
}

fn down() -> Result<()> {
    let stopped = KeptCluster::find()?.map_or(Ok(false), |cluster| cluster.stop())?;
    say(if stopped { "PostgreSQL is stopped" } else { "PostgreSQL does not run" });
    Ok(())
}

fn reset() -> Result<()> {
    start(&KeptCluster::find()?.map_or_else(KeptCluster::create, KeptCluster::renew)?)
}

fn start(cluster: &KeptCluster) -> Result<()> {
    cluster.start()?;
    say(&format!("PostgreSQL runs with its data in {}", cluster.directory().display()));
    say("Its URL for BACKEND_DATABASE_URL, and for BACKEND_TEST_DATABASE_URL:");
    say(&cluster.url());
    Ok(())
}
