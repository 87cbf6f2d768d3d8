//! `cargo xtask lint-deploy`: what no compiler reads, checked by tools that others wrote.

mod kubernetes;
mod pins;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::report::{self, Report};
use crate::setup::{LINTERS, PROMTOOL, SHELLCHECK, SYSTEMD_ANALYZE};
use crate::{files, matching, process, workspace};

/// The name of a check, and the function that checks and returns what it examined.
type Check = (&'static str, fn() -> Result<String>);

const CHECKS: [Check; 12] = [
    ("rust-version", rust_version),
    ("pins", pins::check),
    ("hadolint", || {
        process::run(LINTERS.program("hadolint")?.arg(DOCKERFILE))?;
        Ok(DOCKERFILE.to_owned())
    }),
    ("yamllint", || {
        let mut yamllint = LINTERS.module("yamllint")?;
        process::run(yamllint.args(["--config-file", "deploy/yamllint.yml", "--strict", "deploy", ".github"]))?;
        Ok("deploy and .github".to_owned())
    }),
    ("shellcheck", || {
        let scripts = "grep -lE --untracked ^#!/(bin/sh|usr/bin/env.bash)$ -- .ci deploy xtask/install-packages";
        let scripts = process::output(&mut process::git(scripts))?;
        process::run(process::command(SHELLCHECK.prepare()?).args(scripts.lines()))?;
        Ok(format!("{} scripts", scripts.lines().count()))
    }),
    ("workflow-schema", || schema("vendor.github-workflows", &files::list(WORKFLOWS)?)),
    // What an attacker could do with the workflows.
    ("zizmor", || {
        process::run(LINTERS.program("zizmor")?.args(["--offline", "--quiet", ".github"]))?;
        Ok("the workflows".to_owned())
    }),
    ("compose-schema", || schema("vendor.compose-spec", &[PathBuf::from(COMPOSE)])),
    ("kubernetes", kubernetes::check),
    ("systemd", systemd),
    ("prometheus", prometheus),
    // The rules and the dashboard name what the manual says that the service exports.
    ("metrics", || {
        process::run(LINTERS.python()?.arg("deploy/monitoring/check-metrics"))?;
        Ok("the rules and the dashboard".to_owned())
    }),
];

const DOCKERFILE: &str = "deploy/docker/Dockerfile";
const COMPOSE: &str = "deploy/compose.yml";
const RELEASE: &str = ".github/workflows/release.yml";
const WORKFLOWS: &str = ".github/workflows";

/// Runs every check, and prints a summary.
pub(crate) fn run() -> Result<()> {
    let reports: Vec<Report> = CHECKS.iter().map(|(name, check)| report::run_tool(name, check)).collect();
    report::conclude("cargo xtask lint-deploy", &reports)
}

fn schema(name: &str, files: &[PathBuf]) -> Result<String> {
    process::run(LINTERS.module("check_jsonschema")?.args(["--builtin-schema", name]).args(files))?;
    Ok(format!("{} files", files.len()))
}

fn prometheus() -> Result<String> {
    let promtool = || PROMTOOL.prepare().map(process::command);
    process::run(promtool()?.args(["check", "config", "deploy/monitoring/prometheus.yml"]))?;
    let in_kubernetes = ["check", "config", "--syntax-only", "deploy/monitoring/kubernetes-scrape.yml"];
    process::run(promtool()?.args(in_kubernetes))?;
    process::run(promtool()?.args(["test", "rules"]).args(files::list("deploy/monitoring/tests")?))?;
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
