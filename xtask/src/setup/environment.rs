//! The tools and servers together, as the tests find them.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use ore_harness::{Guard, Lab, Postgres, Redis, Tools, say};

use super::handed_tools::server_account;
use super::python;
use super::tools::{CURL, PGBOUNCER, POSTGRES, REDIS};
use crate::workspace;

/// Speed before durability: tests make and drop hundreds of databases, and no test cuts the power. Each connection is a process
/// that maps the shared memory.
const POSTGRES_SETTINGS: &str = "max_connections = 150
shared_buffers = 16MB
ssl = off
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 512MB
autovacuum = off
update_process_title = off
";

/// The environment variables for the tests. Servers that were started for them end when this is dropped, and also when
/// this process is killed.
pub(crate) struct TestEnvironment {
    /// Names and values for the environment of the test process.
    pub(crate) variables: [(&'static str, PathBuf); 5],
    _servers: (Redis, Postgres),
}

impl TestEnvironment {
    /// Prepares every tool and server; what an earlier run installed is used again.
    pub(crate) fn prepare() -> Result<Self> {
        CURL.prepare()?;
        let (python, pgbouncer, redis_server) = (python::TESTS.prepare()?, PGBOUNCER.prepare()?, REDIS.prepare()?);
        let tools = [(REDIS, redis_server.clone()), (POSTGRES, POSTGRES.prepare().context("PostgreSQL 13 or later")?)];
        let tools = tools.map(|(tool, path)| (tool.name.to_owned(), path)).to_vec();
        let tools = Tools::new(tools, server_account()?, workspace::test_tools().join("logs"));
        let lab = Lab::new(&tools, &Guard::start_in_memory("ore-test")?, false, "servers")?;
        let logs = "see target/test-tools/logs/servers";
        let redis = Redis::start(&lab).context(logs)?;
        let postgres = Postgres::start(&lab, POSTGRES_SETTINGS).context(logs)?;
        say(&format!("Redis runs at {}, PostgreSQL beside it", redis.url()));
        let variables = [
            ("ORE_TEST_PYTHON", python),
            ("ORE_TEST_POSTGRES_URL", postgres.url("postgres").into()),
            ("ORE_TEST_REDIS_URL", redis.url().into()),
            ("ORE_TEST_REDIS_SERVER", redis_server),
            ("ORE_TEST_PGBOUNCER", pgbouncer),
        ];
        Ok(Self { variables, _servers: (redis, postgres) })
    }
}
