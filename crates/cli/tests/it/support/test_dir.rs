use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use actix_web::rt::System;
use command_fds::{CommandFdExt, FdMapping};
use ore_domain::{AuditOrigin, EmailAddress};
use ore_persistence::testing::TemporaryDatabase;
use ore_server::backend::Backend;
use ore_services::UserSelector;
use ore_settings::{Overrides, Settings, Sources};
use tempfile::TempDir;

use super::process::Process;
use super::{Finished, ServerProcess};

/// A key as production takes it, shared by every server of the tests so that tests can forge tokens.
pub(crate) const SECRET_KEY: &str = "f3b1c9d07e5a48d2b6a4e8f09c1d7352";

/// The key encryption key of every server of the tests.
pub(crate) const KEY_ENCRYPTION_KEY: &str = "ZjNiMWM5ZDA3ZTVhNDhkMmI2YTRlOGYwOWMxZDczNTI=";

/// The cheapest Argon2 there is (RFC 9106, 3.1), a port that the system chooses, no documentation, whose making takes half of a
/// start, few connections, each of which is a process of PostgreSQL, no mails, and no limits, which a busy test reaches.
const SETTINGS: [(&str, &str); 12] = [
    ("BACKEND_HOST", "127.0.0.1"),
    ("BACKEND_PORT", "0"),
    ("BACKEND_WORKERS", "2"),
    ("BACKEND_DEBUG", "false"),
    ("BACKEND_DATABASE_POOL_SIZE", "3"),
    ("BACKEND_SECRET_KEY", SECRET_KEY),
    ("BACKEND_KEY_ENCRYPTION_KEY", KEY_ENCRYPTION_KEY),
    ("BACKEND_ARGON2_MEMORY_KIB", "8"),
    ("BACKEND_ARGON2_TIME_COST", "1"),
    ("BACKEND_ARGON2_PARALLELISM", "1"),
    ("BACKEND_MAIL_DIR", ""),
    ("BACKEND_RATE_LIMIT_ENABLED", "false"),
];

/// For a test that looks into the file of its database: also where the suite runs on PostgreSQL.
pub(crate) const ON_SQLITE: (&str, &str) = ("BACKEND_DATABASE_URL", "sqlite:///./app.db");

/// A directory and a database of one test, for one server or for several after another.
#[derive(Clone)]
pub(crate) struct TestDir(Arc<Resources>);

struct Resources {
    directory: TempDir,
    /// None where the suite runs on SQLite, whose file lies in the directory.
    database: Option<TemporaryDatabase>,
}

impl TestDir {
    /// On the database that `cargo xtask test` chose for this run. One of PostgreSQL is migrated.
    pub(crate) fn new() -> Self {
        Self::with(TemporaryDatabase::migrated)
    }

    /// As [`TestDir::new`], with an empty database.
    pub(crate) fn empty() -> Self {
        Self::with(TemporaryDatabase::create)
    }

    #[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
    fn with(make: fn() -> TemporaryDatabase) -> Self {
        let on_postgres = std::env::var("ORE_TEST_DATABASE").is_ok_and(|name| name == "postgres");
        Self(Arc::new(Resources { directory: TempDir::new().unwrap(), database: on_postgres.then(make) }))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.directory.path()
    }

    /// The URL of the database, in the form of SQLAlchemy.
    pub(crate) fn sqlalchemy_url(&self) -> String {
        self.0.database.as_ref().map_or_else(|| self.sqlite_url(), TemporaryDatabase::url)
    }

    fn sqlite_url(&self) -> String {
        format!("sqlite:///{}", self.path().join("app.db").display())
    }

