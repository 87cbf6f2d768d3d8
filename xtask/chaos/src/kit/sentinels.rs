//! Three Redis servers and their sentinels, as `deploy/redis` configures them.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::{Daemon, Lab, ask_redis_with_password, free_port, local, replaced, until};
use rustix::process::Signal;

const SERVER: &str = include_str!("../../../../deploy/redis/redis.conf");
const SENTINEL: &str = include_str!("../../../../deploy/redis/sentinel.conf");

/// That of the sentinels, in their file.
const PASSWORD: &str = "change-me-too";
const COUNT: usize = 3;
const START: Duration = Duration::from_mins(1);

/// Servers of which one is the master, most of the time, and those who say which.
pub(crate) struct Sentinels {
    pub(crate) servers: Vec<Member>,
    pub(crate) watchers: Vec<Member>,
}

/// A server or a sentinel.
pub(crate) struct Member {
    address: SocketAddr,
    pub(crate) daemon: Daemon,
    /// Which it rewrites.
    file: PathBuf,
    configuration: String,
}

impl Sentinels {
    /// Starts all of them, and returns when the sentinels know each other and the servers.
    pub(crate) fn start(lab: &Lab) -> Result<Self> {
        let [mut servers, mut watchers] = [Vec::new(), Vec::new()];
        let master = free_port()?;
        for number in 1..=COUNT {
            let port = if number == 1 { master } else { free_port()? };
            let server = replaced(SERVER, &[("port 6379", format!("port {port}"))])?;
            // The sentinels tell a server whom to follow if that is another by now.
            let follows = if number == 1 { String::new() } else { format!("\nreplicaof 127.0.0.1 {master}\n") };
            servers.push(Member::start(lab, &format!("redis-{number}"), port, server, &follows)?);
        }
        for number in 1..=COUNT {
            let port = free_port()?;
            let ports = [("port 26379", format!("port {port}")), ("127.0.0.1 6379", format!("127.0.0.1 {master}"))];
            let sentinel = replaced(SENTINEL, &ports)?;
            watchers.push(Member::start(lab, &format!("sentinel-{number}"), port, sentinel, "")?);
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
        let answers = self.running().map(|it| it.ask("SENTINEL GET-MASTER-ADDR-BY-NAME ore").unwrap_or_default());
        let answers: Vec<_> = answers.collect();
        self.servers.iter().position(|server| {
            let port = server.address.port().to_string();
            answers.iter().filter(|answer| answer.lines().any(|line| line == port)).count() * 2 > COUNT
        })
    }

    fn running(&self) -> impl Iterator<Item = &Member> {
        self.watchers.iter().filter(|sentinel| sentinel.daemon.is_running())
    }

    /// Until each sentinel that runs knows the others and two replicas.
    pub(crate) fn wait_until_known(&self) -> Result<Duration> {
        let count = self.running().count();
        until(START, "the sentinels know each other and three servers", || {
            self.running().all(|sentinel| {
                let quorum = sentinel.ask("SENTINEL CKQUORUM ore").unwrap_or_default();
                let replicas = sentinel.ask("SENTINEL REPLICAS ore").unwrap_or_default();
                quorum.starts_with(&format!("+OK {count} usable")) && replicas.starts_with("*2")
            })
        })
    }
}

impl Member {
    /// In a directory of its own with this file, to which more is added at first.
    fn start(lab: &Lab, name: &str, port: u16, configuration: String, more: &str) -> Result<Self> {
        let directory = lab.owned_directory(name)?;
        let file = directory.join("redis.conf");
        fs::write(&file, format!("{configuration}{more}")).context("cannot configure Redis")?;
        lab.tools.hand_over(&file)?;
        let mut command = lab.tools.as_account(lab.tools.get("redis-server")?);
        let option = name.starts_with("sentinel").then_some("--sentinel");
        command.arg("redis.conf").args(option).current_dir(&directory);
        let daemon = Daemon::start(lab, name, command, Signal::KILL)?;
        Ok(Self { address: local(port), daemon, file, configuration })
    }

    /// As a master, which the sentinels make a replica if there is another.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        fs::write(&self.file, &self.configuration).context("cannot configure Redis")?;
        self.daemon.resume()
    }

    /// Asks a sentinel.
    fn ask(&self, command: &str) -> Result<String> {
        ask_redis_with_password(self.address, PASSWORD, command)
    }
}
