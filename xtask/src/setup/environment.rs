//! The tools and servers together, as the tests find them.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Guard, Lab, Postgres, Redis, Tools, say};

use super::handed_tools::server_account;
use super::python;
use super::tools::{CURL, PGBOUNCER, POSTGRES, REDIS};
use crate::workspace;

/// Speed before durability: tests make and drop hundreds of databases, and no test cuts the power.
const POSTGRES_SETTINGS: &str = "max_connections = 300
ssl = off
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 512MB
";

/// The environment variables for the tests. Servers that were started for them end when this is dropped, and also when
/// this process is killed.
pub(crate) struct TestEnvironment {
    /// Names and values for the environment of the test process.
    pub(crate) variables: [(&'static str, PathBuf); 5],
    _servers: (Redis, Option<Postgres>),
}

impl TestEnvironment {
    /// Prepares every tool and server; what an earlier run installed is used again. Without the URL of a PostgreSQL
    /// server, one is started.
    pub(crate) fn prepare(postgres_url: Option<&str>) -> Result<Self> {
        let is_postgres = |url: &str| ["postgresql://", "postgres://"].iter().any(|scheme| url.starts_with(scheme));
        // The URL itself may hold a password.
        ensure!(
            postgres_url.is_none_or(is_postgres),
            "the URL of the server for tests does not begin with postgresql://"
        );
        CURL.prepare()?;
        let (python, pgbouncer, redis_server) = (python::TESTS.prepare()?, PGBOUNCER.prepare()?, REDIS.prepare()?);
        let mut tools = vec![(REDIS.name.to_owned(), redis_server.clone())];
        if postgres_url.is_none() {
            let advice = "13 or later; for tests, a server's URL in BACKEND_TEST_DATABASE_URL is as good";
            tools.push((POSTGRES.name.to_owned(), POSTGRES.prepare().context(advice)?));
        }
        let tools = Tools::new(tools, server_account()?, workspace::test_tools().join("logs"));
        let lab = Lab::new(&tools, &Guard::start_in_memory("ore-test")?, false, "servers")?;
        let logs = "see target/test-tools/logs/servers";
        let redis = Redis::start(&lab).context(logs)?;
        let start_postgres = || Postgres::start(&lab, POSTGRES_SETTINGS).context(logs);
        let postgres = postgres_url.is_none().then(start_postgres).transpose()?;
        let started = postgres.as_ref().map(|server| server.url("postgres"));
        let url = started.as_deref().or(postgres_url).unwrap_or_default();
        say(&format!("Redis runs at {}{}", redis.url(), started.as_ref().map_or("", |_| ", PostgreSQL beside it")));
        let variables = [
            ("ORE_TEST_PYTHON", python),
            ("ORE_TEST_POSTGRES_URL", url.into()),
            ("ORE_TEST_REDIS_URL", redis.url().into()),
            ("ORE_TEST_REDIS_SERVER", redis_server),
            ("ORE_TEST_PGBOUNCER", pgbouncer),
        ];
        Ok(Self { variables, _servers: (redis, postgres) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_is_refused_without_showing_its_password() {
        let error = TestEnvironment::prepare(Some("mysql://ada:hunter2@db.example.org/")).err().unwrap().to_string();
        assert_eq!(error, "the URL of the server for tests does not begin with postgresql://");
    }
}
