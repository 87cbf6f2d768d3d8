//! The tools together, as the tests find them.

use std::path::PathBuf;

use anyhow::Result;

use super::tools::PGBOUNCER;
use super::{CURL, postgres, python, redis};

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
        CURL.prepare()?;
        let (python, redis) = (python::TESTS.prepare()?, redis::TestServer::start()?);
        let pgbouncer = PGBOUNCER.prepare()?;
        Ok(Self { python, postgres: postgres::TestServer::prepare(postgres_url)?, redis, pgbouncer })
    }

    /// Names and values for the environment of the test process.
    pub(crate) fn variables(&self) -> [(&'static str, PathBuf); 5] {
        [
            ("ORE_TEST_PYTHON", self.python.clone()),
            ("ORE_TEST_POSTGRES_URL", self.postgres.url.clone().into()),
            ("ORE_TEST_REDIS_URL", self.redis.url.clone().into()),
            ("ORE_TEST_REDIS_SERVER", self.redis.program.clone()),
            ("ORE_TEST_PGBOUNCER", self.pgbouncer.clone()),
        ]
    }
}
