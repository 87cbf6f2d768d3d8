//! The manifests of `deploy/kubernetes`, held against the schemas of Kubernetes.

use std::path::PathBuf;

use anyhow::Result;
use ore_harness::{Skipped, complain};

use crate::setup::{KUBECTL, LINTERS};
use crate::{files, process, workspace};

const BASE: &str = "deploy/kubernetes/base";
const OVERLAY: &str = "deploy/kubernetes/overlays/production";

/// The oldest version of Kubernetes that docs/deployment.md promises; the validator's own is the newest.
const OLDEST: &str = "1.27";

/// Checks each file, and what kustomize makes of them where there is one.
pub(super) fn check() -> Result<String> {
    let files = [manifests(BASE)?, manifests(OVERLAY)?].concat();
    validate(&files)?;
    let count = files.len();
    match KUBECTL.prepare() {
        Ok(kubectl) => {
            let built = workspace::test_tools().join("kubernetes.yaml");
            let text = process::output(process::command(kubectl).args(["kustomize", OVERLAY]))?;
            files::write(&built, text)?;
            validate(&[built])?;
            Ok(format!("{count} files, and the overlay as kustomize builds it"))
        }
        Err(obstacle) if obstacle.is::<Skipped>() => {
            complain(&format!("the overlay was not built: {obstacle}"));
            Ok(format!("{count} files, but not the overlay as kustomize builds it"))
        }
        Err(fault) => Err(fault),
    }
}

/// With fields that the schema does not have as faults.
fn validate(files: &[PathBuf]) -> Result<()> {
    for version in [&[][..], &["--kubernetes-version", OLDEST]] {
        let mut validate = LINTERS.module("kubernetes_validate")?;
        process::run(validate.args(["--strict", "--quiet"]).args(version).args(files))?;
    }
    Ok(())
}

/// The files of a directory that are manifests: not kustomize's own, and not the settings.
fn manifests(directory: &str) -> Result<Vec<PathBuf>> {
    let is_manifest = |path: &PathBuf| {
        path.extension().is_some_and(|it| it == "yaml") && path.file_stem().is_some_and(|it| it != "kustomization")
    };
    Ok(files::list(directory)?.into_iter().filter(is_manifest).collect())
}
