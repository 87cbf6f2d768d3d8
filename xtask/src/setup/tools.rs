//! Every tool.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tool::{Tool, on_path, path_directories};
use crate::{matching, process};

const VERSION: &str = "--version";

/// Each with its packages, or with none where it comes from elsewhere, the commands that need it, and how it is found.
macro_rules! tools {
    ($($(#[$document:meta])* $constant:ident = $name:literal, $packages:literal, $needed_by:literal, $find:expr;)*) => {
        $(
            $(#[$document])*
            pub(crate) const $constant: Tool =
                Tool { name: $name, packages: $packages, needed_by: $needed_by, find: $find };
        )*

        /// In the order of how many commands need them.
        pub(crate) const TOOLS: &[Tool] = &[$($constant),*];
    };
}

tools! {
    /// A test runs the README's session with it word for word.
    CURL = "curl", "curl", "test, contract, chaos", || on_path("curl", VERSION);
    PYTHON = "python3", "python3 python3-venv", "test, contract, chaos, bench, lint-deploy, cluster", venv;
    POSTGRES = "postgres", "postgresql", "test, chaos, bench, cluster", postgres;
    REDIS = "redis-server", "redis-server", "test, chaos, cluster", || on_path("redis-server", VERSION);
    PGBOUNCER = "pgbouncer", "pgbouncer", "test, chaos", || on_path("pgbouncer", VERSION);
    HAPROXY = "haproxy", "haproxy", "chaos, bench, cluster", || on_path("haproxy", "-v");
    PROMTOOL = "promtool", "prometheus", "lint-deploy", || on_path("promtool", VERSION);
    PROMETHEUS = "prometheus", "prometheus", "cluster", || on_path("prometheus", VERSION);
    WRK = "wrk", "wrk", "chaos, bench", || on_path("wrk", "");
    SQLITE = "sqlite3", "sqlite3", "chaos, bench", || on_path("sqlite3", "-version");
    /// The script that watches over its replicas asks them with curl.
    NGINX = "nginx", "nginx curl", "chaos", || on_path("curl", VERSION).and_then(|_| on_path("nginx", "-v"));
    CADDY = "caddy", "caddy", "chaos", || on_path("caddy", "version");
    /// For three servers of PostgreSQL that elect their leader.
    PATRONI = "patroni", "patroni", "chaos", || on_path("patroni", VERSION);
    ETCD = "etcd", "etcd-server", "chaos", || on_path("etcd", VERSION);
    FAKETIME = "faketime", "faketime", "chaos", faketime;
    NODE = "node", "nodejs", "contract", || on_path("node", VERSION);
    NPM = "npm", "npm", "contract", || on_path("npm", VERSION);
    CHROMIUM = "chromium", "chromium", "contract", chromium;
    /// For pictures that people will look at.
    CHINESE_FONT = "a Chinese font", "fontconfig fonts-wqy-zenhei", "contract --screenshots", chinese_font;
    SHELLCHECK = "shellcheck", "shellcheck", "lint-deploy", || on_path("shellcheck", VERSION);
    /// It checks units without a running systemd, too.
    SYSTEMD_ANALYZE = "systemd-analyze", "systemd", "lint-deploy", || on_path("systemd-analyze", VERSION);
    KUBECTL = "kubectl with kustomize 5", "", "lint-deploy", kubectl;
    /// The directory of `llvm-cov` and `llvm-profdata`. They write and read profiles as rustc does, if both are of one
    /// major version.
    LLVM = "llvm-cov of rustc's LLVM", "llvm-22", "coverage, deploy/build --profile-guided", llvm;
    /// For the cargo feature `pg-tls`.
    OPENSSL_BUILD = "perl and make for OpenSSL", "perl make", "test --pg-tls", openssl_build;
    NEXTEST = "cargo-nextest", "", "test, coverage (they take Python's package of it)", || {
        process::succeeds(&mut process::cargo("nextest -V")).then(|| PathBuf::from("cargo"))
    };
}

/// With modules that OpenSSL's configuration loads and that a minimal perl does not have.
fn openssl_build() -> Option<PathBuf> {
    let modules = ["-MFindBin", "-MIPC::Cmd", "-MFile::Compare", "-e", "1"];
    process::succeeds(Command::new("perl").args(modules)).then(|| on_path("make", VERSION))?
}

fn chinese_font() -> Option<PathBuf> {
    let fonts = process::captured(Command::new("fc-list").arg(":lang=zh-cn")).unwrap_or_default();
    fonts.lines().next().map(PathBuf::from)
}

/// The directory of the server's programs and `psql`. Debian has one for each version outside `PATH`, of which the
/// newest counts.
fn postgres() -> Option<PathBuf> {
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions = entries("/usr/lib/postgresql");
    versions.sort_by_key(|path| Reverse(version(path)));
    let directories = path_directories().into_iter().chain(versions.into_iter().map(|path| path.join("bin")));
    let is_whole = |directory: &PathBuf| {
        let has = |name: &str| directory.join(name).is_file();
        has("initdb") && has("psql") && process::succeeds(Command::new(directory.join("postgres")).arg("-V"))
    };
    directories.into_iter().find(is_whole)
}

/// What is in a directory, if there is one.
fn entries(directory: &str) -> Vec<PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Debian's `python3` has the module and lacks what it needs.
fn venv() -> Option<PathBuf> {
    let python = on_path("python3", VERSION)?;
    process::succeeds(Command::new(&python).args(["-c", "import venv, ensurepip"])).then_some(python)
}

/// Debian's name of the program, Ubuntu's, and those of Google's build of it.
fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    names.iter().find_map(|name| on_path(name, VERSION))
}

/// faketime's library for programs with threads. Debian has a directory for each architecture between.
fn faketime() -> Option<PathBuf> {
    let directories = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
    let directories = directories.iter().flat_map(|it| entries(it).into_iter().chain([PathBuf::from(it)]));
    directories.map(|it| it.join("faketime/libfaketimeMT.so.1")).find(|it| it.is_file())
}

/// One with a kustomize that reads our files, version 5 or later.
fn kubectl() -> Option<PathBuf> {
    let version = process::captured(Command::new("kubectl").args(["version", "--client"])).unwrap_or_default();
    // Debian 12's does not name it.
    matching::find(r"(?m)^Kustomize Version: (v[5-9]|v\d\d)", &version).map(|_| PathBuf::from("kubectl"))
}

fn llvm() -> Option<PathBuf> {
    let version = process::captured(Command::new("rustc").arg("-vV")).ok()?;
    let directory = Path::new("/usr/lib").join(format!("llvm-{}/bin", llvm_version(&version)?));
    ["llvm-cov", "llvm-profdata"].iter().all(|name| directory.join(name).is_file()).then_some(directory)
}

fn llvm_version(version: &str) -> Option<&str> {
    matching::find(r"(?m)^LLVM version: (\d+)", version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_of_the_llvm_that_this_rustc_has() {
        let version = process::captured(Command::new("rustc").arg("-vV")).unwrap();
        assert_eq!(LLVM.packages, format!("llvm-{}", llvm_version(&version).unwrap()));
    }
}
