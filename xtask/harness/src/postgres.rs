//! A PostgreSQL server of our own, which can be stopped and started.

use std::io::Write;

use anyhow::Result;
use fs_err::OpenOptions;
use rustix::process::Signal;

use crate::{Lab, Process, START_TIMEOUT, Tools, free_port, run, until};

/// A cluster, whose server runs or not.
pub struct Postgres {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    tools: Tools,
    server: Process,
}

impl Postgres {
    /// Makes a cluster and starts its server, which listens for nobody but us, with these lines of `postgresql.conf`.
    pub fn start(lab: &Lab, settings: &str) -> Result<Self> {
        let (port, tools, programs) = (free_port()?, lab.tools.clone(), lab.tools.get("postgres")?.to_owned());
        let name = format!("postgres-{port}");
        let data = lab.owned_directory(&name)?;
        let mut initdb = tools.as_account(&programs.join("initdb"));
        initdb.args(["--auth=trust", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync", "--username=postgres"]);
        run(initdb.arg("--pgdata").arg(&data))?;
        let mut file = OpenOptions::new().append(true).open(data.join("postgresql.conf"))?;
        let ours = format!("listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nport = {port}\n");
        write!(file, "\n{ours}{settings}")?;
        let mut command = tools.as_account(&programs.join("postgres"));
        command.arg("-D").arg(&data);
        let cluster = Self { tools, port, server: Process::start(lab, &name, command, Signal::QUIT)? };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// Starts the server after [`Self::end`], and returns when it answers.
    pub fn resume(&mut self) -> Result<()> {
        self.server.resume()?;
        self.wait_until_ready()
    }

    fn wait_until_ready(&self) -> Result<()> {
        until(START_TIMEOUT, "PostgreSQL answers", || self.query("postgres", "SELECT 1").is_ok()).map(drop)
    }

    /// Ends the server: `Signal::INT` cuts its clients off in good order, `Signal::QUIT` at once.
    pub fn end(&mut self, signal: Signal) -> Result<()> {
        self.server.end(signal, START_TIMEOUT).map(drop)
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs a query and returns its rows, a line each.
    pub fn query(&self, database: &str, query: &str) -> Result<String> {
        let mut psql = self.tools.as_account(&self.tools.get("postgres")?.join("psql"));
        run(psql.env("PGCONNECT_TIMEOUT", "5").args(["-XqAt", "-c", query, &self.url(database)]))
    }
}
