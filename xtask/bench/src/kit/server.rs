//! The service, and the server it is compared with, as processes.

use std::fs::{File, OpenOptions};
use std::io::{self, PipeWriter, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use ore_harness::{Answer, Client, Process, Request, free_port, local};
use rustix::process::Signal;
use tokio::time::sleep;

use super::Cost;
use crate::context::Context;
use crate::report::cores;

/// How long a start may take on a busy machine.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// How often a server is asked whether it is ready; its start is measured as exactly as this.
const INTERVAL: Duration = Duration::from_millis(1);

/// What a reader of a log takes at once.
const LOG_PART: usize = 64 * 1024;

/// The service as it is deployed. Its limits count as ever, and nobody reaches them.
const SETTINGS: [(&str, &str); 11] = [
    ("BACKEND_ENVIRONMENT", "staging"),
    ("BACKEND_HOST", "127.0.0.1"),
    ("BACKEND_MAX_CONNECTIONS_PER_ADDRESS", "25000"),
    ("BACKEND_SECRET_KEY", "0123456789abcdef0123456789abcdef0123456789abcdef"),
    ("BACKEND_LOG_FORMAT", "json"),
    ("BACKEND_RATE_LIMIT_GENERAL_BURST", "10000000"),
    ("BACKEND_RATE_LIMIT_GENERAL_PER_MINUTE", "10000000"),
    ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "10000000"),
    ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "10000000"),
    ("BACKEND_RATE_LIMIT_TOTAL_BURST", "10000000"),
    ("BACKEND_RATE_LIMIT_TOTAL_PER_MINUTE", "10000000"),
];

/// Headers that the bare server sends anyway, or that only the answer to a probe has.
const OF_EVERY_SERVER: [&str; 4] = ["connection", "content-length", "content-type", "date"];

/// How the service is started.
#[derive(Debug, Clone)]
pub(crate) struct ServerPlan {
    /// For its log and its messages.
    name: String,
    settings: Vec<(String, String)>,
    /// That of the tools, where none is named.
    build: Option<PathBuf>,
}

impl ServerPlan {
    /// The service on a database.
    pub(crate) fn new(name: impl Into<String>, database_url: &str) -> Self {
        Self { name: name.into(), settings: Vec::new(), build: None }.with("BACKEND_DATABASE_URL", database_url)
    }

    /// With an environment variable.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// With password hashes of this cost.
    pub(crate) fn at_cost(self, cost: Cost) -> Self {
        cost.settings().into_iter().fold(self, |plan, (setting, value)| plan.with(setting, value))
    }

    /// Of this build of the service.
    pub(crate) fn of_build(self, program: &Path) -> Self {
        Self { build: Some(program.to_owned()), ..self }
    }

    /// Starts the service, and returns when it is ready.
    pub(crate) async fn start(&self, context: &Context) -> Result<Server> {
        let port = free_port()?;
        let mut command = Command::new(self.build.as_ref().unwrap_or(&context.tools().server));
        command.arg("serve").env_clear().envs(SETTINGS).env("BACKEND_PORT", port.to_string());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        start(context, &self.name, command, (port, "/readiness")).await
    }
}

/// The answer of a server that does nothing else.
#[derive(Debug)]
pub(crate) struct BareAnswer {
    body_bytes: usize,
    headers: Vec<String>,
}

impl BareAnswer {
    /// A body as long as that of the answer.
    pub(crate) fn as_long_as(answer: &Answer) -> Self {
        Self { body_bytes: answer.length, headers: Vec::new() }
    }

    /// The headers of the answer as well.
    pub(crate) fn with_the_head_of(answer: &Answer) -> Self {
        let ours = answer.headers.iter().filter(|(name, _)| !OF_EVERY_SERVER.contains(&name.as_str()));
        let headers = ours.map(|(name, value)| format!("{name}: {value}")).collect();
        Self { headers, ..Self::as_long_as(answer) }
    }
}

/// Starts a server that answers everything alike.
pub(crate) async fn start_bare(context: &Context, answer: BareAnswer) -> Result<Server> {
    let port = free_port()?;
    let mut command = Command::new(context.tools().get("bare")?);
    command.args(["--port", &port.to_string(), "--workers", &cores().to_string()]);
    command.args(["--body-bytes", &answer.body_bytes.to_string()]);
    for header in &answer.headers {
        command.args(["--header", header]);
    }
    start(context, "bare", command, (port, "/")).await
}

/// A server that answers.
pub(crate) struct Server {
    process: Process,
    address: SocketAddr,
    /// From before its process was made to its first answer that it is ready.
    pub(crate) started_in: Duration,
}

impl Server {
    /// The address that it listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process number.
    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Sends one request on a connection of its own.
    pub(crate) async fn send(&self, request: &Request) -> Result<Answer> {
        let answer = Client::without_keeping(self.address).send(request).await?;
        if answer.status != 200 {
            bail!("{request:?} is answered with {}: {}", answer.status, answer.body);
        }
        Ok(answer)
    }
}

async fn start(
    context: &Context,
    name: &str,
    mut command: Command,
    (port, probe): (u16, &'static str),
) -> Result<Server> {
    let log = context.log(name);
    let errors = OpenOptions::new().create(true).append(true).open(&log);
    let errors: File = errors.with_context(|| format!("cannot write {}", log.display()))?;
    command.current_dir(context.directory()).stdout(discarded()?).stderr(Stdio::from(errors));
    let (started, address) = (Instant::now(), local(port));
    let mut process = Process::spawn(context.guard(), &mut command, Signal::TERM)?;
    let request = Request::get(probe);
    loop {
        if Client::without_keeping(address).send(&request).await.is_ok_and(|answer| answer.status == 200) {
            return Ok(Server { process, address, started_in: started.elapsed() });
        }
        if let Some(status) = process.status()? {
            bail!("{name} ended instead of answering ({status}): see {}", log.display());
        }
        if started.elapsed() > START_TIMEOUT {
            bail!("{name} is not ready within {START_TIMEOUT:?}: see {}", log.display());
        }
        sleep(INTERVAL).await;
    }
}

/// A pipe that is read to its end, as a collector of logs does, by a thread that throws away what it reads.
fn discarded() -> Result<PipeWriter> {
    let (mut reader, writer) = io::pipe().context("cannot make a pipe")?;
    thread::spawn(move || {
        let mut part = vec![0; LOG_PART];
        while reader.read(&mut part).is_ok_and(|length| length > 0) {}
    });
    Ok(writer)
}
