//! What stands around the service in `cargo xtask cluster`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::external_programs::{Program, find_or_install};
use super::server::free_port;
use super::{postgres, redis};

const HAPROXY: Program = Program { name: "haproxy", package: "haproxy", argument: "-v" };
const PROMETHEUS: Program = Program { name: "prometheus", package: "prometheus", argument: "--version" };

/// The databases, which run for as long as the value, and the programs of the others.
pub(crate) struct ClusterServers {
    postgres: postgres::TestServer,
    redis: redis::TestServer,
    haproxy: PathBuf,
    prometheus: PathBuf,
}

impl ClusterServers {
    /// Installs what is missing where that is possible, and starts the databases.
    ///
    /// # Errors
    /// When one cannot be had.
    pub(crate) fn start() -> Result<Self> {
        let (haproxy, prometheus) = (find_or_install(HAPROXY)?, find_or_install(PROMETHEUS)?);
        let (postgres, redis) = (postgres::TestServer::prepare(None)?, redis::TestServer::start()?);
        Ok(Self { postgres, redis, haproxy, prometheus })
    }

    /// As `BACKEND_DATABASE_URL` takes it.
    pub(crate) fn postgres_url(&self) -> &str {
        self.postgres.url()
    }

    /// As `BACKEND_REDIS_URL` takes it.
    pub(crate) fn redis_url(&self) -> &str {
        self.redis.url()
    }

    /// The program.
    pub(crate) fn haproxy(&self) -> &Path {
        &self.haproxy
    }

    /// The program.
    pub(crate) fn prometheus(&self) -> &Path {
        &self.prometheus
    }

    /// A port for one of the others.
    ///
    /// # Errors
    /// When the system has none left.
    pub(crate) fn free_port() -> Result<u16> {
        free_port()
    }
}
