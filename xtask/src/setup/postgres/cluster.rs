//! One database cluster: a directory with its data, and the server on it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::programs;
use crate::process;
use crate::setup::server::Account;

/// The server's process number, from the cluster's directory on.
pub(super) const PROCESS_FILE: &str = "data/postmaster.pid";

const ADMINISTRATOR: &str = "postgres";

/// Speed before durability: tests make and drop hundreds of databases, and no test cuts the power.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
ssl = off
fsync = off
synchronous_commit = off
full_page_writes = off
";

/// A cluster on a port of 127.0.0.1, whose administrator needs no password.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) account: Account,
    pub(super) directory: PathBuf,
    /// The directory of `initdb`, `postgres` and `pg_ctl`.
    pub(super) programs: PathBuf,
    pub(super) port: u16,
}

impl Cluster {
    /// Makes a cluster in an empty directory of the account, with the first PostgreSQL that can do it; without one,
    /// PostgreSQL is installed where that is possible.
    pub(super) fn create(account: Account, directory: &Path, port: u16) -> Result<Self> {
        let find = || programs::first_that_works(programs::candidates(), |it| initialise(account, it, directory));
        let mut programs = find();
        if programs.is_none() {
            programs::install()?;
            programs = find();
        }
        let programs = programs.context("PostgreSQL is installed and yet makes no database cluster")?;
        append_settings(&data(directory).join("postgresql.conf"), port)?;
        Ok(Self { account, directory: directory.to_owned(), programs, port })
    }

    /// The administrator's URL, as libpq takes it.
    pub(super) fn url(&self) -> String {
        format!("postgresql://{ADMINISTRATOR}@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the server and waits until it accepts connections.
    pub(super) fn start(&self) -> Result<()> {
        let log = self.directory.join("log");
        let mut start = self.control("start");
        start.args(["--silent", "--wait", "--timeout", "60", "--log"]).arg(&log);
        process::captured(&mut start).map(drop).with_context(|| format!("PostgreSQL does not start: {}", end_of(&log)))
    }

    /// Stops the server, ending the connections to it.
    pub(super) fn stop(&self) -> Result<()> {
        process::captured(self.control("stop").args(["--silent", "--wait", "--mode", "fast"])).map(drop)
    }

    pub(super) fn is_running(&self) -> bool {
        process::succeeds(&mut self.control("status"))
    }

    fn control(&self, action: &str) -> std::process::Command {
        let mut command = self.account.command(self.programs.join("pg_ctl"));
        command.arg(action).arg("--pgdata").arg(data(&self.directory));
        command
    }
}

fn data(directory: &Path) -> PathBuf {
    directory.join("data")
}

/// Making a cluster is also the proof that an installation is whole: it takes `initdb`, `postgres` and their shared
/// files.
fn initialise(account: Account, programs: &Path, directory: &Path) -> Result<()> {
    process::captured(account.command(programs.join("pg_ctl")).arg("--version"))?;
    // What an attempt that was interrupted has left.
    let _ = fs::remove_dir_all(data(directory));
    let mut initdb = account.command(programs.join("initdb"));
    initdb.args(["--auth=trust", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync", "--username", ADMINISTRATOR]);
    process::captured(initdb.arg("--pgdata").arg(data(directory))).map(drop)
}

fn append_settings(file: &Path, port: u16) -> Result<()> {
    let write = || fs::OpenOptions::new().append(true).open(file)?.write_all(settings(port).as_bytes());
    write().with_context(|| format!("cannot write {}", file.display()))
}

fn settings(port: u16) -> String {
    format!("{SETTINGS}port = {port}\n")
}

/// The last lines of a log, on one line.
fn end_of(log: &Path) -> String {
    let log = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    process::on_one_line(lines[lines.len().saturating_sub(5)..].iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_the_administrator_s_on_this_machine_alone() {
        let account = Account::unprivileged().unwrap();
        let cluster = Cluster { account, directory: PathBuf::new(), programs: PathBuf::new(), port: 5433 };
        assert_eq!(cluster.url(), "postgresql://postgres@127.0.0.1:5433/postgres");
    }
}
