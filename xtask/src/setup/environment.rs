//! The tools together, as the tests find them.

use std::ffi::OsStr;
use std::path::PathBuf;

use anyhow::Result;

use super::external_programs::{PGBOUNCER, find_or_install};
use super::{curl, postgres, python, redis};

/// The environment variables for the tests. A server that was started for them ends when this is dropped.
pub(crate) struct TestEnvironment {
    python: PathBuf,
    postgres: postgres::TestServer,
    redis: redis::TestServer,
    pgbouncer: PathBuf,
}

impl TestEnvironment {
    /// Prepares every tool and server; what an earlier run prepared is used again. Without the URL of a PostgreSQL
    /// server, one is started.
    pub(crate) fn prepare(postgres_url: Option<&str>) -> Result<Self> {
        curl::prepare()?;
        let (python, redis) = (python::prepare()?, redis::TestServer::start()?);
        let pgbouncer = find_or_install(PGBOUNCER)?;
        Ok(Self { python, postgres: postgres::TestServer::prepare(postgres_url)?, redis, pgbouncer })
    }

    /// Names and values for the environment of the test process.
    pub(crate) fn variables(&self) -> [(&'static str, &OsStr); 5] {
        [
            ("ORE_TEST_PYTHON", self.python.as_os_str()),
            ("ORE_TEST_POSTGRES_URL", self.postgres.url().as_ref()),
            ("ORE_TEST_REDIS_URL", self.redis.url().as_ref()),
            ("ORE_TEST_REDIS_SERVER", self.redis.program().as_os_str()),
            ("ORE_TEST_PGBOUNCER", self.pgbouncer.as_os_str()),
        ]
    }
}
