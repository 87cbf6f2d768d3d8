//! The part of `cargo metadata` that the commands read.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

/// The packages of the workspace.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
}

/// One package of the workspace.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// A direct dependency, as its manifest declares it.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    /// The package's own name, whatever the manifest renames it to.
    pub(crate) name: String,
    pub(crate) kind: DependencyKind,
}

/// The section of a manifest that declares a dependency.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "Option<String>")]
pub(crate) enum DependencyKind {
    Normal,
    Development,
    Build,
}

/// A library, binary, test or example of a package.
#[derive(Deserialize)]
pub(crate) struct Target {
    /// Whether `cargo test --doc` looks into it.
    pub(crate) doctest: bool,
}

impl From<Option<String>> for DependencyKind {
    fn from(kind: Option<String>) -> Self {
        match kind.as_deref() {
            Some("dev") => Self::Development,
            Some("build") => Self::Build,
            _ => Self::Normal,
        }
    }
}

/// Reads the metadata of the workspace's own packages.
pub(crate) fn read() -> Result<Metadata> {
    let text = process::output(&mut process::cargo(["metadata", "--format-version", "1", "--no-deps"]))?;
    serde_json::from_str(&text).context("cannot read the answer of `cargo metadata`")
}
