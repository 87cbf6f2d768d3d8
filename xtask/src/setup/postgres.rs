//! PostgreSQL: where its programs are, one cluster, which is a directory with data and the server on it, and a server for
//! the tests.

use std::cmp::Reverse;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::tool::path_directories;
use super::tools::POSTGRES;
use super::{Account, ThrowawayDirectory, free_port};
use crate::{console, process};

/// Debian keeps the programs of each version outside `PATH`, as `<version>/bin` in here.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// The server's process number, from the cluster's directory on.
const PROCESS_FILE: &str = "data/postmaster.pid";

const ADMINISTRATOR: &str = "postgres";

/// Speed before durability: tests make and drop hundreds of databases, and no test cuts the power.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
ssl = off
fsync = off
synchronous_commit = off
full_page_writes = off
";

/// A cluster on a port of 127.0.0.1, whose administrator needs no password.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) account: Account,
    pub(crate) directory: PathBuf,
    /// The directory of `initdb`, `postgres` and `pg_ctl`.
    pub(crate) programs: PathBuf,
    pub(crate) port: u16,
}

impl Cluster {
    /// Makes a cluster in an empty directory of the account, with the first PostgreSQL that can do it; without one,
    /// PostgreSQL is installed where that is possible.
    pub(crate) fn create(account: Account, directory: &Path, port: u16) -> Result<Self> {
        let find = || first_that_works(candidates(), |it| initialise(account, it, directory));
        let mut programs = find();
        if programs.is_none() {
            let advice = "13 or later; for tests, a server's URL in BACKEND_TEST_DATABASE_URL is as good";
            POSTGRES.install().context(advice)?;
            programs = find();
        }
        let programs = programs.context("PostgreSQL is installed and yet makes no database cluster")?;
        let file = data(directory).join("postgresql.conf");
        let write = || writeln!(fs::OpenOptions::new().append(true).open(&file)?, "{SETTINGS}port = {port}");
        write().with_context(|| format!("cannot write {}", file.display()))?;
        Ok(Self { account, directory: directory.to_owned(), programs, port })
    }

