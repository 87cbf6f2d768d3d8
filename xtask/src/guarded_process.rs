//! Processes of servers that end with us, however we end.

use std::fs;
use std::process::{Child, Command, ExitStatus};
use std::thread;

use anyhow::{Context, Result};

use crate::setup::{Account, StopSignal, ThrowawayDirectory};

const PROCESS_FILE: &str = "process";

/// A process that is told to end when the value is dropped, and also when we are killed.
#[derive(Debug)]
pub(crate) struct GuardedProcess {
    process: Option<Child>,
    guard: Option<ThrowawayDirectory>,
}

impl GuardedProcess {
    /// Starts it as ourselves.
    ///
    /// # Errors
    /// When it, or what ends it, does not start.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let guard =
            ThrowawayDirectory::create(Account::ourselves(), "ore-process", PROCESS_FILE, StopSignal::Terminate)?;
        let name = command.get_program().to_string_lossy().into_owned();
        let process = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let number = format!("{}\n", process.id());
        let guarded = Self { process: Some(process), guard: Some(guard) };
        let file = guarded.guard.as_ref().map(|guard| guard.path().join(PROCESS_FILE));
        fs::write(file.unwrap_or_default(), number).with_context(|| format!("cannot note the process of {name}"))?;
        Ok(guarded)
    }

    /// How it has ended, if it has.
    ///
    /// # Errors
    /// When the operating system does not tell.
    pub(crate) fn status(&mut self) -> Result<Option<ExitStatus>> {
        self.process.as_mut().map_or(Ok(None), Child::try_wait).context("cannot ask for a process")
    }
}

impl Drop for GuardedProcess {
    fn drop(&mut self) {
        // The guard waits until it is gone, and it is not before somebody has taken note of its end.
        let note = self.process.take().map(|mut process| thread::spawn(move || process.wait()));
        drop(self.guard.take());
        if let Some(note) = note {
            let _ = note.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_process_ends_with_the_value() {
        let mut process = GuardedProcess::start(Command::new("sleep").arg("600")).unwrap();
        assert_eq!(process.status().unwrap(), None);
        let entry = PathBuf::from(format!("/proc/{}", process.process.as_ref().unwrap().id()));
        assert!(entry.exists());
        drop(process);
        assert!(!entry.exists());
    }
}
