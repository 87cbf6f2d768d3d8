//! `cargo xtask docs --book`: the manual as pages, with the documentation of the code beside it.

use anyhow::Result;
use ore_harness::{Skipped, say};

use crate::process::{self, cargo};
use crate::setup::MDBOOK;

/// Makes the pages. `cargo xtask lint` has checked their links, and that each page is in the summary.
pub(crate) fn run() -> Result<()> {
    let mdbook = match MDBOOK.find_or_install() {
        Err(error) if error.is::<Skipped>() => {
            say(&format!("skipped: {error}"));
            return Ok(());
        }
        found => found?,
    };
    process::run(process::command(mdbook).args(["build", "docs"]))?;
    process::run(cargo("doc --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings"))?;
    // mdBook has emptied its directory, which `docs/book.toml` names.
    process::run(process::command("cp").args(["--recursive", "target/doc", "target/book/rustdoc"]))?;
    say("the manual: target/book/index.html; the code: target/book/rustdoc/ore_api/index.html");
    Ok(())
}
