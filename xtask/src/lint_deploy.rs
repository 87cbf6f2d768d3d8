//! `cargo xtask lint-deploy`: what no compiler reads, checked by tools that others wrote.

mod kubernetes;
mod pins;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::report::{self, Report};
use crate::setup::{DEPLOY, PROMTOOL, SHELLCHECK, SYSTEMD_ANALYZE};
use crate::{files, matching, process, workspace};

/// The name of a check, and the function that checks and returns what it examined.
type Check = (&'static str, fn() -> Result<String>);

const CHECKS: [Check; 12] = [
    ("rust-version", rust_version),
    ("pins", pins::check),
    ("hadolint", || {
        process::run(DEPLOY.program("hadolint")?.arg(DOCKERFILE))?;
        Ok(DOCKERFILE.to_owned())
    }),
    ("yamllint", || {
        let mut yamllint = DEPLOY.module("yamllint")?;
        process::run(yamllint.args(["--config-file", "deploy/yamllint.yml", "--strict", "deploy", ".github"]))?;
        Ok("deploy and .github".to_owned())
    }),
    ("shellcheck", || {
        process::run(process::command(SHELLCHECK.prepare()?).args(SCRIPTS))?;
        Ok(SCRIPTS.join(" and "))
    }),
    ("workflow-schema", || schema("vendor.github-workflows", &WORKFLOWS)),
    // What an attacker could do with the workflows.
    ("zizmor", || {
        process::run(DEPLOY.program("zizmor")?.args(["--offline", "--quiet", ".github"]))?;
        Ok("the workflows".to_owned())
    }),
    ("compose-schema", || schema("vendor.compose-spec", &[COMPOSE])),
    ("kubernetes", kubernetes::check),
    ("systemd", systemd),
    ("prometheus", prometheus),
    // The rules and the dashboard name what the manual says that the service exports.
    ("metrics", || {
        process::run(DEPLOY.python()?.arg("deploy/monitoring/check-metrics"))?;
        Ok("the rules and the dashboard".to_owned())
    }),
];

const DOCKERFILE: &str = "deploy/docker/Dockerfile";
const COMPOSE: &str = "deploy/compose.yml";
const RELEASE: &str = ".github/workflows/release.yml";
const WORKFLOWS: [&str; 3] = [".github/workflows/advisories.yml", ".github/workflows/ci.yml", RELEASE];
const SCRIPTS: [&str; 6] = [
    "deploy/compose/create-database",
    "deploy/compose/make-secrets",
    "deploy/launcher/workflow-server-launch",
    "deploy/nginx/watch-replicas",
    "deploy/pin-digests",
    "deploy/redis/make-secrets",
];
const ALERT_TESTS: [&str; 5] = [
    "deploy/monitoring/tests/certificate-alerts.yml",
    "deploy/monitoring/tests/load-alerts.yml",
    "deploy/monitoring/tests/objective-alerts.yml",
    "deploy/monitoring/tests/objectives.yml",
    "deploy/monitoring/tests/replica-alerts.yml",
];

/// Runs every check, and prints a summary.
pub(crate) fn run() -> Result<()> {
    let reports: Vec<Report> = CHECKS.iter().map(|(name, check)| Report::of(name, check)).collect();
    report::conclude("cargo xtask lint-deploy", &reports)
}

fn schema(name: &str, files: &[&str]) -> Result<String> {
    process::run(DEPLOY.module("check_jsonschema")?.args(["--builtin-schema", name]).args(files))?;
    Ok(files.join(" and "))
}

fn prometheus() -> Result<String> {
    let promtool = || PROMTOOL.prepare().map(process::command);
    process::run(promtool()?.args(["check", "config", "deploy/monitoring/prometheus.yml"]))?;
    let in_kubernetes = ["check", "config", "--syntax-only", "deploy/monitoring/kubernetes-scrape.yml"];
    process::run(promtool()?.args(in_kubernetes))?;
    process::run(promtool()?.args(["test", "rules"]).args(ALERT_TESTS))?;
    Ok("the configuration, the rules and their tests".to_owned())
}

/// Files that name the version of Rust with which the image and the releases are built, each with a pattern of it.
const RUST_VERSIONS: [(&str, &str); 3] = [
    (DOCKERFILE, r"(?m)^ARG RUST_VERSION=([\d.]*)"),
    (RELEASE, r"(?m)^\s*container: rust:([\d.]*)"),
    (RELEASE, r"(?m)^\s*RUSTUP_TOOLCHAIN: ([\d.]*)"),
];

/// It is that of `rust-toolchain.toml`.
fn rust_version() -> Result<String> {
    let toolchain = files::read("rust-toolchain.toml")?;
    let wanted = matching::find(r#"(?m)^channel = "([\d.]*)"#, &toolchain);
    let wanted = wanted.context("rust-toolchain.toml names no channel")?;
    for (file, pattern) in RUST_VERSIONS {
        let content = files::read(file)?;
        let named = matching::find_all(pattern, &content);
        ensure!(!named.is_empty(), "{file} has no `{pattern}`");
        let other = named.iter().find(|version| **version != wanted);
        ensure!(other.is_none(), "{file}: {other:?} for `{pattern}`, and rust-toolchain.toml has {wanted}");
    }
    Ok(format!("{wanted} everywhere"))
}

/// That systemd understands the units, and how much they lock away.
fn systemd() -> Result<String> {
    let copies = [copy_of_unit("ore-backend.service")?, copy_of_unit("ore-backend.socket")?];
    let program = SYSTEMD_ANALYZE.prepare()?;
    process::run(process::command(&program).args(["verify", "--man=no"]).args(&copies))?;
    // The greatest exposure, times ten. docs/deployment.md tells 1.2; other versions of systemd weigh differently.
    let security = ["security", "--offline=true", "--no-pager", "--threshold=20"];
    process::captured(process::command(&program).args(security).arg(&copies[0]))?;
    Ok("two units".to_owned())
}

/// One whose program exists, since systemd looks.
fn copy_of_unit(unit: &str) -> Result<PathBuf> {
    let copy = workspace::test_tools().join("systemd").join(unit);
    let text = files::read(format!("deploy/systemd/{unit}"))?;
    files::write(&copy, text.replace("/usr/local/bin/workflow-server", "/bin/true"))?;
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &str) -> Vec<String> {
        let relative = |path: PathBuf| path.strip_prefix(workspace::root()).unwrap().to_string_lossy().into_owned();
        files::list(directory).unwrap().into_iter().map(relative).collect()
    }

    #[test]
    fn every_workflow_and_every_test_of_an_alert_is_checked_and_every_script_exists() {
        assert_eq!(names(".github/workflows"), WORKFLOWS);
        assert_eq!(names("deploy/monitoring/tests"), ALERT_TESTS);
        for file in SCRIPTS.iter().chain(&[DOCKERFILE]) {
            assert!(workspace::root().join(file).is_file(), "{file}");
        }
    }

    #[test]
    fn the_versions_of_rust_agree_and_what_a_comment_mentions_is_none() {
        rust_version().unwrap();
        let content =
            "# container: rust:1.0.0\na:\n    container: rust:1.95.0-bookworm\nb:\n    container: rust:1.94.1\n";
        assert_eq!(matching::find_all(RUST_VERSIONS[1].1, content), ["1.95.0", "1.94.1"]);
    }
}
