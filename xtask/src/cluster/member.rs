//! One process of the cluster.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::guarded_process::GuardedProcess;
use crate::http;

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const INTERVAL: Duration = Duration::from_millis(50);

/// A process that answers at a port, and whose output is in a file.
#[derive(Debug)]
pub(super) struct Member {
    name: String,
    port: u16,
    log: PathBuf,
    process: GuardedProcess,
}

impl Member {
    /// Starts it, with its log in the directory.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn start(name: &str, port: u16, directory: &Path, command: &mut Command) -> Result<Self> {
        let log = directory.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        Ok(Self { name: name.to_owned(), port, log, process: GuardedProcess::start(command)? })
    }

    /// Waits until it answers a path with 200.
    ///
    /// # Errors
    /// When it ends, or does not within a minute.
    pub(super) fn wait_until_ready(&mut self, path: &str) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while !http::get(self.port, path, "").is_ok_and(|answer| answer.status == 200) {
            self.look()?;
            if Instant::now() > end {
                bail!("{} does not get ready: see {}", self.name, self.log.display());
            }
            sleep(INTERVAL);
        }
        Ok(())
    }

    /// # Errors
    /// When it has ended.
    pub(super) fn look(&mut self) -> Result<()> {
        match self.process.status()? {
            Some(status) => bail!("{} has ended ({status}): see {}", self.name, self.log.display()),
            None => Ok(()),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}
