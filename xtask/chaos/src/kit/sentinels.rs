//! Three Redis servers and their sentinels, as `deploy/redis` configures them.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use fs_err as fs;
use ore_harness::{Lab, Process, START_TIMEOUT, ask_redis_with_password, free_port, local, replaced, until};
use rustix::process::Signal;

const SERVER: &str = include_str!("../../../../deploy/redis/redis.conf");
const SENTINEL: &str = include_str!("../../../../deploy/redis/sentinel.conf");

/// That of the sentinels, in their file.
const PASSWORD: &str = "change-me-too";
const COUNT: usize = 3;

/// Servers of which one is the master, most of the time, and those who say which.
pub(crate) struct Sentinels {
    pub(crate) servers: Vec<Member>,
    /// One that is removed ends.
    pub(crate) watchers: Vec<Member>,
}

/// A server or a sentinel.
pub(crate) struct Member {
    address: SocketAddr,
    pub(crate) daemon: Process,
}

impl Sentinels {
    /// Starts all of them, and returns when the sentinels know each other and the servers.
    pub(crate) fn start(lab: &Lab) -> Result<Self> {
        let [mut servers, mut watchers] = [Vec::new(), Vec::new()];
        let master = free_port()?;
        for number in 1..=COUNT {
            let port = if number == 1 { master } else { free_port()? };
            let server = replaced(SERVER, &[("port 6379", format!("port {port}"))])?;
            // The sentinels tell a server to follow another one, or none, and it rewrites its file.
            let follows = if number == 1 { String::new() } else { format!("\nreplicaof 127.0.0.1 {master}\n") };
            servers.push(Member::start(lab, &format!("redis-{number}"), port, &(server + &follows))?);
        }
        for number in 1..=COUNT {
            let port = free_port()?;
            let ports = [("port 26379", format!("port {port}")), ("127.0.0.1 6379", format!("127.0.0.1 {master}"))];
            let sentinel = replaced(SENTINEL, &ports)?;
            watchers.push(Member::start(lab, &format!("sentinel-{number}"), port, &sentinel)?);
        }
        let all = Self { servers, watchers };
        all.wait_until_known()?;
        Ok(all)
    }

    /// The value of `BACKEND_REDIS_URL`.
    pub(crate) fn url(&self) -> String {
        let sentinels: Vec<_> = self.watchers.iter().map(|sentinel| sentinel.address.to_string()).collect();
        format!("redis+sentinel://:change-me@{}/ore?sentinel_password={PASSWORD}", sentinels.join(","))
    }

    /// Which server is the master, as most sentinels say.
    pub(crate) fn master(&self) -> Option<usize> {
        let answers = self.watchers.iter().map(|it| it.ask("SENTINEL GET-MASTER-ADDR-BY-NAME ore").unwrap_or_default());
        let answers: Vec<_> = answers.collect();
        self.servers.iter().position(|server| {
            let port = server.address.port().to_string();
            answers.iter().filter(|answer| answer.lines().any(|line| line == port)).count() * 2 > COUNT
        })
    }

    /// Until each sentinel knows the others and two replicas.
    pub(crate) fn wait_until_known(&self) -> Result<Duration> {
        let count = self.watchers.len();
        until(START_TIMEOUT, "the sentinels know each other and three servers", || {
            self.watchers.iter().all(|sentinel| {
                let quorum = sentinel.ask("SENTINEL CKQUORUM ore").unwrap_or_default();
                let replicas = sentinel.ask("SENTINEL REPLICAS ore").unwrap_or_default();
                quorum.starts_with(&format!("+OK {count} usable")) && replicas.starts_with("*2")
            })
        })
    }
}

impl Member {
    /// In a directory of its own with this file, which it rewrites.
    fn start(lab: &Lab, name: &str, port: u16, configuration: &str) -> Result<Self> {
        let directory = lab.owned_directory(name)?;
        let file = directory.join("redis.conf");
        fs::write(&file, configuration)?;
        lab.tools.hand_over(&file)?;
        let mut command = lab.tools.as_account(lab.tools.get("redis-server")?);
        let option = name.starts_with("sentinel").then_some("--sentinel");
        command.arg("redis.conf").args(option).current_dir(&directory);
        let daemon = Process::start(lab, name, command, Signal::KILL)?;
        Ok(Self { address: local(port), daemon })
    }

    /// Asks a sentinel.
    fn ask(&self, command: &str) -> Result<String> {
        ask_redis_with_password(self.address, PASSWORD, command)
    }
}
