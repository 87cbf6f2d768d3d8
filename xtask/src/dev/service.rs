//! The service, which starts itself anew when its program changes.

use std::fs;
use std::path::Path;
use std::process::Child;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::setup::{Account, StopSignal, ThrowawayDirectory};

const PROCESS_FILE: &str = "service.pid";

/// `workflow-server --reload`; it ends with us, however we end.
pub(super) struct Service {
    process: Child,
    _guard: ThrowawayDirectory,
}

impl Service {
    /// Starts it in the root of the workspace, where its `.env` is.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn start(program: &Path, arguments: &[String]) -> Result<Self> {
        let guard = ThrowawayDirectory::create(Account::ourselves(), "ore-dev", PROCESS_FILE, StopSignal::Terminate)?;
        let process =
            process::command(program).arg("--reload").args(arguments).spawn().context("cannot start the service")?;
        fs::write(guard.path().join(PROCESS_FILE), format!("{}\n", process.id()))
            .context("cannot note the service's process")?;
        Ok(Self { process, _guard: guard })
    }

    /// Whether it is still there.
    ///
    /// # Errors
    /// When it has ended; it has said why.
    pub(super) fn check(&mut self) -> Result<()> {
        match self.process.try_wait().context("cannot ask for the service")? {
            Some(status) => bail!("the service has ended ({status})"),
            None => Ok(()),
        }
    }
}
