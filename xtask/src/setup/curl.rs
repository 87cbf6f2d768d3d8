//! curl, with which a test runs the README's session word for word, and users are registered for the tools that test
//! the service from outside.

use anyhow::Result;

use super::system_packages;

/// Sees to it that `curl` can be run.
pub(crate) fn prepare() -> Result<()> {
    system_packages::require("curl", "curl")
}
