//! The manifests of `deploy/kubernetes`, held against the schemas of Kubernetes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::setup::{PythonLinters, Unavailable, prepare_kubectl};
use crate::{console, process, workspace};

const BASE: &str = "deploy/kubernetes/base";
const OVERLAY: &str = "deploy/kubernetes/overlays/production";

/// The oldest version of Kubernetes that docs/deployment.md promises; the validator's own is the newest.
const OLDEST: &str = "1.27";

/// Checks each file, and what kustomize makes of them where there is one.
pub(super) fn check() -> Result<String> {
    let linters = PythonLinters::prepare()?;
    let files = [manifests(BASE)?, manifests(OVERLAY)?].concat();
    validate(&linters, &files)?;
    let count = files.len();
    match prepare_kubectl() {
        Ok(mut kubectl) => {
            let built = workspace::test_tools().join("kubernetes.yaml");
            let text = process::output(kubectl.args(["kustomize", OVERLAY]))?;
            fs::write(&built, text).with_context(|| format!("cannot write {}", built.display()))?;
            validate(&linters, &[built])?;
            Ok(format!("{count} files, and the overlay as kustomize builds it"))
        }
        Err(obstacle) if obstacle.is::<Unavailable>() => {
            console::complain(&format!("the overlay was not built: {obstacle}"));
            Ok(format!("{count} files, but not the overlay as kustomize builds it"))
        }
        Err(fault) => Err(fault),
    }
}

/// With fields that the schema does not have as faults.
fn validate(linters: &PythonLinters, files: &[PathBuf]) -> Result<()> {
    process::run(linters.module("kubernetes_validate").args(["--strict", "--quiet"]).args(files))?;
    let mut oldest = linters.module("kubernetes_validate");
    process::run(oldest.args(["--strict", "--quiet", "--kubernetes-version", OLDEST]).args(files))
}

/// The files of a directory that are manifests: not kustomize's own, and not the settings.
fn manifests(directory: &str) -> Result<Vec<PathBuf>> {
    let describe = || format!("cannot read {directory}");
    let entries = fs::read_dir(workspace::root().join(directory)).with_context(describe)?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>().with_context(describe)?;
    Ok(paths.into_iter().filter(|path| is_manifest(path)).collect())
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "yaml") && path.file_stem().is_some_and(|it| it != "kustomization")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kustomizations_and_settings_are_no_manifests() {
        assert!(is_manifest(Path::new("base/deployment.yaml")));
        assert!(!is_manifest(Path::new("base/kustomization.yaml")));
        assert!(!is_manifest(Path::new("base/settings.toml")));
    }

    #[test]
    fn both_directories_have_manifests() {
        assert!(!manifests(BASE).unwrap().is_empty());
        assert!(!manifests(OVERLAY).unwrap().is_empty());
    }
}
