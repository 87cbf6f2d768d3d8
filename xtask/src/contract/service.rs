//! The service under test.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::startup::Startup;
use crate::programs::{self, BuiltPrograms};
use crate::setup::{self, Account, StopSignal, ThrowawayDirectory};
use crate::{process, workspace};

/// The cheapest Argon2 there is (RFC 9106, 3.1), a port that the system chooses, the documentation pages, and no limit
/// on the thousands of requests that the tools send from one address.
const SETTINGS: [(&str, &str); 7] = [
    ("BACKEND_HOST", "127.0.0.1"),
    ("BACKEND_PORT", "0"),
    ("BACKEND_DEBUG", "true"),
    ("BACKEND_ARGON2_MEMORY_KIB", "8"),
    ("BACKEND_ARGON2_TIME_COST", "1"),
    ("BACKEND_ARGON2_PARALLELISM", "1"),
    ("BACKEND_RATE_LIMIT_ENABLED", "false"),
];

const SERVER: &str = "workflow-server";

const PROCESS_FILE: &str = "server.pid";

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A `workflow-server` with a database of its own, both gone with the value.
pub(super) struct Service {
    process: Child,
    port: u16,
    /// The OpenAPI document as the program prints it.
    document: PathBuf,
    /// Where tools run and leave their reports.
    workplace: PathBuf,
    directory: ThrowawayDirectory,
}

impl Service {
    /// Builds it, starts it, and returns when it is ready. Its log goes to `target/contract/server.log`.
    ///
    /// # Errors
    /// When it cannot be built or does not get ready.
    pub(super) fn start() -> Result<Self> {
        let program = BuiltPrograms::build_with_tests(["--bin", SERVER])?.path(SERVER)?;
        let workplace = workspace::root().join("target/contract");
        fs::create_dir_all(&workplace).with_context(|| format!("cannot make {}", workplace.display()))?;
        let directory =
            ThrowawayDirectory::create(Account::ourselves(), "ore-contract", PROCESS_FILE, StopSignal::Terminate)?;
        let document = write_document(&program, &workplace, directory.path())?;
        let log = File::create(workplace.join("server.log")).context("cannot write the service's log")?;
        let mut command = programs::bare_command(&program, directory.path());
        command.arg("serve").envs(SETTINGS).stdin(Stdio::null()).stdout(Stdio::piped());
        let process = command.spawn().context("cannot start the service")?;
        let mut service = Self { process, port: 0, document, workplace, directory };
        match service.get_ready(log) {
            Ok(port) => Ok(Self { port, ..service }),
            Err(error) => Err(service.abandon(error)),
        }
    }

    /// Returns the port.
    fn get_ready(&mut self, log: File) -> Result<u16> {
        fs::write(self.directory.path().join(PROCESS_FILE), format!("{}\n", self.process.id()))
            .context("cannot note the service's process")?;
        let stdout = self.process.stdout.take().context("the service has no standard output")?;
        wait_until_ready(&follow(stdout, log))
    }

    /// Ends what does not get ready, and returns why.
    fn abandon(mut self, error: anyhow::Error) -> anyhow::Error {
        // It may have ended by itself, and there is nothing more to do about what cannot be ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(self.directory.path().join(PROCESS_FILE));
        error
    }

    /// Where it answers, without a `/` at the end.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn document(&self) -> &Path {
        &self.document
    }

    pub(super) fn workplace(&self) -> &Path {
        &self.workplace
    }

    /// Registers a user, and returns the access token.
    ///
    /// # Errors
    /// When curl cannot be had, or the service refuses.
    pub(super) fn register(&self, email: &str) -> Result<String> {
        setup::prepare_curl()?;
        let body = json!({"email": email, "password": "correct horse battery"}).to_string();
        let mut curl = process::command("curl");
        curl.args(["--silent", "--show-error", "--fail-with-body", "--noproxy", "*"]);
        curl.args(["--header", "Content-Type: application/json", "--data", &body]);
        let answer = process::captured(curl.arg(format!("{}/api/v1/auth/register", self.url())))?;
        let answer: Value = serde_json::from_str(&answer).context("the answer to a registration is not JSON")?;
        let token = answer["data"]["access_token"].as_str();
        Ok(token.context("the answer to a registration has no token")?.to_owned())
    }

    /// Stops it as a service manager does.
    ///
    /// # Errors
    /// When it has ended before, or ends with a failure.
    pub(super) fn stop(mut self) -> Result<()> {
        if let Some(status) = self.process.try_wait().context("cannot ask for the service's process")? {
            bail!("the service had ended before ({status}): see target/contract/server.log");
        }
        let process_number = self.process.id().to_string();
        process::run(process::command("sh").args(["-c", "kill -s TERM \"$0\"", &process_number]))?;
        let status = self.process.wait().context("cannot wait for the service")?;
        fs::remove_file(self.directory.path().join(PROCESS_FILE)).context("cannot remove the process file")?;
        ensure!(status.success(), "{status}: see target/contract/server.log");
        Ok(())
    }
}

fn write_document(program: &Path, workplace: &Path, directory: &Path) -> Result<PathBuf> {
    let document = process::output(programs::bare_command(program, directory).envs(SETTINGS).arg("openapi"))?;
    let path = workplace.join("openapi.json");
    fs::write(&path, document).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Copies the log for as long as the service runs, and sends its lines to whoever listens.
fn follow(stdout: ChildStdout, mut log: File) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // A full disk must not stop the service: its log has to be read on.
            let _ = writeln!(log, "{line}");
            let _ = sender.send(line);
        }
    });
    lines
}

fn wait_until_ready(lines: &Receiver<String>) -> Result<u16> {
    let deadline = Instant::now() + PATIENCE;
    let mut startup = Startup::default();
    loop {
        if let Some(port) = startup.port() {
            return Ok(port);
        }
        let line = lines.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        startup.see(&line.context("the service does not get ready: see target/contract/server.log")?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_ends_instead_of_getting_ready_is_an_error_at_once() {
        let (sender, lines) = channel();
        sender.send(r#"{"message":"The database is ready"}"#.to_owned()).unwrap();
        drop(sender);
        let error = wait_until_ready(&lines).unwrap_err();
        assert_eq!(error.to_string(), "the service does not get ready: see target/contract/server.log");
    }
}