    /// The administrator's URL, as libpq takes it.
    pub(crate) fn url(&self) -> String {
        format!("postgresql://{ADMINISTRATOR}@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the server and waits until it accepts connections.
    pub(crate) fn start(&self) -> Result<()> {
        let log = self.directory.join("log");
        let mut start = self.control("start");
        start.args(["--silent", "--wait", "--timeout", "60", "--log"]).arg(&log);
        process::captured(&mut start)
            .map(drop)
            .with_context(|| format!("PostgreSQL does not start: {}", process::end_of(&log)))
    }

    /// Stops the server, ending the connections to it.
    pub(crate) fn stop(&self) -> Result<()> {
        process::captured(self.control("stop").args(["--silent", "--wait", "--mode", "fast"])).map(drop)
    }

    pub(crate) fn is_running(&self) -> bool {
        process::succeeds(&mut self.control("status"))
    }

    fn control(&self, action: &str) -> std::process::Command {
        let mut command = self.account.command(self.programs.join("pg_ctl"));
        command.arg(action).arg("--pgdata").arg(data(&self.directory));
        command
    }
}

/// A PostgreSQL server for one run of the tests.
#[derive(Debug)]
pub(super) struct TestServer {
    /// The administrator's.
    pub(super) url: String,
    /// Stops and removes the server when it is our own.
    _directory: Option<ThrowawayDirectory>,
}

impl TestServer {
    /// The server of the URL, or without one a server of our own that ends with the value.
    pub(super) fn prepare(url: Option<&str>) -> Result<Self> {
        let Some(url) = url else { return Self::start() };
        if !["postgresql://", "postgres://"].iter().any(|scheme| url.starts_with(scheme)) {
            // The URL itself may hold a password.
            bail!("the URL of the database server for tests does not begin with postgresql://");
        }
        Ok(Self { url: url.to_owned(), _directory: None })
    }

    fn start() -> Result<Self> {
        let account = Account::unprivileged()?;
        // PostgreSQL's immediate shutdown.
        let directory = ThrowawayDirectory::create(account, "ore-test-postgres", PROCESS_FILE, "QUIT")?;
        let cluster = Cluster::create(account, directory.path(), free_port()?)?;
        cluster.start()?;
        console::say(&format!("PostgreSQL of {} runs on port {}", cluster.programs.display(), cluster.port));
        Ok(Self { url: cluster.url(), _directory: Some(directory) })
    }
}

fn data(directory: &Path) -> PathBuf {
    directory.join("data")
}

/// Making a cluster is also the proof that an installation is whole: it takes `initdb`, `postgres` and their shared
/// files.
fn initialise(account: Account, programs: &Path, directory: &Path) -> Result<()> {
    process::captured(account.command(programs.join("pg_ctl")).arg("--version"))?;
    // What an attempt that was interrupted has left.
    let _ = fs::remove_dir_all(data(directory));
    let mut initdb = account.command(programs.join("initdb"));
    initdb.args(["--auth=trust", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync", "--username", ADMINISTRATOR]);
    process::captured(initdb.arg("--pgdata").arg(data(directory))).map(drop)
}

/// The first directory with the server's programs and `psql`.
pub(super) fn find_programs() -> Option<PathBuf> {
    let with_psql = candidates().into_iter().filter(|directory| directory.join("psql").is_file()).collect();
    first_that_works(with_psql, |it| process::captured(process::command(it.join("postgres")).arg("-V")).map(drop))
}

/// Directories that may hold the programs: first those of `PATH`, then Debian's from the newest version down.
fn candidates() -> Vec<PathBuf> {
    let installed = fs::read_dir(DEBIAN_VERSIONS).into_iter().flatten().flatten().map(|entry| entry.path());
    list_candidates(path_directories(), installed.collect())
}

fn list_candidates(mut directories: Vec<PathBuf>, versions: Vec<PathBuf>) -> Vec<PathBuf> {
    directories.extend(newest_first(versions).into_iter().map(|version| version.join("bin")));
    directories.retain(|directory| directory.join("initdb").is_file());
    directories
}

fn newest_first(mut versions: Vec<PathBuf>) -> Vec<PathBuf> {
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    versions.sort_by_key(|path| Reverse(number(path)));
    versions
}

/// The first directory whose programs do what `try_out` asks of them. A broken installation says so and is passed
/// over.
fn first_that_works(candidates: Vec<PathBuf>, mut try_out: impl FnMut(&Path) -> Result<()>) -> Option<PathBuf> {
    candidates.into_iter().find(|directory| {
        let outcome = try_out(directory);
        if let Err(error) = &outcome {
            console::complain(&format!("PostgreSQL in {} does not work: {error:#}", directory.display()));
        }
        outcome.is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn the_newest_version_comes_first_by_number() {
        let versions = paths(&["/lib/9", "/lib/15", "/lib/16", "/lib/other"]);
        assert_eq!(newest_first(versions), paths(&["/lib/16", "/lib/15", "/lib/9", "/lib/other"]));
    }

    #[test]
    fn candidates_are_where_initdb_is_and_path_comes_first() {
        let place = ThrowawayDirectory::for_test();
        let within = |directory: &str| place.path().join(directory);
        fs::create_dir_all(within("without-initdb")).unwrap();
        for directory in ["on-path", "15/bin", "16/bin"] {
            fs::create_dir_all(within(directory)).unwrap();
            fs::write(within(directory).join("initdb"), "").unwrap();
        }
        let found =
            list_candidates(["without-initdb", "on-path"].map(within).into(), ["15", "17", "16"].map(within).into());
        assert_eq!(found, ["on-path", "16/bin", "15/bin"].map(within));
    }

    #[test]
    fn a_broken_installation_is_passed_over() {
        let mut tried = Vec::new();
        let found = first_that_works(paths(&["/broken", "/whole", "/other"]), |directory| {
            tried.push(directory.to_owned());
            anyhow::ensure!(!directory.ends_with("broken"), "no share directory");
            Ok(())
        });
        assert_eq!(found, Some(PathBuf::from("/whole")));
        assert_eq!(tried, paths(&["/broken", "/whole"]));
        assert_eq!(first_that_works(paths(&["/broken"]), |_| bail!("no share directory")), None);
    }

    #[test]
    fn the_url_is_the_administrator_s_on_this_machine_alone() {
        let account = Account::unprivileged().unwrap();
        let cluster = Cluster { account, directory: PathBuf::new(), programs: PathBuf::new(), port: 5433 };
        assert_eq!(cluster.url(), "postgresql://postgres@127.0.0.1:5433/postgres");
    }

    #[test]
    fn a_server_that_is_given_is_used_as_it_is_and_another_database_is_refused_without_showing_its_password() {
        let url = "postgresql://ada@db.example.org/postgres?sslmode=require";
        assert_eq!(TestServer::prepare(Some(url)).unwrap().url, url);
        let error = TestServer::prepare(Some("mysql://ada:hunter2@db.example.org/")).unwrap_err().to_string();
        assert_eq!(error, "the URL of the database server for tests does not begin with postgresql://");
    }
}
