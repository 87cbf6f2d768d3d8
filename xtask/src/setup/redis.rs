//! Redis: a throwaway server for the tests.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::external_programs::{REDIS, find_or_install};
use crate::setup::server::{Account, StopSignal, ThrowawayDirectory, free_port};
use crate::{console, process};

/// The server's process number, in its directory.
const PROCESS_FILE: &str = "redis.pid";
const LOG: &str = "log";
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A Redis server for one run of the tests, and the program for tests that start and stop their own.
#[derive(Debug)]
pub(super) struct TestServer {
    program: PathBuf,
    url: String,
    /// Stops and removes the server.
    _directory: ThrowawayDirectory,
}

impl TestServer {
    /// Starts a server that keeps nothing and ends with the value.
    pub(super) fn start() -> Result<Self> {
        let program = find_or_install(REDIS)?;
        let account = Account::unprivileged()?;
        let directory = ThrowawayDirectory::create(account, "ore-test-redis", PROCESS_FILE, StopSignal::Terminate)?;
        let port = free_port()?;
        let mut server = account.command(&program);
        server.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--daemonize", "yes"]);
        server.arg("--dir").arg(directory.path()).args(["--pidfile", PROCESS_FILE, "--logfile", LOG]);
        process::captured(&mut server)?;
        wait_until_it_answers(port, directory.path())?;
        console::say(&format!("Redis of {} runs on port {port}", program.display()));
        Ok(Self { program, url: format!("redis://127.0.0.1:{port}"), _directory: directory })
    }

    /// The server's URL.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The path of `redis-server`.
    pub(super) fn program(&self) -> &Path {
        &self.program
    }
}

fn wait_until_it_answers(port: u16, directory: &Path) -> Result<()> {
    let deadline = Instant::now() + START_TIMEOUT;
    while !answers(port) {
        if Instant::now() >= deadline {
            let log = fs::read_to_string(directory.join(LOG)).unwrap_or_default();
            bail!("Redis does not start: {}", process::on_one_line(log.lines()));
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn answers(port: u16) -> bool {
    let ask = || {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        connection.set_read_timeout(Some(Duration::from_secs(1)))?;
        connection.write_all(b"PING\r\n")?;
        let mut answer = [0; "+PONG".len()];
        connection.read_exact(&mut answer)?;
        std::io::Result::Ok(answer)
    };
    ask().is_ok_and(|answer| answer == *b"+PONG")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_runs_for_as_long_as_the_value() {
        let server = TestServer::start().unwrap();
        let port = server.url().rsplit_once(':').unwrap().1.parse().unwrap();
        assert!(answers(port));
        drop(server);
        assert!(!answers(port));
    }
}
