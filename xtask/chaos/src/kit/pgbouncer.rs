//! `PgBouncer` as `deploy/pgbouncer` configures it.

use anyhow::Result;
use fs_err as fs;
use ore_harness::{Lab, Postgres, Process, START_TIMEOUT, eventually, free_port, local, replaced};
use rustix::process::Signal;
use tokio::net::TcpStream;

const CONFIGURATION: &str = include_str!("../../../../deploy/pgbouncer/pgbouncer.ini");
const USERS: &str = include_str!("../../../../deploy/pgbouncer/userlist.txt");

/// A pooler in front of the database `ore`, for the role `ore`.
pub(crate) struct PgBouncer {
    port: u16,
    pub(crate) process: Process,
}

impl PgBouncer {
    /// Starts it in front of a server.
    pub(crate) async fn start(lab: &Lab, server: &Postgres) -> Result<Self> {
        let (directory, port) = (lab.owned_directory("pgbouncer")?, free_port()?);
        let places = [
            ("/etc/pgbouncer/userlist.txt", directory.join("userlist.txt").display().to_string()),
            ("port=5432", format!("port={}", server.port)),
            ("listen_port = 6432", format!("listen_port = {port}")),
        ];
        fs::write(directory.join("pgbouncer.ini"), replaced(CONFIGURATION, &places)?)?;
        fs::write(directory.join("userlist.txt"), USERS)?;
        let mut command = lab.tools.as_account(lab.tools.get("pgbouncer")?);
        command.arg("pgbouncer.ini").current_dir(&directory);
        let pooler = Self { port, process: Process::start(lab, "pgbouncer", command, Signal::KILL)? };
        pooler.wait_until_ready().await?;
        Ok(pooler)
    }

    /// Until it listens.
    pub(crate) async fn wait_until_ready(&self) -> Result<()> {
        let address = local(self.port);
        eventually(START_TIMEOUT, "PgBouncer listens", async || TcpStream::connect(address).await.is_ok())
            .await
            .map(drop)
    }

    /// The URL of the database behind it.
    pub(crate) fn url(&self) -> String {
        format!("postgresql://ore:change-me@{}/ore", local(self.port))
    }
}
