//! A Redis server of our own, which can be stopped, slowed and flushed.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Result, ensure};
use rustix::process::Signal;

use crate::{Lab, Process, START_TIMEOUT, free_port, local, until};

const ANSWER: Duration = Duration::from_secs(1);

/// A server that keeps nothing on disk.
pub struct Redis {
    port: u16,
    /// `Signal::STOP` makes it accept connections and answer nothing until `Signal::CONT`.
    pub server: Process,
}

impl Redis {
    /// Starts the server.
    pub fn start(lab: &Lab) -> Result<Self> {
        let (mut command, port) = (lab.tools.as_account(lab.tools.get("redis-server")?), free_port()?);
        command.args(["--bind", "127.0.0.1", "--save", "", "--port", &port.to_string()]);
        command.current_dir(lab.owned_directory("redis")?);
        let redis = Self { port, server: Process::start(lab, "redis", command, Signal::KILL)? };
        redis.wait_until_ready()?;
        Ok(redis)
    }

    /// Starts the server again, which has forgotten everything.
    pub fn resume(&mut self) -> Result<()> {
        self.server.resume()?;
        self.wait_until_ready()
    }

    fn wait_until_ready(&self) -> Result<()> {
        until(START_TIMEOUT, "Redis answers", || self.command("PING").is_ok()).map(drop)
    }

    /// Removes all keys.
    pub fn flush(&self) -> Result<()> {
        self.command("FLUSHALL")
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        local(self.port)
    }

    /// The value of `BACKEND_REDIS_URL`.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// Sends a command whose answer is a word.
    fn command(&self, command: &str) -> Result<()> {
        let answer = answer(&mut TcpStream::connect(self.address())?, command)?;
        ensure!(answer.starts_with('+'), "Redis answers {command} with {answer}");
        Ok(())
    }
}

/// The beginning of the answer of a Redis, or a sentinel, that answers nobody without its password.
pub fn ask_redis_with_password(server: SocketAddr, password: &str, command: &str) -> Result<String> {
    let mut connection = TcpStream::connect(server)?;
    let refusal = answer(&mut connection, command)?;
    ensure!(refusal.starts_with("-NOAUTH"), "{server} answers without a password: {refusal}");
    let consent = answer(&mut connection, &format!("AUTH {password}"))?;
    ensure!(consent.starts_with("+OK"), "{server} does not take its password: {consent}");
    answer(&mut connection, command)
}

/// The beginning of the answer to a command.
fn answer(connection: &mut TcpStream, command: &str) -> Result<String> {
    connection.set_read_timeout(Some(ANSWER))?;
    connection.write_all(format!("{command}\r\n").as_bytes())?;
    let mut bytes = [0; 256];
    let length = connection.read(&mut bytes)?;
    ensure!(length > 0, "Redis has hung up");
    Ok(String::from_utf8_lossy(&bytes[..length]).into_owned())
}
