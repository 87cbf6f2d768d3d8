//! Three Redis servers and their sentinels, as `deploy/redis` configures them.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Account, Guard, Process, eventually, free_port, local};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::deploy::{as_account, owned_directory, replaced};
use crate::context::Context;

const SERVER: &str = include_str!("../../../../deploy/redis/redis.conf");
const SENTINEL: &str = include_str!("../../../../deploy/redis/sentinel.conf");

/// That of the sentinels, in their file.
const PASSWORD: &str = "change-me-too";
const COUNT: usize = 3;
const START: Duration = Duration::from_mins(1);
const ANSWER: Duration = Duration::from_secs(1);

/// Servers of which one is the master, most of the time, and those who say which.
pub(crate) struct Sentinels {
    servers: Vec<Member>,
    watchers: Vec<Member>,
    program: PathBuf,
    account: Option<Account>,
    guard: Guard,
}

/// A server or a sentinel.
struct Member {
    address: SocketAddr,
    directory: PathBuf,
    log: PathBuf,
    process: Option<Process>,
}

impl Sentinels {
    /// Starts all of them, and returns when the sentinels know each other and the servers.
    pub(crate) async fn start(context: &Context) -> Result<Self> {
        let (program, account) = (context.tools().get("redis-server")?, context.tools().postgres_plan("")?.account);
        let members = |name: &str| -> Result<Vec<Member>> {
            (1..=COUNT).map(|number| Member::new(context, &format!("{name}-{number}"), account)).collect()
        };
        let (servers, sentinels) = (members("redis")?, members("sentinel")?);
        let (program, guard) = (program.to_owned(), context.guard().clone());
        let mut all = Self { servers, watchers: sentinels, program, account, guard };
        for server in 0..COUNT {
            all.start_server(server, 0)?;
        }
        for sentinel in 0..COUNT {
            all.start_sentinel(sentinel)?;
        }
        all.wait_until_known().await?;
        Ok(all)
    }

    /// The value of `BACKEND_REDIS_URL`.
    pub(crate) fn url(&self) -> String {
        let sentinels: Vec<_> = self.watchers.iter().map(|sentinel| sentinel.address.to_string()).collect();
        format!("redis+sentinel://:change-me@{}/ore?sentinel_password={PASSWORD}", sentinels.join(","))
    }

    /// Which server is the master, as most sentinels say.
    pub(crate) async fn master(&self) -> Option<usize> {
        let mut votes = [0; COUNT];
        for sentinel in self.watchers.iter().filter(|sentinel| sentinel.process.is_some()) {
            let answer = sentinel.ask("SENTINEL GET-MASTER-ADDR-BY-NAME ore").await.unwrap_or_default();
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
        self.servers[server].process.take().context("this Redis does not run")?.kill()
    }

    /// Ends a sentinel at once.
    pub(crate) fn kill_sentinel(&mut self, sentinel: usize) -> Result<()> {
        self.watchers[sentinel].process.take().context("this sentinel does not run")?.kill()
    }

    /// Starts a server as a replica of the first one, and as the master if it is that itself. The sentinels tell it
    /// whom to follow if that is another by now.
    pub(crate) fn start_server(&mut self, server: usize, first: usize) -> Result<()> {
        let first = (server != first).then(|| self.servers[first].address);
        let server = &mut self.servers[server];
        let port = [("port 6379", format!("port {}", server.address.port()))];
        fs::write(server.directory.join("redis.conf"), replaced(SERVER, &port)?)?;
        let mut command = as_account(&self.program, self.account);
        command.arg("redis.conf");
        if let Some(first) = first {
            command.args(["--replicaof", "127.0.0.1", &first.port().to_string()]);
        }
        server.spawn(&self.guard, command)
    }

    fn start_sentinel(&mut self, sentinel: usize) -> Result<()> {
        let (sentinel, master) = (&mut self.watchers[sentinel], self.servers[0].address.port());
        let ports = [
            ("port 26379", format!("port {}", sentinel.address.port())),
            ("127.0.0.1 6379", format!("127.0.0.1 {master}")),
        ];
        let file = sentinel.directory.join("sentinel.conf");
        fs::write(&file, replaced(SENTINEL, &ports)?)?;
        if let Some(Account { user, group }) = self.account {
            std::os::unix::fs::chown(&file, Some(user), Some(group)).context("cannot hand a file to a sentinel")?;
        }
        let mut command = as_account(&self.program, self.account);
        command.args(["sentinel.conf", "--sentinel"]);
        sentinel.spawn(&self.guard, command)
    }

    /// Until each sentinel that runs knows the others and two replicas.
    pub(crate) async fn wait_until_known(&self) -> Result<Duration> {
        let running: Vec<_> = self.watchers.iter().filter(|sentinel| sentinel.process.is_some()).collect();
        eventually(START, "the sentinels know each other and three servers", async || {
            for sentinel in &running {
                let quorum = sentinel.ask("SENTINEL CKQUORUM ore").await.unwrap_or_default();
                let usable = quorum.split(' ').nth(1).and_then(|count| count.parse().ok());
                let replicas = sentinel.ask("SENTINEL REPLICAS ore").await.unwrap_or_default();
                if usable.is_none_or(|usable: usize| usable < running.len()) || !replicas.starts_with("*2") {
                    return false;
                }
            }
            true
        })
        .await
    }
}

impl Member {
    fn new(context: &Context, name: &str, account: Option<Account>) -> Result<Self> {
        let directory = owned_directory(context, name, account)?;
        Ok(Self { address: local(free_port()?), directory, log: context.log(name)?, process: None })
    }

    fn spawn(&mut self, guard: &Guard, mut command: std::process::Command) -> Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        command.current_dir(&self.directory).stdout(log.try_clone()?).stderr(log);
        self.process = Some(Process::spawn(guard, &mut command, Signal::KILL)?);
        Ok(())
    }

    /// The beginning of the answer of a sentinel to a command, which it gives to nobody without its password.
    async fn ask(&self, command: &str) -> Result<String> {
        let asking = async {
            let mut connection = TcpStream::connect(self.address).await?;
            let refusal = answer(&mut connection, command).await?;
            ensure!(refusal.starts_with("-NOAUTH"), "a sentinel answers without a password: {refusal}");
            let consent = answer(&mut connection, &format!("AUTH {PASSWORD}")).await?;
            ensure!(consent.starts_with("+OK"), "a sentinel does not take its password: {consent}");
            answer(&mut connection, command).await
        };
        timeout(ANSWER, asking).await.context("a sentinel does not answer")?
    }
}

/// The beginning of the answer to a command.
async fn answer(connection: &mut TcpStream, command: &str) -> Result<String> {
    connection.write_all(format!("{command}\r\n").as_bytes()).await?;
    let mut bytes = [0; 256];
    let length = connection.read(&mut bytes).await?;
    ensure!(length > 0, "a sentinel has hung up");
    Ok(String::from_utf8_lossy(&bytes[..length]).into_owned())
}
