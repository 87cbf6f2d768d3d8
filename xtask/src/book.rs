//! `cargo xtask docs --book`: the manual as pages, with the documentation of the code beside it.

mod links;

use anyhow::{Result, ensure};

use crate::process::{self, cargo};
use crate::setup::{MDBOOK, Unavailable};
use crate::{console, workspace};

/// The output directory of mdBook in `docs/book.toml`.
const BOOK: &str = "target/book";

/// Makes the pages.
pub(crate) fn run() -> Result<()> {
    let mdbook = match MDBOOK.find_or_install() {
        Ok(mdbook) => mdbook,
        Err(error) if error.is::<Unavailable>() => {
            console::say(&format!("skipped: {error}"));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    process::run(process::command(mdbook).args(["build", "docs"]))?;
    process::run(cargo("doc --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings"))?;
    let book = workspace::root().join(BOOK);
    // mdBook has emptied its directory.
    process::run(process::command("cp").args(["--recursive", "target/doc"]).arg(book.join("rustdoc")))?;
    let broken = links::broken(&book, "rustdoc")?;
    ensure!(broken.is_empty(), "{} links lead nowhere:\n  {}", broken.len(), broken.join("\n  "));
    console::say(&format!("the manual: {BOOK}/index.html; the code: {BOOK}/rustdoc/ore_api/index.html"));
    Ok(())
}
