//! A PostgreSQL server of our own, which can be stopped and started.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::Signal;

use crate::{Account, Guard, Process, free_port, local, run, until};

const START_TIMEOUT: Duration = Duration::from_mins(1);

/// Where it listens, and nobody but us.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
";

/// How a cluster is made.
#[derive(Debug, Clone)]
pub struct PostgresPlan {
    /// The directory of `initdb`, `postgres` and `psql`.
    pub programs: PathBuf,
    /// The account that runs the server; `None` for our own.
    pub account: Option<Account>,
    /// Lines of `postgresql.conf` beside those that say where it listens.
    pub settings: &'static str,
}

/// A cluster, whose server runs or not.
pub struct Postgres {
    plan: PostgresPlan,
    data: PathBuf,
    port: u16,
    guard: Guard,
    server: Option<Process>,
}

impl Postgres {
    /// Makes a cluster and starts its server.
    pub async fn start(guard: &Guard, plan: PostgresPlan) -> Result<Self> {
        let port = free_port()?;
        let data = guard.directory().join(format!("postgres-{port}"));
        let mut cluster = Self { plan, data, port, guard: guard.clone(), server: None };
        cluster.create()?;
        cluster.resume().await?;
        Ok(cluster)
    }

    /// Starts the server after [`Self::end`], and returns when it answers.
    pub async fn resume(&mut self) -> Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(self.data.with_extension("log"))?;
        let mut command = self.command("postgres");
        command.arg("-D").arg(&self.data).stdout(Stdio::null()).stderr(log);
        self.server = Some(Process::spawn(&self.guard, &mut command, Signal::QUIT)?);
        until(START_TIMEOUT, "PostgreSQL answers", || self.query("postgres", "SELECT 1").is_ok()).await.map(drop)
    }

    /// Ends the server: `Signal::INT` cuts its clients off in good order, `Signal::QUIT` at once.
    pub async fn end(&mut self, signal: Signal) -> Result<()> {
        let mut server = self.server.take().context("PostgreSQL does not run")?;
        server.signal(signal)?;
        server.wait(START_TIMEOUT).await.map(drop)
    }

    /// Makes an empty database.
    pub fn create_database(&self, name: &str) -> Result<()> {
        self.query("postgres", &format!("CREATE DATABASE {name}")).map(drop)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        local(self.port)
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs a query and returns its rows, a line each.
    pub fn query(&self, database: &str, query: &str) -> Result<String> {
        let mut psql = self.command("psql");
        run(psql.env("PGCONNECT_TIMEOUT", "5").args(["-XqAt", "-c", query, &self.url(database)]))
    }

    fn create(&self) -> Result<()> {
        fs::create_dir(&self.data).with_context(|| format!("cannot make {}", self.data.display()))?;
        if let Some(Account { user, group }) = self.plan.account {
            chown(&self.data, Some(user), Some(group)).context("cannot hand a directory to PostgreSQL")?;
        }
        let mut initdb = self.command("initdb");
        initdb.args(["--auth=trust", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync", "--username=postgres"]);
        run(initdb.arg("--pgdata").arg(&self.data))?;
        let mut settings = OpenOptions::new().append(true).open(self.data.join("postgresql.conf"))?;
        writeln!(settings, "{SETTINGS}{}port = {}", self.plan.settings, self.port)
            .context("cannot write PostgreSQL's settings")
    }

    /// A program of PostgreSQL, which refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.plan.programs.join(program));
        command.current_dir("/");
        if let Some(Account { user, group }) = self.plan.account {
            command.uid(user).gid(group);
        }
        command
    }
}
