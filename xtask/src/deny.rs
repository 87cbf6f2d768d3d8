//! `cargo xtask deny`.

use anyhow::Result;

use crate::process;
use crate::setup::CARGO_TOOLS;

/// What to check beside the rules that need nothing but this repository.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Arguments {
    /// Also look for known faults of the dependencies, in a database that is fetched
    #[arg(long)]
    advisories: bool,
}

/// Checks all dependencies against `deny.toml`.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let mut deny = CARGO_TOOLS.program("cargo-deny")?;
    deny.args(["--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
    if arguments.advisories {
        deny.arg("advisories");
    }
    process::run(&mut deny)
}
