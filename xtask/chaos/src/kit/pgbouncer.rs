//! `PgBouncer` as `deploy/pgbouncer` configures it.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::{Account, Guard, Postgres, Process, eventually, free_port, local};
use rustix::process::Signal;
use tokio::net::TcpStream;

use super::deploy::{as_account, owned_directory, replaced};
use crate::context::Context;

const CONFIGURATION: &str = include_str!("../../../../deploy/pgbouncer/pgbouncer.ini");
const USERS: &str = include_str!("../../../../deploy/pgbouncer/userlist.txt");

const START: Duration = Duration::from_secs(30);

/// A pooler in front of the database `ore`, for the role `ore`.
pub(crate) struct PgBouncer {
    program: PathBuf,
    account: Option<Account>,
    directory: PathBuf,
    log: PathBuf,
    port: u16,
    guard: Guard,
    process: Option<Process>,
}

impl PgBouncer {
    /// Starts it in front of a server.
    pub(crate) async fn start(context: &Context, server: &Postgres) -> Result<Self> {
        let (program, account) = (context.tools().get("pgbouncer")?, context.tools().postgres_plan("")?.account);
        let (directory, port) = (owned_directory(context, "pgbouncer", account)?, free_port()?);
        let places = [
            ("/etc/pgbouncer/userlist.txt", directory.join("userlist.txt").display().to_string()),
            ("port=5432", format!("port={}", server.address().port())),
            ("listen_port = 6432", format!("listen_port = {port}")),
        ];
        fs::write(directory.join("pgbouncer.ini"), replaced(CONFIGURATION, &places)?)?;
        fs::write(directory.join("userlist.txt"), USERS)?;
        let (log, guard) = (context.log("pgbouncer")?, context.guard().clone());
        let mut pooler = Self { program: program.to_owned(), account, directory, log, port, guard, process: None };
        pooler.resume().await?;
        Ok(pooler)
    }

    /// Starts it after [`Self::kill`].
    pub(crate) async fn resume(&mut self) -> Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = as_account(&self.program, self.account);
        command.arg("pgbouncer.ini").current_dir(&self.directory).stdout(log.try_clone()?).stderr(log);
        self.process = Some(Process::spawn(&self.guard, &mut command, Signal::KILL)?);
        let address = local(self.port);
        eventually(START, "PgBouncer listens", async || TcpStream::connect(address).await.is_ok()).await.map(drop)
    }

    /// Ends it, and every connection that it lends.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.process.take().context("PgBouncer does not run")?.kill()
    }

    /// The URL of the database behind it.
    pub(crate) fn url(&self) -> String {
        format!("postgresql://ore:change-me@{}/ore", local(self.port))
    }
}
