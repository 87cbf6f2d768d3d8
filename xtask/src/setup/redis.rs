//! Redis: a throwaway server for the tests.

use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::tools::REDIS;
use super::{Account, ThrowawayDirectory, free_port};
use crate::{console, process};

/// The server's process number, in its directory.
const PROCESS_FILE: &str = "redis.pid";
const LOG: &str = "log";
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A Redis server for one run of the tests, and the program for tests that start and stop their own.
#[derive(Debug)]
pub(super) struct TestServer {
    pub(super) program: PathBuf,
    pub(super) url: String,
    /// Stops and removes the server.
    _directory: ThrowawayDirectory,
}

impl TestServer {
    /// Starts a server that keeps nothing and ends with the value.
    pub(super) fn start() -> Result<Self> {
        let program = REDIS.prepare()?;
        let account = Account::unprivileged()?;
        let directory = ThrowawayDirectory::create(account, "ore-test-redis", PROCESS_FILE, "TERM")?;
        let port = free_port()?;
        let mut server = account.command(&program);
        server.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--daemonize", "yes"]);
        server.arg("--dir").arg(directory.path()).args(["--pidfile", PROCESS_FILE, "--logfile", LOG]);
        process::captured(&mut server)?;
        let deadline = Instant::now() + START_TIMEOUT;
        while !answers(port) {
            let log = directory.path().join(LOG);
            ensure!(Instant::now() < deadline, "Redis does not start: {}", process::end_of(&log));
            sleep(Duration::from_millis(20));
        }
        console::say(&format!("Redis of {} runs on port {port}", program.display()));
        Ok(Self { program, url: format!("redis://127.0.0.1:{port}"), _directory: directory })
    }
}

/// It listens when it has read its data, of which there is none.
fn answers(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_runs_for_as_long_as_the_value() {
        let server = TestServer::start().unwrap();
        let port = server.url.rsplit_once(':').unwrap().1.parse().unwrap();
        assert!(answers(port));
        drop(server);
        assert!(!answers(port));
    }
}
