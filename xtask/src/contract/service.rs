//! The service under test.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fs_err::{self as fs, File};
use ore_harness::{Guard, Process, Signal, free_port};
use serde_json::{Value, json};

use crate::programs::{self, BuiltPrograms};
use crate::setup::CURL;
use crate::{process, workspace};

/// The cheapest Argon2 there is (RFC 9106, 3.1), the documentation pages, no limit on the thousands of requests that
/// the tools send from one address, and a key for secrets of authenticator apps.
const SETTINGS: [(&str, &str); 7] = [
    ("BACKEND_HOST", "127.0.0.1"),
    ("BACKEND_DEBUG", "true"),
    ("BACKEND_ARGON2_MEMORY_KIB", "8"),
    ("BACKEND_ARGON2_TIME_COST", "1"),
    ("BACKEND_ARGON2_PARALLELISM", "1"),
    ("BACKEND_RATE_LIMIT_ENABLED", "false"),
    ("BACKEND_KEY_ENCRYPTION_KEY", "ZjNiMWM5ZDA3ZTVhNDhkMmI2YTRlOGYwOWMxZDczNTI="),
];

/// For what it has to end.
const END: Duration = Duration::from_secs(40);

/// Until the service is ready, which takes a while on a busy machine.
const UNTIL_READY: [&str; 7] = ["--output", "/dev/null", "--retry", "60", "--retry-delay", "1", "--retry-all-errors"];

/// A `workflow-server` with a database of its own, both gone with the value.
pub(super) struct Service {
    process: Process,
    program: PathBuf,
    port: u16,
    /// The OpenAPI document as the program prints it.
    pub(super) document: PathBuf,
    /// Where tools run and leave their reports.
    pub(super) workplace: PathBuf,
    log: PathBuf,
    /// Removed with the process.
    directory: PathBuf,
}

impl Service {
    /// Builds it, starts it with settings of its own, and returns when it is ready. Its log goes to
    /// `target/contract/{name}.log`.
    pub(super) fn start(name: &str, settings: &[(&str, &str)]) -> Result<Self> {
        CURL.prepare()?;
        let program = BuiltPrograms::build_with_tests("--bin workflow-server")?.path("workflow-server")?;
        let workplace = workspace::root().join("target/contract");
        let guard = Guard::start("ore-contract")?;
        let directory = guard.directory().to_owned();
        let document = workplace.join("openapi.json");
        let print_document = &mut programs::bare_command(&program, &directory);
        fs::create_dir_all(&workplace)?;
        fs::write(&document, process::output(print_document.envs(SETTINGS).arg("openapi"))?)?;
        let log = workplace.join(format!("{name}.log"));
        let (output, port) = (File::create(&log)?, free_port()?);
        let mut command = programs::bare_command(&program, &directory);
        command.arg("serve").envs(SETTINGS).envs(settings.iter().copied()).env("BACKEND_PORT", port.to_string());
        command.stdout(output.into_file());
        let process = Process::spawn(&guard, command, Signal::TERM)?;
        let service = Self { process, program, port, document, workplace, log, directory };
        let is_ready = service.curl("/readiness", &UNTIL_READY);
        is_ready.with_context(|| format!("the service does not get ready: see {}", service.log.display()))?;
        Ok(service)
    }

    /// The URL of the service, without a `/` at the end.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where its mails are.
    pub(super) fn mails(&self) -> PathBuf {
        self.directory.join("mail")
    }

    /// Registers a user, and returns the access token.
    pub(super) fn register(&self, email: &str) -> Result<String> {
        let body = json!({"email": email, "password": "correct horse battery"}).to_string();
        let answer =
            self.curl("/api/v1/auth/register", &["--header", "Content-Type: application/json", "--data", &body])?;
        let answer: Value = serde_json::from_str(&answer).context("the answer to a registration is not JSON")?;
        let token = answer["data"]["access_token"].as_str();
        Ok(token.context("the answer to a registration has no token")?.to_owned())
    }

    /// Makes a service account that has every permission, and returns a key of it, which outlives whatever is called.
    pub(super) fn key_of_administrator(&self) -> Result<String> {
        let roles: Value = serde_json::from_str(&self.operate(&["role", "show", "admin", "--json"])?)?;
        let permissions = roles[0]["permissions"].as_array().context("a role without permissions")?;
        Ok(self.client(&permissions.iter().filter_map(Value::as_str).collect::<Vec<_>>())?.1)
    }

    /// Makes a service account with these permissions, and returns its id and a key of it.
    pub(super) fn client(&self, permissions: &[&str]) -> Result<(String, String)> {
        let mut create = vec!["service-account", "create", "contract", "--json"];
        create.extend(permissions.iter().flat_map(|name| ["--permission", name]));
        let accounts: Value = serde_json::from_str(&self.operate(&create)?).context("not a list of accounts")?;
        let account = accounts[0]["id"].as_str().context("an account without an id")?;
        let key = self.operate(&["key", "create", account, "contract"])?;
        Ok((account.to_owned(), key.trim().to_owned()))
    }

    /// The output of a command of the program, on the database of the service.
    pub(super) fn operate(&self, arguments: &[&str]) -> Result<String> {
        process::output(programs::bare_command(&self.program, &self.directory).args(arguments))
    }

    fn curl(&self, path: &str, arguments: &[&str]) -> Result<String> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail-with-body", "--noproxy", "*"]).args(arguments);
        process::captured(curl.arg(format!("{}{path}", self.url())))
    }

    /// Stops it as a service manager does.
    pub(super) fn stop(mut self) -> Result<()> {
        let status = self.process.end(Signal::TERM, END)?;
        ensure!(status.success(), "the service has ended with {status}: see {}", self.log.display());
        Ok(())
    }
}
