//! The service, as a process.

use std::io::{self, BufReader, PipeWriter, Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use fs_err::File;
use rustix::process::Signal;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::{Answer, Client, Footprint, Lab, Process, Request, START_TIMEOUT, free_port, local, run};

/// How long a service may take to end in good order.
const END_TIMEOUT: Duration = Duration::from_secs(20);

/// How often a service that starts is asked; its start is measured as exactly as this.
const INTERVAL: Duration = Duration::from_millis(1);

/// Of every service, beside nothing of our own environment.
const SETTINGS: [(&str, &str); 4] = [
    ("BACKEND_HOST", "127.0.0.1"),
    ("BACKEND_MAX_CONNECTIONS_PER_ADDRESS", "25000"),
    ("BACKEND_LOG_FORMAT", "json"),
    ("BACKEND_SECRET_KEY", "0123456789abcdef0123456789abcdef0123456789abcdef"),
];

/// 32 bytes in base64, for services that seal what they keep.
pub const SEALING_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// What a reader of a log takes at once.
const LOG_PART: usize = 64 * 1024;

/// How a service is started, always on the same port.
#[derive(Debug, Clone)]
pub struct ServicePlan {
    /// For its log and its messages.
    name: String,
    /// Another program than the service under test.
    program: Option<PathBuf>,
    arguments: Vec<String>,
    settings: Vec<(String, String)>,
    /// 0 when none was free.
    port: u16,
    is_collected: bool,
}

impl ServicePlan {
    /// A service on a database, with these environment variables beside those that every service has.
    pub fn new(name: impl Into<String>, settings: &[(&str, &str)], database_url: &str) -> Self {
        let (name, arguments, port) = (name.into(), vec!["serve".to_owned()], free_port().unwrap_or_default());
        let bare = Self { name, program: None, arguments, settings: Vec::new(), port, is_collected: false };
        bare.with_all(&SETTINGS).with_all(settings).with("BACKEND_DATABASE_URL", database_url)
    }

    /// With an environment variable, which beats those that were set before.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// With several of them.
    #[must_use]
    pub fn with_all(self, settings: &[(&str, &str)]) -> Self {
        settings.iter().fold(self, |plan, (name, value)| plan.with(name, *value))
    }

    /// The same under another name and on another port.
    #[must_use]
    pub fn named(&self, name: impl Into<String>) -> Self {
        Self { name: name.into(), port: free_port().unwrap_or_default(), ..self.clone() }
    }

    /// With another build of the service.
    #[must_use]
    pub fn running(self, program: &Path) -> Self {
        Self { program: Some(program.to_owned()), ..self }
    }

    /// With other arguments, for a program that is no build of the service.
    #[must_use]
    pub fn told(self, arguments: Vec<String>) -> Self {
        Self { arguments, ..self }
    }

    /// With somebody who reads its log and throws away what was read, as a collector of logs does at best.
    #[must_use]
    pub fn collected(self) -> Self {
        Self { is_collected: true, ..self }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        local(self.port)
    }

    /// Starts the service, and returns when it listens, ready or not.
    pub async fn start(&self, lab: &Lab) -> Result<Service> {
        let listens = async |it: &Service| TcpStream::connect(it.address()).await.is_ok();
        self.spawn(lab)?.wait_for("it listens", listens).await
    }

    /// Starts the service, and returns when it is ready.
    pub async fn start_ready(&self, lab: &Lab) -> Result<Service> {
        let request = Request::get("/readiness");
        let is_ready = async |it: &Service| it.send(&request).await.is_ok_and(|answer| answer.status == 200);
        self.spawn(lab)?.wait_for("it is ready", is_ready).await
    }

    /// Starts it and a replica of it on another port, and returns when both are ready.
    pub async fn start_two(&self, lab: &Lab) -> Result<[Service; 2]> {
        let other = self.named(format!("{}-2", self.name));
        Ok([self.start_ready(lab).await?, other.start_ready(lab).await?])
    }

    /// What a command of an operator prints, with the same settings.
    pub fn operate(&self, lab: &Lab, arguments: &[&str]) -> Result<String> {
        run(self.command(lab).args(arguments))
    }

    fn command(&self, lab: &Lab) -> Command {
        let mut command = Command::new(self.program.as_ref().unwrap_or(&lab.tools.server));
        command.env_clear().envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.env("BACKEND_PORT", self.address().port().to_string()).current_dir(&lab.directory);
        command
    }

    fn spawn(&self, lab: &Lab) -> Result<Service> {
        ensure!(self.port != 0, "no port is free on 127.0.0.1");
        let (file, log) = (lab.log(&self.name)?, lab.log_path(&self.name));
        let begin_of_log = file.metadata()?.len();
        let mut command = self.command(lab);
        command.args(&self.arguments);
        if self.is_collected {
            command.stdout(discarded()?);
        } else {
            command.stdout(file.try_clone()?);
        }
        let started = Instant::now();
        // A start after a kill is another one than a start after an end.
        let stop = if self.is_collected { Signal::TERM } else { Signal::KILL };
        command.stderr(file);
        let process = Process::spawn(&lab.guard, command, stop)?;
        Ok(Service { plan: self.clone(), process, log, begin_of_log, started, started_in: Duration::ZERO })
    }
}

/// A pipe that is read to its end by a thread.
fn discarded() -> Result<PipeWriter> {
    let (reader, writer) = io::pipe().context("cannot make a pipe")?;
    thread::spawn(move || io::copy(&mut BufReader::with_capacity(LOG_PART, reader), &mut io::sink()));
    Ok(writer)
}

/// A service that listens.
pub struct Service {
    /// How it is started again.
    pub plan: ServicePlan,
    process: Process,
    log: PathBuf,
    /// Processes of one name write into one file, one after another.
    begin_of_log: u64,
    started: Instant,
    /// From before its process was made to its first answer that it is ready, or until it listened.
    pub started_in: Duration,
}

impl Service {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.plan.address()
    }

    /// Its process number.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// What it holds of the machine at the moment.
    pub fn footprint(&self) -> Result<Footprint> {
        Footprint::of(self.process(), self.plan.port)
    }

    /// Sends one request on a connection of its own.
    pub async fn send(&self, request: &Request) -> Result<Answer> {
        let answer = Client::without_keeping(self.address()).send(request).await;
        answer.with_context(|| format!("{} does not answer {request}", self.plan.name))
    }

    /// Sends one request, whose answer must have this status.
    pub async fn expect(&self, status: u16, request: &Request) -> Result<Answer> {
        let answer = self.send(request).await?;
        ensure!(answer.status == status, "{} answered {request} with {answer}, not {status}", self.plan.name);
        Ok(answer)
    }

    /// Sends a request again and again until its answer has this status, and returns how long that took.
    pub async fn expect_soon(&self, limit: Duration, status: u16, request: &Request) -> Result<Duration> {
        let took = Client::without_keeping(self.address()).expect_soon(limit, status, request).await;
        took.context(self.plan.name.clone())
    }

    /// Until `/readiness` says 200; returns how long it took.
    pub async fn wait_until_ready(&self, limit: Duration) -> Result<Duration> {
        self.expect_soon(limit, 200, &Request::get("/readiness")).await
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        self.process.kill()
    }

    /// Ends it as a service manager does, and returns when it has ended.
    pub fn terminate(&mut self) -> Result<()> {
        let status = self.process.end(Signal::TERM, END_TIMEOUT)?;
        ensure!(status.success(), "{} ended with {status} after SIGTERM", self.plan.name);
        Ok(())
    }

    /// The log of this process so far.
    pub fn log(&self) -> Result<String> {
        let mut bytes = Vec::new();
        let mut file = File::open(&self.log)?;
        file.seek(SeekFrom::Start(self.begin_of_log))?;
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Looks whether it still runs.
    pub fn check_running(&mut self) -> Result<()> {
        let status = self.process.status()?;
        status.map_or(Ok(()), |it| bail!("{} has ended ({it}): see {}", self.plan.name, self.log.display()))
    }

    async fn wait_for(mut self, what: &str, ask: impl AsyncFn(&Self) -> bool) -> Result<Self> {
        while !ask(&self).await {
            self.check_running()?;
            let log = self.log.display();
            ensure!(self.started.elapsed() < START_TIMEOUT, "{what}: not within {START_TIMEOUT:?}, see {log}");
            sleep(INTERVAL).await;
        }
        self.started_in = self.started.elapsed();
        Ok(self)
    }
}
