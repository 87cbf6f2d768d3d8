//! What ends and removes everything when this process cannot.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use fs_err as fs;
use rustix::fs::statvfs;
use rustix::process::geteuid;

/// Keeps a list of what is to be ended, which its standard input tells.
const GUARD: &str = include_str!("guard.sh");

/// Where Linux keeps files in memory. Containers often have little of it.
const MEMORY: &str = "/dev/shm";
/// Several times what the databases of tests that run at once take.
const ROOM_BYTES: u64 = 2 << 30;

/// A handle on the guard, and on the directory that it removes at the end.
#[derive(Clone)]
pub struct Guard(Arc<Inner>);

struct Inner {
    directory: PathBuf,
    shell: Mutex<Child>,
}

impl Guard {
    /// Makes a temporary directory, named after `name`, that servers of other accounts can pass through, and starts its guard.
    pub fn start(name: &str) -> Result<Self> {
        // Root's own directory for temporary files is often closed to everybody else.
        let place = if geteuid().is_root() { PathBuf::from("/tmp") } else { std::env::temp_dir() };
        Self::start_in(name, &place)
    }

    /// As [`Guard::start`], in memory where it has room: a disk does not write as fast as tests make and drop databases.
    pub fn start_in_memory(name: &str) -> Result<Self> {
        let has_room = statvfs(MEMORY).is_ok_and(|it| it.f_bavail.saturating_mul(it.f_frsize) >= ROOM_BYTES);
        if has_room { Self::start_in(name, Path::new(MEMORY)) } else { Self::start(name) }
    }

    fn start_in(name: &str, place: &Path) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix(&format!("{name}-")).tempdir_in(place);
        let directory = directory.context("cannot make a temporary directory")?;
        // Not as the umask has it.
        fs::set_permissions(directory.path(), Permissions::from_mode(0o711))?;
        let directory = directory.keep();
        let mut command = Command::new("sh");
        command.args(["-c", GUARD]).arg(&directory);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C in a terminal reaches our process group: the guard must outlive us.
        let shell = command.process_group(0).spawn().context("cannot start `sh` to clean up after us")?;
        Ok(Self(Arc::new(Inner { directory, shell: Mutex::new(shell) })))
    }

    /// The directory of everything that the programs write.
    pub fn directory(&self) -> &Path {
        &self.0.directory
    }

    /// Sees to it that `entry` is ended, whatever happens to us.
    pub fn add(&self, entry: &str) -> Result<()> {
        self.tell("+", entry)
    }

    /// Forgets an entry that has ended.
    pub fn remove(&self, entry: &str) {
        // Without a guard there is nothing to forget.
        let _ = self.tell("-", entry);
    }

    fn tell(&self, verb: &str, entry: &str) -> Result<()> {
        let mut shell = self.0.shell.lock().unwrap_or_else(PoisonError::into_inner);
        let input = shell.stdin.as_mut().context("the guard has no input")?;
        writeln!(input, "{verb} {entry}").context("the guard has ended")
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Which closes its input first.
        let _ = self.shell.get_mut().unwrap_or_else(PoisonError::into_inner).wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_ends_what_is_left_on_its_list_and_removes_the_directory() {
        let guard = Guard::start("ore-harness-test").unwrap();
        let directory = guard.directory().to_owned();
        let [mut left, mut other] = [(); 2].map(|()| Command::new("sleep").arg("600").spawn().unwrap());
        guard.add(&format!("{}:TERM", left.id())).unwrap();
        let entry = format!("{}:KILL", other.id());
        guard.add(&entry).unwrap();
        guard.remove(&entry);
        // Waited for meanwhile: until then the number of an ended process is taken.
        let left = std::thread::spawn(move || left.wait().unwrap());
        drop(guard);
        assert!(!left.join().unwrap().success());
        assert!(!directory.exists());
        assert!(other.try_wait().unwrap().is_none());
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