    /// The variables for the database, and for the file of a program that measures coverage.
    fn own_environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let database = self.0.database.as_ref().map(|database| ("BACKEND_DATABASE_URL", database.url().into()));
        database.into_iter().chain(profile())
    }

    /// The settings of a server in this process: those of a process in this directory, and the same resources on every
    /// machine.
    pub(super) fn settings(&self, settings: &[(&str, &str)]) -> Settings {
        let values = [("BACKEND_DATABASE_URL", self.sqlalchemy_url()), ("BACKEND_HASH_SLOTS", "2".to_owned())];
        let mut environment: BTreeMap<&str, String> = SETTINGS.map(|(name, value)| (name, value.to_owned())).into();
        environment.extend(values);
        environment.extend(settings.iter().map(|(name, value)| (*name, value.to_string())));
        if environment.get(ON_SQLITE.0).is_some_and(|url| url == ON_SQLITE.1) {
            environment.insert(ON_SQLITE.0, self.sqlite_url());
        }
        // This process may not be in the directory.
        if let Some(directory) = environment.get_mut("BACKEND_MAIL_DIR").filter(|directory| !directory.is_empty()) {
            *directory = self.path().join(&*directory).display().to_string();
        }
        let settings = Settings::load(&Sources::new(environment, self.path(), Overrides::default()));
        settings.unwrap_or_else(|faults| panic!("{faults}"))
    }

    /// Gives a user a role as an operator does, with no process for the command.
    pub(crate) fn grant(&self, email: &str, role: &str) {
        let (settings, email) = (self.settings(&[]), EmailAddress::parse(email).unwrap());
        let backend = Backend::start(&settings).unwrap();
        let (accounts, operator) = (backend.accounts(&settings), AuditOrigin::operator());
        let granted = accounts.set_role(UserSelector::Address(email), role.parse().unwrap(), true, &operator);
        assert!(System::new().block_on(granted).unwrap());
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A server in this directory; returns when it listens.
    pub(crate) fn serve(&self, settings: &[(&str, &str)]) -> ServerProcess {
        self.serve_with_flags(&[], settings)
    }

    pub(crate) fn serve_with_flags(&self, flags: &[&str], settings: &[(&str, &str)]) -> ServerProcess {
        ServerProcess::spawn(self, &[&["serve"], flags].concat(), settings)
    }

    /// As [`TestDir::serve`], with limits that these shell commands set.
    pub(crate) fn serve_within(&self, limits: &str, settings: &[(&str, &str)]) -> ServerProcess {
        ServerProcess::spawn_command(self, self.command_within(limits, settings))
    }

    /// As [`TestDir::serve_within`], for a server that cannot start.
    pub(crate) fn run_within(&self, limits: &str, settings: &[(&str, &str)]) -> Finished {
        finish(self.command_within(limits, settings), "")
    }

    fn command_within(&self, limits: &str, settings: &[(&str, &str)]) -> Command {
        let script = format!("{limits} && exec \"$0\" serve");
        let mut command = Command::new("bash");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_workflow-server")]).env_clear().current_dir(self.path());
        command.envs(SETTINGS).envs(self.own_environment()).envs(settings.iter().copied());
        command
    }

    /// A server that this program restarts when its own file changes.
    pub(crate) fn serve_reloading(&self, program: &Path) -> ServerProcess {
        let mut command = Command::new(program);
        command.arg("--reload").env_clear().current_dir(self.path()).envs(SETTINGS).envs(self.own_environment());
        ServerProcess::spawn_command(self, command).with_children()
    }

    /// A server on sockets of ours, as a service manager passes them (`sd_listen_fds(3)`).
    pub(crate) fn serve_on(&self, sockets: Vec<OwnedFd>, names: &str, settings: &[(&str, &str)]) -> ServerProcess {
        ServerProcess::spawn_command(self, self.command_on("$$", sockets, names, settings))
    }

    /// As [`TestDir::serve_on`], for a server that ends by itself.
    pub(crate) fn run_on(&self, sockets: Vec<OwnedFd>, names: &str) -> Finished {
        finish(self.command_on("$$", sockets, names, &[]), "")
    }

    /// As [`TestDir::serve_on`], with sockets that are meant for the process with this id.
    pub(crate) fn serve_beside(&self, process: &str, sockets: Vec<OwnedFd>) -> ServerProcess {
        ServerProcess::spawn_command(self, self.command_on(process, sockets, "", &[]))
    }

    fn command_on(&self, process: &str, sockets: Vec<OwnedFd>, names: &str, settings: &[(&str, &str)]) -> Command {
        let script = format!("LISTEN_PID={process} LISTEN_FDS={} exec \"$0\" serve", sockets.len());
        let mut command = Command::new("bash");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_workflow-server")]).env_clear().current_dir(self.path());
        command.envs(SETTINGS).envs(self.own_environment()).env("LISTEN_FDNAMES", names).envs(settings.iter().copied());
        let mapped = sockets.into_iter().zip(3..).map(|(parent_fd, child_fd)| FdMapping { parent_fd, child_fd });
        command.fd_mappings(mapped.collect()).unwrap();
        command
    }

    /// The binary with no environment but the settings of the tests.
    pub(crate) fn command(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
        let mut command = self.bare_command(arguments);
        command.envs(SETTINGS).envs(self.own_environment()).envs(settings.iter().copied());
        command
    }

    fn bare_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_workflow-server"));
        command.args(arguments).env_clear().current_dir(self.path()).envs(profile());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        self.run_with(arguments, &[])
    }

    pub(crate) fn run_with(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Finished {
        finish(self.command(arguments, settings), "")
    }

    /// Runs a command with these settings and no others.
    pub(crate) fn run_bare(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Finished {
        let mut command = self.bare_command(arguments);
        command.envs(settings.iter().copied());
        finish(command, "")
    }

    /// Runs a shell script with the settings of the tests, as a person at a terminal would.
    pub(crate) fn run_shell(&self, script: &str) -> Finished {
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", script]).env_clear().current_dir(self.path());
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin").envs(SETTINGS).envs(self.own_environment());
        finish(command, "")
    }

    /// Runs a command that reads `input`.
    pub(crate) fn run_reading(&self, arguments: &[&str], input: &str) -> Finished {
        finish(self.command(arguments, &[]), input)
    }
}

#[allow(clippy::disallowed_methods, reason = "it belongs to LLVM and is no setting of ours")]
pub(super) fn profile() -> Option<(&'static str, OsString)> {
    Some(("LLVM_PROFILE_FILE", std::env::var_os("LLVM_PROFILE_FILE")?))
}

fn finish(command: Command, input: &str) -> Finished {
    Process::spawn(command, input).wait().unwrap_or_else(|| panic!("had to be killed"))
}
