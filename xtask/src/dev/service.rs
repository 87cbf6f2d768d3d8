//! The service, which starts itself anew when its program changes.

use std::path::Path;

use anyhow::{Result, bail};

use crate::guarded_process::GuardedProcess;
use crate::process;

/// `workflow-server --reload`; it ends with us, however we end.
pub(super) struct Service(GuardedProcess);

impl Service {
    /// Starts it in the root of the workspace, where its `.env` is.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn start(program: &Path, arguments: &[String]) -> Result<Self> {
        GuardedProcess::start(process::command(program).arg("--reload").args(arguments)).map(Self)
    }

    /// Whether it is still there.
    ///
    /// # Errors
    /// When it has ended; it has said why.
    pub(super) fn check(&mut self) -> Result<()> {
        match self.0.status()? {
            Some(status) => bail!("the service has ended ({status})"),
            None => Ok(()),
        }
    }
}
