//! The service, as a process.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Footprint, Process, Request, eventually, local, run, until};
use rustix::process::Signal;
use serde_json::Value;

use crate::context::Context;

/// How long a start may take on a busy machine.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// Nothing of our own environment, the cheapest Argon2 there is (RFC 9106, 3.1), and no limits: they are the subject
/// of few scenarios, which set them again.
const SETTINGS: [(&str, &str); 9] = [
    ("BACKEND_ENVIRONMENT", "testing"),
    ("BACKEND_HOST", "127.0.0.1"),
    ("BACKEND_MAX_CONNECTIONS_PER_ADDRESS", "25000"),
    ("BACKEND_LOG_FORMAT", "json"),
    ("BACKEND_SECRET_KEY", "0123456789abcdef0123456789abcdef0123456789abcdef"),
    ("BACKEND_ARGON2_MEMORY_KIB", "8"),
    ("BACKEND_ARGON2_TIME_COST", "1"),
    ("BACKEND_ARGON2_PARALLELISM", "1"),
    ("BACKEND_RATE_LIMIT_ENABLED", "false"),
];

/// The text of a panic in the log.
const PANIC: &str = "\"Unhandled panic\"";

/// How a service is started.
#[derive(Debug, Clone)]
pub(crate) struct ServicePlan {
    /// For its log and its messages.
    name: String,
    /// Another build than the one under test.
    program: Option<PathBuf>,
    settings: Vec<(String, String)>,
}

impl ServicePlan {
    /// A service on a database.
    pub(crate) fn new(name: impl Into<String>, database_url: &str) -> Self {
        let plan = Self { name: name.into(), program: None, settings: Vec::new() };
        plan.with("BACKEND_DATABASE_URL", database_url).with("BACKEND_PORT", "0")
    }

    /// With an environment variable, which beats those that were set before.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// The same under another name.
    pub(crate) fn named(&self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self.clone() }
    }

    /// With another build of the service.
    pub(crate) fn running(self, program: &Path) -> Self {
        Self { program: Some(program.to_owned()), ..self }
    }

    /// On a port that outlives the process.
    pub(crate) fn on_port(self, port: u16) -> Self {
        self.with("BACKEND_PORT", port.to_string())
    }

    /// Starts the service, and returns when it listens, ready or not.
    pub(crate) async fn start(&self, context: &Context) -> Result<Service> {
        let log = context.log(&self.name)?;
        let offset = fs::metadata(&log).map_or(0, |it| it.len());
        let file = OpenOptions::new().create(true).append(true).open(&log);
        let file = file.with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = self.command(context, &["serve"]);
        command.stdout(file.try_clone()?).stderr(file);
        let process = Process::spawn(context.guard(), &mut command, Signal::KILL)?;
        let mut service = Service { process, port: 0, log, begin_of_log: offset, name: self.name.clone() };
        service.find_port().await?;
        Ok(service)
    }

    /// The output of an operator's command with the same settings.
    pub(crate) fn operate(&self, context: &Context, arguments: &[&str]) -> Result<String> {
        run(&mut self.command(context, arguments))
    }

    fn command(&self, context: &Context, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program.as_ref().unwrap_or(&context.tools().server));
        command.args(arguments).env_clear().envs(SETTINGS);
        command.envs(self.settings.iter().map(|(name, value)| (name, value))).current_dir(context.directory());
        command
    }

    /// Starts the service, and returns when it is ready.
    pub(crate) async fn start_ready(&self, context: &Context) -> Result<Service> {
        let service = self.start(context).await?;
        service.wait_until_ready(START_TIMEOUT).await?;
        Ok(service)
    }
}

/// A service that listens.
pub(crate) struct Service {
    process: Process,
    port: u16,
    log: PathBuf,
    /// Processes of one name write into one file, one after another.
    begin_of_log: u64,
    name: String,
}

impl Service {
    /// The address that it listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        local(self.port)
    }

    /// The present use of memory, descriptors and threads.
    pub(crate) fn footprint(&self) -> Result<Footprint> {
        Footprint::of(self.process(), self.port)
    }

    /// Its process number.
    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Sends one request on a connection of its own.
    pub(crate) async fn send(&self, request: &Request) -> Result<ore_harness::Answer> {
        Client::without_keeping(self.address())
            .send(request)
            .await
            .with_context(|| format!("{} does not answer {request:?}", self.name))
    }

    /// Whether `/readiness` says 200.
    pub(crate) async fn is_ready(&self) -> bool {
        self.send(&Request::get("/readiness")).await.is_ok_and(|answer| answer.status == 200)
    }

    /// Returns how long it took.
    pub(crate) async fn wait_until_ready(&self, limit: Duration) -> Result<Duration> {
        eventually(limit, &format!("{} is ready", self.name), async || self.is_ready().await).await
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.process.kill()
    }

    /// Ends it as a service manager does, and returns when it has ended.
    pub(crate) async fn terminate(&mut self, limit: Duration) -> Result<()> {
        self.process.signal(Signal::TERM)?;
        let status: ExitStatus = self.process.wait(limit).await?;
        ensure!(status.success(), "{} ended with {status} after SIGTERM", self.name);
        Ok(())
    }

    /// Looks whether it still runs and has not panicked.
    pub(crate) fn check_health(&mut self) -> Result<()> {
        if let Some(status) = self.process.status()? {
            anyhow::bail!("{} has ended: {status}", self.name);
        }
        ensure!(!self.log()?.contains(PANIC), "{} has panicked: see {}", self.name, self.log.display());
        Ok(())
    }

    /// The log of this process so far.
    pub(crate) fn log(&self) -> Result<String> {
        read(&self.log, self.begin_of_log)
    }

    async fn find_port(&mut self) -> Result<()> {
        let what = format!("{} listens, says {}", self.name, self.log.display());
        let (log, begin, process) = (&self.log, self.begin_of_log, &mut self.process);
        let (mut port, mut ended) = (None, None);
        until(START_TIMEOUT, &what, || {
            port = read(log, begin).ok().and_then(|text| listening_port(&text));
            ended = process.status().ok().flatten();
            port.is_some() || ended.is_some()
        })
        .await?;
        let fault = || format!("{} ended instead of listening: see {}", self.name, self.log.display());
        self.port = port.with_context(fault)?;
        Ok(())
    }
}

fn read(log: &Path, begin: u64) -> Result<String> {
    let read = || {
        let mut bytes = Vec::new();
        let mut file = File::open(log)?;
        file.seek(SeekFrom::Start(begin))?;
        file.read_to_end(&mut bytes)?;
        io::Result::Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    read().with_context(|| format!("cannot read {}", log.display()))
}

/// The port that the log names.
fn listening_port(log: &str) -> Option<u16> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut ports = lines.filter(|line| line["message"].as_str().is_some_and(|it| it.starts_with("Listening on ")));
    ports.next()?["port"].as_u64()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_the_one_that_the_log_names() {
        let log = concat!(
            "not JSON\n",
            r#"{"message":"GET /health - 0.0014s","port":1}"#,
            "\n",
            r#"{"message":"Listening on http://127.0.0.1:4711","port":4711}"#,
            "\n"
        );
        assert_eq!(listening_port(log), Some(4711));
        assert_eq!(listening_port("{}"), None);
    }
}
