//! What every scenario and every case is given.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{PathBuf, absolute};
use std::time::Instant;

use anyhow::{Result, ensure};
use fs_err::{self as fs, OpenOptions};

use crate::{Guard, Tools, say};

/// What the log of a service says of a panic.
const PANIC: &str = "\"Unhandled panic\"";

/// Tools and places of one part of a program's work.
pub struct Lab {
    /// The programs.
    pub tools: Tools,
    /// What ends everything.
    pub guard: Guard,
    /// For files, removed at the end.
    pub directory: PathBuf,
    is_quick: bool,
    logs: PathBuf,
    started: Instant,
}

impl Lab {
    /// Makes the directories of a part; logs of an earlier run are removed.
    pub fn new(tools: &Tools, guard: &Guard, is_quick: bool, part: &str) -> Result<Self> {
        let (directory, logs) = (guard.directory().join(part), absolute(tools.logs.join(part))?);
        let _ = fs::remove_dir_all(&logs);
        for directory in [&directory, &logs] {
            fs::create_dir_all(directory)?;
        }
        // Servers of other accounts pass through it, whatever the umask is.
        fs::set_permissions(&directory, Permissions::from_mode(0o755))?;
        Ok(Self { tools: tools.clone(), guard: guard.clone(), directory, is_quick, logs, started: Instant::now() })
    }

    /// The first in a quick run, the second in a full one.
    pub fn choose<T>(&self, quick: T, full: T) -> T {
        if self.is_quick { quick } else { full }
    }

    /// Tells the person who waits.
    pub fn step(&self, message: &str) {
        say(&format!("    {:6.1} s  {message}", self.started.elapsed().as_secs_f64()));
    }

    /// The file for the log of a process.
    pub fn log_path(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    /// The same, to be written on.
    pub fn log(&self, name: &str) -> Result<File> {
        Ok(OpenOptions::new().create(true).append(true).open(self.log_path(name))?.into_file())
    }

    /// No service has panicked, by the logs.
    pub fn expect_no_panic(&self) -> Result<()> {
        for log in fs::read_dir(&self.logs)? {
            let path = log?.path();
            let text = fs::read(&path)?;
            ensure!(!String::from_utf8_lossy(&text).contains(PANIC), "there was a panic: see {}", path.display());
        }
        Ok(())
    }

    /// Removes the logs, which nobody needs of a part that went well: they can be large.
    pub fn discard_logs(&self) {
        let _ = fs::remove_dir_all(&self.logs);
    }

    /// A file with this text.
    pub fn file(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.directory.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// A directory that the account may write to.
    pub fn owned_directory(&self, name: &str) -> Result<PathBuf> {
        let path = self.directory.join(name);
        fs::create_dir(&path)?;
        self.tools.hand_over(&path)?;
        Ok(path)
    }
}
