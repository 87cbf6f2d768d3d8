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
    servers: Vec<Member>,
    watchers: Vec<Member>,
}

/// A server or a sentinel.
struct Member {
    address: SocketAddr,
    daemon: Daemon,
    /// Which it rewrites.
    file: PathBuf,
    configuration: String,
}

impl Sentinels {
    /// Starts all of them, and returns when the sentinels know each other and the servers.
    pub(crate) fn start(lab: &Lab) -> Result<Self> {
        let mut all = Self { servers: Vec::new(), watchers: Vec::new() };
        for number in 1..=COUNT {
            let (port, first) = (free_port()?, all.servers.first().map(|first| first.address.port()));
            let server = replaced(SERVER, &[("port 6379", format!("port {port}"))])?;
            // The sentinels tell a server whom to follow if that is another by now.
            let follows = first.map(|first| format!("\nreplicaof 127.0.0.1 {first}\n")).unwrap_or_default();
            all.servers.push(Member::start(lab, &format!("redis-{number}"), port, server, &follows)?);
        }
        let master = all.servers[0].address.port();
        for number in 1..=COUNT {
            let port = free_port()?;
            let ports = [("port 26379", format!("port {port}")), ("127.0.0.1 6379", format!("127.0.0.1 {master}"))];
            let sentinel = replaced(SENTINEL, &ports)?;
            all.watchers.push(Member::start(lab, &format!("sentinel-{number}"), port, sentinel, "")?);
        }
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
        let mut votes = [0; COUNT];
        for sentinel in self.watchers.iter().filter(|sentinel| sentinel.daemon.is_running()) {
            let answer = sentinel.ask("SENTINEL GET-MASTER-ADDR-BY-NAME ore").unwrap_or_default();
            let port = answer.lines().filter_map(|line| line.parse().ok()).next_back();
            let named = self.servers.iter().position(|server| Some(server.address.port()) == port);
            if let Some(named) = named {
                votes[named] += 1;
            }
        }
        votes.iter().position(|votes| *votes * 2 > COUNT)
    }

    /// Ends a server at once.
    pub(crate) fn kill_server(&mut self, server: usize) -> Result<()> {
        self.servers[server].daemon.kill()
    }

    /// Ends a sentinel at once.
    pub(crate) fn kill_sentinel(&mut self, sentinel: usize) -> Result<()> {
        self.watchers[sentinel].daemon.kill()
    }

    /// Starts a server again, as a master, which the sentinels make a replica if there is another.
    pub(crate) fn resume_server(&mut self, server: usize) -> Result<()> {
        let Member { daemon, file, configuration, .. } = &mut self.servers[server];
        fs::write(file, configuration).context("cannot configure Redis")?;
        daemon.resume()
    }

    /// Until each sentinel that runs knows the others and two replicas.
    pub(crate) fn wait_until_known(&self) -> Result<Duration> {
        let running: Vec<_> = self.watchers.iter().filter(|sentinel| sentinel.daemon.is_running()).collect();
        until(START, "the sentinels know each other and three servers", || {
            for sentinel in &running {
                let quorum = sentinel.ask("SENTINEL CKQUORUM ore").unwrap_or_default();
                let usable = quorum.split(' ').nth(1).and_then(|count| count.parse().ok());
                let replicas = sentinel.ask("SENTINEL REPLICAS ore").unwrap_or_default();
                if usable.is_none_or(|usable: usize| usable < running.len()) || !replicas.starts_with("*2") {
                    return false;
                }
            }
            true
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

    /// Asks a sentinel.
    fn ask(&self, command: &str) -> Result<String> {
        ask_redis_with_password(self.address, PASSWORD, command)
    }
}
