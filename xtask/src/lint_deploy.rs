//! `cargo xtask lint-deploy`: what no compiler reads, checked by tools that others wrote.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::report::{self, Report};
use crate::setup::{KUBECTL, LINTERS, PROMTOOL, SHELLCHECK, SYSTEMD_ANALYZE};
use crate::{matching, process, workspace};

type Check = (&'static str, fn() -> Result<()>);

const CHECKS: [Check; 13] = [
    ("rust-version", rust_version),
    ("pins", pins),
    ("hadolint", || lint("hadolint deploy/docker/Dockerfile", &[])),
    ("yamllint", || lint("yamllint --config-file deploy/yamllint.yml --strict deploy .github", &[])),
    ("shellcheck", shellcheck),
    ("workflow-schema", || lint("check-jsonschema --builtin-schema vendor.github-workflows", &list(WORKFLOWS)?)),
    // What an attacker could do with the workflows.
    ("zizmor", || lint("zizmor --offline --quiet .github", &[])),
    ("compose-schema", || lint("check-jsonschema --builtin-schema vendor.compose-spec", &[COMPOSE.into()])),
    ("kubernetes", || validate(&manifests()?)),
    ("kustomize", kustomize),
    ("systemd", systemd),
    ("prometheus", prometheus),
    // The rules and the dashboard name what the manual says that the service exports.
    ("metrics", || lint("python deploy/monitoring/check-metrics", &[])),
];

const DOCKERFILE: &str = "deploy/docker/Dockerfile";
const COMPOSE: &str = "deploy/compose.yml";
const RELEASE: &str = ".github/workflows/release.yml";
const WORKFLOWS: &str = ".github/workflows";
const OVERLAY: &str = "deploy/kubernetes/overlays/production";

/// Runs every check, and prints a summary.
pub(crate) fn run() -> Result<()> {
    let run = |(name, check): &Check| report::run_tool(name, check);
    report::conclude("cargo xtask lint-deploy", &CHECKS.iter().map(run).collect::<Vec<Report>>())
}

/// Runs a linter with arguments that are divided by spaces, and with files.
fn lint(command: &str, files: &[PathBuf]) -> Result<()> {
    let (program, arguments) = command.split_once(' ').unwrap_or((command, ""));
    process::run(LINTERS.program(program)?.args(arguments.split(' ')).args(files))
}

/// What is in a directory.
fn list(directory: &str) -> Result<Vec<PathBuf>> {
    fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect()
}

fn shellcheck() -> Result<()> {
    let scripts = "grep -lE --untracked ^#!/(bin/sh|usr/bin/env.bash)$ -- .ci deploy xtask";
    let scripts = process::output(&mut process::git(scripts))?;
    process::run(Command::new(SHELLCHECK.prepare()?).args(scripts.lines()))
}

/// With fields that the schema does not have as faults, for the newest version of Kubernetes, and for the oldest that
/// docs/deployment.md promises.
fn validate(files: &[PathBuf]) -> Result<()> {
    lint("kubernetes-validate --strict --quiet", files)?;
    lint("kubernetes-validate --strict --quiet --kubernetes-version 1.27", files)
}

/// Those that kustomize puts together, and not its own.
fn manifests() -> Result<Vec<PathBuf>> {
    let files = "grep --untracked --files-without-match ^kind:.Kustomization -- deploy/kubernetes/*.yaml";
    Ok(process::output(&mut process::git(files))?.lines().map(PathBuf::from).collect())
}

/// What kustomize makes of the manifests.
fn kustomize() -> Result<()> {
    let text = process::output(Command::new(KUBECTL.prepare()?).args(["kustomize", OVERLAY]))?;
    fs::create_dir_all(workspace::test_tools())?;
    let built = workspace::test_tools().join("kubernetes.yaml");
    fs::write(&built, text)?;
    validate(&[built])
}

fn prometheus() -> Result<()> {
    let promtool = PROMTOOL.prepare()?;
    let check = |arguments: &[&str]| process::run(Command::new(&promtool).args(arguments));
    check(&["check", "config", "deploy/monitoring/prometheus.yml"])?;
    check(&["check", "config", "--syntax-only", "deploy/monitoring/kubernetes-scrape.yml"])?;
    process::run(Command::new(&promtool).args(["test", "rules"]).args(list("deploy/monitoring/tests")?))
}

/// Files that name the version of Rust with which the image and the releases are built, each with a pattern of it.
const RUST_VERSIONS: [(&str, &str); 3] = [
    (DOCKERFILE, r"(?m)^ARG RUST_VERSION=([\d.]*)"),
    (RELEASE, r"(?m)^\s*container: rust:([\d.]*)"),
    (RELEASE, r"(?m)^\s*RUSTUP_TOOLCHAIN: ([\d.]*)"),
];

/// It is that of `rust-toolchain.toml`.
fn rust_version() -> Result<()> {
    let toolchain = fs::read_to_string("rust-toolchain.toml")?;
    let wanted = matching::find(r#"(?m)^channel = "([\d.]*)"#, &toolchain);
    let wanted = wanted.context("rust-toolchain.toml names no channel")?;
    for (file, pattern) in RUST_VERSIONS {
        let content = fs::read_to_string(file)?;
        let named = matching::find_all(pattern, &content);
        let is_wanted = !named.is_empty() && named.iter().all(|version| *version == wanted);
        ensure!(is_wanted, "{file} has {named:?} for `{pattern}`, and rust-toolchain.toml has {wanted}");
    }
    Ok(())
}

/// That systemd understands the units, and how much they lock away.
fn systemd() -> Result<()> {
    let copies = [copy_of_unit("ore-backend.service")?, copy_of_unit("ore-backend.socket")?];
    let program = SYSTEMD_ANALYZE.prepare()?;
    process::run(Command::new(&program).args(["verify", "--man=no"]).args(&copies))?;
    // The greatest exposure, times ten. docs/deployment.md tells 1.2; other versions of systemd weigh differently.
    let security = ["security", "--offline=true", "--no-pager", "--threshold=20"];
    process::captured(Command::new(&program).args(security).arg(&copies[0])).map(drop)
}

/// One whose program exists, since systemd looks.
fn copy_of_unit(unit: &str) -> Result<PathBuf> {
    let directory = workspace::test_tools().join("systemd");
    fs::create_dir_all(&directory)?;
    let copy = directory.join(unit);
    let text = fs::read_to_string(format!("deploy/systemd/{unit}"))?;
    fs::write(&copy, text.replace("/usr/local/bin/workflow-server", "/bin/true"))?;
    Ok(copy)
}

/// What is still named by tag. `deploy/pin-digests` takes lines away; nobody adds one.
const UNPINNED: &str = "deploy/unpinned.txt";
/// A name, whatever the kind of file.
const NAME: &str = r"(?m)^\s*(?:- )?(?:uses: |container: |image: |FROM |ARG RUNTIME_IMAGE=)[ \t]*(\S+)";
/// `OWNER/ACTION@COMMIT`, `IMAGE:TAG@sha256:DIGEST`.
const PINNED: &str = r"@((?:sha256:[[:xdigit:]]{64}|[[:xdigit:]]{40}))$";

/// Actions and images are named by digest, since anyone who can move a tag could otherwise run code where we build.
fn pins() -> Result<()> {
    let mut tagged = BTreeSet::new();
    for file in list(WORKFLOWS)?.into_iter().chain([COMPOSE, DOCKERFILE].map(PathBuf::from)) {
        tagged.extend(tagged_names(&fs::read_to_string(file)?).map(str::to_owned));
    }
    let listed = fs::read_to_string(UNPINNED)?;
    let listed: BTreeSet<String> = listed.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let odd: Vec<_> = tagged.symmetric_difference(&listed).collect();
    ensure!(odd.is_empty(), "named by tag, and not by digest as `deploy/pin-digests` has it, or no more: {odd:?}");
    Ok(())
}

/// Actions and images by tag that come from elsewhere: no workflow beside it, no stage of the same file, and no image
/// that is built here.
fn tagged_names(content: &str) -> impl Iterator<Item = &str> {
    let is_ours = |name: &str| !name.contains([':', '@']) || name.starts_with("${ORE_IMAGE:") || name.starts_with("./");
    let is_tagged = move |name: &&str| !is_ours(name) && matching::find(PINNED, name).is_none();
    matching::find_all(NAME, content).into_iter().filter(is_tagged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_tag_are_found_in_every_kind_of_file() {
        let content = "      - uses: actions/checkout@v7\n    uses: ./.github/workflows/ci.yml\n\
                       \x20   container: rust:1-bookworm\n    image: redis:7.2\n  image: ${ORE_IMAGE:-ore-backend}\n\
                       FROM rust:1 AS chef\nFROM chef AS build\nARG RUNTIME_IMAGE=gcr.io/x:nonroot\nFROM scratch AS binary\nFROM ${RUNTIME_IMAGE}\n  image:\n\
                       uses: actions/cache@0123456\nimage: redis@sha256:0123\n";
        let pinned =
            format!("uses: actions/checkout@{}\nimage: redis:7.2@sha256:{}\n", "0a".repeat(20), "0".repeat(64));
        let found: Vec<_> = tagged_names(content).collect();
        let names = "actions/checkout@v7 rust:1-bookworm redis:7.2 rust:1 gcr.io/x:nonroot actions/cache@0123456 \
                     redis@sha256:0123";
        assert_eq!(found.join(" "), names);
        assert_eq!(tagged_names(&pinned).count(), 0);
    }
}
