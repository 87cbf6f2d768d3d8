//! The tools together, as the tests find them.

use std::ffi::OsStr;
use std::path::PathBuf;

use anyhow::Result;

use super::postgres::TestServer;
use super::{curl, python};

/// What the tests find in their environment variables. A server that was started for them ends with the value.
pub(crate) struct TestEnvironment {
    python: PathBuf,
    postgres: TestServer,
}

impl TestEnvironment {
    /// Prepares every tool and server; what an earlier run prepared is used again. Without the URL of a PostgreSQL
    /// server, one is started.
    ///
    /// # Errors
    /// When a tool is missing and cannot be installed; the error says what to install.
    pub(crate) fn prepare(postgres_url: Option<&str>) -> Result<Self> {
        curl::prepare()?;
        Ok(Self { python: python::prepare()?, postgres: TestServer::prepare(postgres_url)? })
    }

    /// Names and values for the environment of the test process.
    pub(crate) fn variables(&self) -> [(&'static str, &OsStr); 2] {
        [("ORE_TEST_PYTHON", self.python.as_os_str()), ("ORE_TEST_POSTGRES_URL", self.postgres.url().as_ref())]
    }
}
