//! Tools that other packages of the workspace run.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::tools::{CADDY, ETCD, FAKETIME, HAPROXY, NGINX, PATRONI, PGBOUNCER, POSTGRES, REDIS, SQLITE, WRK};
use super::{Account, CURL, python};
use crate::console;

/// What was found or installed for `ore-chaos` or `ore-bench`. What is missing is left out, and they skip what needs it.
#[derive(Debug, Default)]
pub(crate) struct HandedTools(Vec<(&'static str, PathBuf)>);

impl HandedTools {
    /// Everything that `cargo xtask bench` measures with, installed where that is possible.
    pub(crate) fn for_bench() -> Self {
        let mut tools = Self::default();
        tools.add("postgres", POSTGRES.prepare());
        tools.add("python", python::TESTS.prepare());
        for tool in [SQLITE, WRK, HAPROXY] {
            tools.add(tool.name, tool.prepare());
        }
        tools
    }

    /// Everything that `cargo xtask chaos` injects faults with. The mail server is a module of Python.
    pub(crate) fn for_chaos() -> Self {
        let mut tools = Self::for_bench();
        // The script that watches over nginx's replicas asks them with curl.
        tools.add(NGINX.name, CURL.prepare().and_then(|_| NGINX.prepare()));
        for tool in [REDIS, CADDY, ETCD, PATRONI, PGBOUNCER, FAKETIME] {
            tools.add(tool.name, tool.prepare());
        }
        tools
    }

    /// Adds a tool, or says why it is missing.
    pub(crate) fn add(&mut self, name: &'static str, tool: Result<PathBuf>) {
        match tool {
            Ok(path) => self.0.push((name, path)),
            Err(obstacle) => console::complain(&format!("{obstacle:#}")),
        }
    }

    /// Names them to the program, and the account that runs servers, unless we run them ourselves.
    pub(crate) fn hand_to(&self, program: &mut Command) -> Result<()> {
        let tools: Vec<String> = self.0.iter().map(|(name, path)| format!("{name}={}", path.display())).collect();
        program.env("ORE_TOOLS", tools.join(","));
        if let Some((user, group)) = Account::unprivileged()?.ids() {
            program.env("ORE_ACCOUNT", format!("{user}:{group}"));
        }
        Ok(())
    }
}
