//! The programs that `cargo xtask chaos` injects faults with.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::external_programs::{HAPROXY, PGBOUNCER, Program, REDIS, Tools, find_or_install};
use super::{curl, python, system_packages};

const NGINX: Program = Program { name: "nginx", package: "nginx", argument: "-v" };

/// For three servers of PostgreSQL that elect their leader.
pub(super) const PATRONI: Program = Program { name: "patroni", package: "patroni", argument: "--version" };
pub(super) const ETCD: Program = Program { name: "etcd", package: "etcd-server", argument: "--version" };

const CADDY: Program = Program { name: "caddy", package: "caddy", argument: "version" };

/// faketime's library for programs with threads, and directories of libraries that may have it.
const FAKETIME: &str = "faketime/libfaketimeMT.so.1";
const LIBRARIES: [&str; 3] = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

impl Tools {
    /// Everything that `cargo xtask chaos` injects faults with.
    pub(crate) fn for_chaos() -> Self {
        let mut tools = Self::prepare();
        tools.add(REDIS.name, find_or_install(REDIS));
        tools.add(HAPROXY.name, find_or_install(HAPROXY));
        // The script that watches over nginx's replicas asks them with curl.
        tools.add(NGINX.name, curl::prepare().and_then(|()| find_or_install(NGINX)));
        tools.add(CADDY.name, find_or_install(CADDY));
        tools.add(ETCD.name, find_or_install(ETCD));
        tools.add(PATRONI.name, find_or_install(PATRONI));
        tools.add(PGBOUNCER.name, find_or_install(PGBOUNCER));
        // The mail server is a module of Python.
        tools.add("python", python::prepare());
        tools.add("faketime", find_or_install_faketime());
        tools
    }
}

fn find_or_install_faketime() -> Result<PathBuf> {
    if let Some(library) = find_faketime() {
        return Ok(library);
    }
    system_packages::install("faketime", &["faketime"])?;
    find_faketime().context("faketime is installed, and its library is nowhere")
}

/// Whether it is installed.
pub(super) fn has_faketime() -> bool {
    find_faketime().is_some()
}

/// Debian has a directory for each architecture between.
fn find_faketime() -> Option<PathBuf> {
    LIBRARIES.iter().find_map(|directory| {
        let nested = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
        nested.chain([PathBuf::from(directory)]).map(|it| it.join(FAKETIME)).find(|it| it.is_file())
    })
}
