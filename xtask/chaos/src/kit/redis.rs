//! A Redis server of our own, which can be stopped, slowed and flushed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Guard, Process, Tools, eventually, free_port, local};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A server that keeps nothing on disk.
pub(crate) struct Redis {
    program: PathBuf,
    port: u16,
    guard: Guard,
    server: Option<Process>,
}

impl Redis {
    /// Starts the server.
    pub(crate) async fn start(guard: &Guard, tools: &Tools) -> Result<Self> {
        let (program, port) = (tools.get("redis-server")?.to_owned(), free_port()?);
        let mut redis = Self { program, port, guard: guard.clone(), server: None };
        redis.resume().await?;
        Ok(redis)
    }

    /// Starts the server, which has forgotten everything.
    pub(crate) async fn resume(&mut self) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.args(["--bind", "127.0.0.1", "--save", "", "--port", &self.port.to_string()]);
        command.current_dir(self.guard.directory()).stdout(Stdio::null()).stderr(Stdio::null());
        self.server = Some(Process::spawn(&self.guard, &mut command, Signal::KILL)?);
        eventually(START_TIMEOUT, "Redis answers", async || self.command("PING").await.is_ok()).await.map(drop)
    }

    /// Ends the server at once.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.server.take().context("Redis does not run")?.kill()
    }

    /// Sends a signal: `Signal::STOP` makes it accept connections and answer nothing until `Signal::CONT`.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        self.server.as_ref().context("Redis does not run")?.signal(signal)
    }

    /// Removes all keys.
    pub(crate) async fn flush(&self) -> Result<()> {
        self.command("FLUSHALL").await
    }

    /// The address that it listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        local(self.port)
    }

    /// The value of `BACKEND_REDIS_URL`.
    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// Sends a command whose answer is a word.
    async fn command(&self, command: &str) -> Result<()> {
        let mut connection = TcpStream::connect(local(self.port)).await?;
        connection.write_all(format!("{command}\r\n").as_bytes()).await?;
        let mut first = [0];
        connection.read_exact(&mut first).await?;
        ensure!(first == *b"+", "Redis refuses {command}");
        Ok(())
    }
}
