//! `cargo xtask lint-deploy`: what no compiler reads, checked by tools that others wrote.

mod kubernetes;
mod pins;
mod rust_version;
mod systemd;

use std::time::Instant;

use anyhow::{Result, bail};

use crate::console;
use crate::contract::{END_MARK, Outcome, Report};
use crate::process;
use crate::setup::{PythonLinters, prepare_promtool, prepare_shellcheck};

/// The name of a check, and the function that checks and returns what it examined.
type Check = (&'static str, fn() -> Result<String>);

const CHECKS: [Check; 12] = [
    ("rust-version", rust_version::check),
    ("pins", pins::check),
    ("hadolint", hadolint),
    ("yamllint", yamllint),
    ("shellcheck", shellcheck),
    ("workflow-schema", workflow_schema),
    ("zizmor", zizmor),
    ("compose-schema", compose_schema),
    ("kubernetes", kubernetes::check),
    ("systemd", systemd::check),
    ("prometheus", prometheus),
    ("metrics", metrics),
];

const DOCKERFILE: &str = "deploy/docker/Dockerfile";
const WORKFLOWS: [&str; 3] =
    [".github/workflows/advisories.yml", ".github/workflows/ci.yml", ".github/workflows/release.yml"];
const SCRIPTS: [&str; 5] = [
    "deploy/compose/create-database",
    "deploy/compose/make-secrets",
    "deploy/launcher/workflow-server-launch",
    "deploy/nginx/watch-replicas",
    "deploy/pin-digests",
];
const ALERT_TESTS: [&str; 5] =
    ["certificate-alerts", "load-alerts", "objective-alerts", "objectives", "replica-alerts"];

/// Runs every check, and prints a summary.
pub(crate) fn run() -> Result<()> {
    let reports: Vec<Report> = CHECKS.iter().map(report).collect();
    console::say("Summary of cargo xtask lint-deploy:");
    for report in &reports {
        console::say(&format!("  {report}"));
    }
    let failed: Vec<&str> = reports.iter().filter(|it| it.has_failed()).map(|it| it.tool.as_str()).collect();
    if !failed.is_empty() {
        bail!("{} of {} checks failed: {}", failed.len(), reports.len(), failed.join(", "));
    }
    Ok(())
}

fn report((name, check): &Check) -> Report {
    console::say(&format!("==> {name}"));
    let start = Instant::now();
    let outcome = Outcome::from(check());
    let report = Report { tool: (*name).to_owned(), outcome, duration: start.elapsed() };
    console::say(&format!("{END_MARK}{report}"));
    report
}

fn hadolint() -> Result<String> {
    process::run(PythonLinters::prepare()?.program("hadolint").arg(DOCKERFILE))?;
    Ok(DOCKERFILE.to_owned())
}

fn yamllint() -> Result<String> {
    let mut yamllint = PythonLinters::prepare()?.module("yamllint");
    process::run(yamllint.args(["--config-file", "deploy/yamllint.yml", "--strict", "deploy", ".github"]))?;
    Ok("deploy and .github".to_owned())
}

fn shellcheck() -> Result<String> {
    process::run(prepare_shellcheck()?.args(SCRIPTS))?;
    Ok(SCRIPTS.join(" and "))
}

fn workflow_schema() -> Result<String> {
    let mut check = PythonLinters::prepare()?.module("check_jsonschema");
    process::run(check.args(["--builtin-schema", "vendor.github-workflows"]).args(WORKFLOWS))?;
    Ok(WORKFLOWS.join(" and "))
}

/// Checks whether an attacker could misuse the workflows.
fn zizmor() -> Result<String> {
    process::run(PythonLinters::prepare()?.program("zizmor").args(["--offline", "--quiet", ".github"]))?;
    Ok("the workflows".to_owned())
}

fn compose_schema() -> Result<String> {
    let mut check = PythonLinters::prepare()?.module("check_jsonschema");
    process::run(check.args(["--builtin-schema", "vendor.compose-spec", "deploy/compose.yml"]))?;
    Ok("deploy/compose.yml".to_owned())
}

fn prometheus() -> Result<String> {
    process::run(prepare_promtool()?.args(["check", "config", "deploy/monitoring/prometheus.yml"]))?;
    let in_kubernetes = ["check", "config", "--syntax-only", "deploy/monitoring/kubernetes-scrape.yml"];
    process::run(prepare_promtool()?.args(in_kubernetes))?;
    let tests = ALERT_TESTS.map(|name| format!("deploy/monitoring/tests/{name}.yml"));
    process::run(prepare_promtool()?.args(["test", "rules"]).args(tests))?;
    Ok("the configuration, the rules and their tests".to_owned())
}

/// The rules and the dashboard name what the manual says that the service exports.
fn metrics() -> Result<String> {
    process::run(PythonLinters::prepare()?.python().arg("deploy/monitoring/check-metrics"))?;
    Ok("the rules and the dashboard".to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::workspace;

    fn names(directory: &str) -> Vec<String> {
        let entries = fs::read_dir(workspace::root().join(directory)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| format!("{directory}/{}", entry.unwrap().file_name().display())).collect();
        names.sort();
        names
    }

    #[test]
    fn every_workflow_and_every_test_of_an_alert_is_checked() {
        assert_eq!(names(".github/workflows"), WORKFLOWS);
        assert_eq!(
            names("deploy/monitoring/tests"),
            ALERT_TESTS.map(|name| format!("deploy/monitoring/tests/{name}.yml"))
        );
    }

    #[test]
    fn what_is_checked_exists() {
        for file in SCRIPTS.iter().chain(&[DOCKERFILE]) {
            assert!(workspace::root().join(Path::new(file)).is_file(), "{file}");
        }
    }
}
