use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection};
use tempfile::TempDir;

use super::TemporaryDatabase;
use crate::DatabaseUrl;
use crate::url::Location;

/// The program, as `cargo xtask test` finds or installs it.
const PROGRAM_VARIABLE: &str = "ORE_TEST_PGBOUNCER";

/// A `PgBouncer` of a test's own in front of one database, which ends with the value.
#[derive(Debug)]
pub struct PgBouncer {
    process: Child,
    url: String,
    _directory: TempDir,
}

impl PgBouncer {
    /// Starts one with `pool_mode` (`transaction` or `session`), which opens at most `pool_size` connections to the
    /// server, and returns when it answers.
    ///
    /// # Panics
    /// When the environment variable `ORE_TEST_PGBOUNCER` is not set, as outside `cargo xtask test`, or it does not start.
    pub fn start(database: &TemporaryDatabase, pool_mode: &str, pool_size: u32) -> Self {
        let directory = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // Root must name somebody else to run as, and nobody else may.
        let is_root = fs::metadata(directory.path()).unwrap().uid() == 0;
        let user = if is_root { "user = nobody" } else { "" };
        let configuration = format!(
            "[databases]
            {name} = {server}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {pool_mode}
            default_pool_size = {pool_size}
            max_client_conn = 500
            {user}",
            name = database.name,
            server = server_of(database),
        );
        let file = directory.path().join("pgbouncer.ini");
        fs::write(&file, configuration).unwrap();
        #[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
        let program = std::env::var_os(PROGRAM_VARIABLE).unwrap_or_else(|| {
            panic!("{PROGRAM_VARIABLE} is not set: run this test with `cargo xtask test`, which finds PgBouncer")
        });
        let process = Command::new(program).arg(&file).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let url = format!("postgresql://ada@127.0.0.1:{port}/{}", database.name);
        let bouncer = Self { process, url, _directory: directory };
        let deadline = Instant::now() + Duration::from_secs(30);
        while PgConnection::establish(&bouncer.url).is_err() {
            assert!(Instant::now() < deadline, "PgBouncer does not answer");
        }
        bouncer
    }

    /// The URL of the database behind it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// The server of the database, as libpq takes it.
fn server_of(database: &TemporaryDatabase) -> String {
    let url: DatabaseUrl = database.url().parse().unwrap();
    let Location::Postgres(parameters) = &url.location else { panic!("the database is not PostgreSQL") };
    let given = ["host", "port", "user", "password"].map(|name| (name, parameters.get(name)));
    given.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect::<Vec<_>>().join(" ")
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
