//! `cargo xtask docs --book`: the manual as pages, with the documentation of the code beside it.

mod links;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

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
    process::run(cargo(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    let book = workspace::root().join(BOOK);
    let code = book.join("rustdoc");
    copy(&workspace::root().join("target/doc"), &code).context("cannot put the documentation of the code beside it")?;
    let broken = links::broken(&book, &["rustdoc"])?;
    if !broken.is_empty() {
        bail!("{} links lead nowhere:\n  {}", broken.len(), broken.join("\n  "));
    }
    console::say(&format!("the manual: {BOOK}/index.html; the code: {BOOK}/rustdoc/ore_api/index.html"));
    Ok(())
}

/// A directory with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &target)?;
        } else {
            fs::copy(&source, &target).with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    Ok(())
}
