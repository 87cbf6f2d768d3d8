//! `cargo xtask layers`: which package may depend on which.

mod check;
mod rules;

use anyhow::{Result, bail};

use crate::{console, metadata};

/// Compares the manifests with the layers of docs/architecture.md.
///
/// # Errors
/// When a package depends on something that its layer may not; the error lists every such arrow.
pub(crate) fn run() -> Result<()> {
    let metadata = metadata::read()?;
    let violations = check::violations(&metadata);
    if !violations.is_empty() {
        bail!("{} against the layers:\n  {}", violations.len(), violations.join("\n  "));
    }
    console::say(&format!("the dependencies of {} packages keep to the layers", metadata.packages.len()));
    Ok(())
}
