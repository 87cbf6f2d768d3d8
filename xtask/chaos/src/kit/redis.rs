//! A Redis server of our own, which can be stopped, slowed and flushed.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Daemon, Lab, eventually, free_port, local};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const START_TIMEOUT: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(1);

/// A server that keeps nothing on disk.
pub(crate) struct Redis {
    port: u16,
    server: Daemon,
}

impl Redis {
    /// Starts the server.
    pub(crate) async fn start(lab: &Lab) -> Result<Self> {
        let (mut command, port) = (Command::new(lab.tools.get("redis-server")?), free_port()?);
        command.args(["--bind", "127.0.0.1", "--save", "", "--port", &port.to_string()]).current_dir(&lab.directory);
        let mut redis = Self { port, server: Daemon::new(lab, "redis", command, Signal::KILL)? };
        redis.resume().await?;
        Ok(redis)
    }

    /// Starts the server, which has forgotten everything.
    pub(crate) async fn resume(&mut self) -> Result<()> {
        self.server.resume()?;
        eventually(START_TIMEOUT, "Redis answers", async || self.command("PING").await.is_ok()).await.map(drop)
    }

    /// Ends the server at once.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.server.kill()
    }

    /// Sends a signal: `Signal::STOP` makes it accept connections and answer nothing until `Signal::CONT`.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        self.server.signal(signal)
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
        let answer = ask(self.address(), command).await?;
        ensure!(answer.starts_with('+'), "Redis answers {command} with {answer}");
        Ok(())
    }
}

/// The beginning of the answer of a Redis to a command.
pub(super) async fn ask(server: SocketAddr, command: &str) -> Result<String> {
    within_a_moment(async { answer(&mut TcpStream::connect(server).await?, command).await }).await
}

/// As [`ask`], of a server that answers nobody without its password.
pub(super) async fn ask_with_password(server: SocketAddr, password: &str, command: &str) -> Result<String> {
    within_a_moment(async {
        let mut connection = TcpStream::connect(server).await?;
        let refusal = answer(&mut connection, command).await?;
        ensure!(refusal.starts_with("-NOAUTH"), "{server} answers without a password: {refusal}");
        let consent = answer(&mut connection, &format!("AUTH {password}")).await?;
        ensure!(consent.starts_with("+OK"), "{server} does not take its password: {consent}");
        answer(&mut connection, command).await
    })
    .await
}

async fn within_a_moment(asking: impl Future<Output = Result<String>>) -> Result<String> {
    timeout(ANSWER, asking).await.context("Redis does not answer")?
}

async fn answer(connection: &mut TcpStream, command: &str) -> Result<String> {
    connection.write_all(format!("{command}\r\n").as_bytes()).await?;
    let mut bytes = [0; 256];
    let length = connection.read(&mut bytes).await?;
    ensure!(length > 0, "Redis has hung up");
    Ok(String::from_utf8_lossy(&bytes[..length]).into_owned())
}
