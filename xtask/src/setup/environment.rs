//! The tools together, as the tests find them.

use std::ffi::OsString;

use anyhow::Result;

use super::{curl, python};

/// What the tests find in their environment variables.
pub(crate) struct TestEnvironment {
    variables: Vec<(&'static str, OsString)>,
}

impl TestEnvironment {
    /// Prepares every tool; what an earlier run prepared is used again.
    ///
    /// # Errors
    /// When a tool is missing and cannot be installed; the error says what to install.
    pub(crate) fn prepare() -> Result<Self> {
        curl::prepare()?;
        Ok(Self { variables: vec![("ORE_TEST_PYTHON", python::prepare()?.into())] })
    }

    /// Names and values for the environment of the test process.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &OsString)> {
        self.variables.iter().map(|(name, value)| (*name, value))
    }
}
