//! The part of `cargo metadata` that the commands read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

/// The packages of the workspace.
#[derive(Clone, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    #[serde(rename = "metadata")]
    pub(crate) rules: Rules,
}

/// The layers, as the `Cargo.toml` of the workspace has them.
#[derive(Clone, Deserialize)]
pub(crate) struct Rules {
    /// By the name of the package.
    pub(crate) layers: BTreeMap<String, Layer>,
    pub(crate) reserved: Vec<Reserved>,
}

/// What a package of the workspace may depend on inside the workspace.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Layer {
    /// In its code and build script, and so in its tests.
    #[serde(default)]
    pub(crate) may_use: Vec<String>,
    /// In its tests alone.
    #[serde(default)]
    pub(crate) tests_may_use: Vec<String>,
    pub(crate) reason: String,
}

/// Packages from outside that belong to some layers alone, in tests too.
#[derive(Clone, Deserialize)]
pub(crate) struct Reserved {
    pub(crate) packages: Vec<String>,
    #[serde(rename = "for")]
    pub(crate) layers: Vec<String>,
    pub(crate) reason: String,
}

/// One package of the workspace.
#[derive(Clone, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// A direct dependency, as its manifest declares it.
#[derive(Clone, Deserialize)]
pub(crate) struct Dependency {
    /// The package's own name, whatever the manifest renames it to.
    pub(crate) name: String,
    /// `dev` or `build`; nothing for an ordinary one.
    pub(crate) kind: Option<String>,
}

impl Dependency {
    /// Whether only tests, examples and benchmarks have it.
    pub(crate) fn is_for_tests(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

/// Reads the metadata of the workspace's own packages.
pub(crate) fn read() -> Result<Metadata> {
    let text = process::output(&mut process::cargo("metadata --format-version 1 --no-deps"))?;
    serde_json::from_str(&text).context("cannot read the answer of `cargo metadata`")
}
