//! `cargo xtask layers`: checks the dependencies between packages, and that no modules of a crate depend on each other
//! in a circle.

mod check;
mod circles;
mod rules;

use std::path::Path;

use anyhow::{Result, bail};

use crate::{console, metadata};

/// Compares the manifests with the layers of docs/architecture.md, and looks for circles of modules in each crate.
pub(crate) fn run() -> Result<()> {
    let metadata = metadata::read()?;
    let mut violations = check::violations(&metadata);
    for package in metadata.packages.iter().filter(|package| package.name.starts_with("ore-")) {
        let source = Path::new(&package.manifest_path).with_file_name("src");
        violations.extend(circles::circles(&package.name, &source)?);
    }
    if !violations.is_empty() {
        bail!("{} against the layers:\n  {}", violations.len(), violations.join("\n  "));
    }
    console::say(&format!(
        "the dependencies of {} packages keep to the layers, and their modules form no circle",
        metadata.packages.len()
    ));
    Ok(())
}
