//! The server that the tests make their databases on.

use anyhow::{Result, bail};

use super::cluster::{Cluster, PROCESS_FILE};
use crate::console;
use crate::setup::server::{Account, StopSignal, ThrowawayDirectory, free_port};

/// A PostgreSQL server for one run of the tests.
#[derive(Debug)]
pub(in crate::setup) struct TestServer {
    url: String,
    /// Stops and removes the server when it is our own.
    _directory: Option<ThrowawayDirectory>,
}

impl TestServer {
    /// The server of the URL, or without one a server of our own that ends with the value.
    pub(in crate::setup) fn prepare(url: Option<&str>) -> Result<Self> {
        match url {
            Some(url) => Self::given(url),
            None => Self::start(),
        }
    }

    /// The administrator's URL.
    pub(in crate::setup) fn url(&self) -> &str {
        &self.url
    }

    fn given(url: &str) -> Result<Self> {
        if !["postgresql://", "postgres://"].iter().any(|scheme| url.starts_with(scheme)) {
            // The URL itself may hold a password.
            bail!("the URL of the database server for tests does not begin with postgresql://");
        }
        Ok(Self { url: url.to_owned(), _directory: None })
    }

    fn start() -> Result<Self> {
        let account = Account::unprivileged()?;
        let directory = ThrowawayDirectory::create(account, "ore-test-postgres", PROCESS_FILE, StopSignal::Quit)?;
        let cluster = Cluster::create(account, directory.path(), free_port()?)?;
        cluster.start()?;
        console::say(&format!("PostgreSQL of {} runs on port {}", cluster.programs.display(), cluster.port));
        Ok(Self { url: cluster.url(), _directory: Some(directory) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_given_is_used_as_it_is() {
        let url = "postgresql://ada@db.example.org/postgres?sslmode=require";
        assert_eq!(TestServer::prepare(Some(url)).unwrap().url(), url);
    }

    #[test]
    fn another_database_is_refused_without_showing_its_password() {
        let error = TestServer::prepare(Some("mysql://ada:hunter2@db.example.org/")).unwrap_err().to_string();
        assert_eq!(error, "the URL of the database server for tests does not begin with postgresql://");
    }
}
