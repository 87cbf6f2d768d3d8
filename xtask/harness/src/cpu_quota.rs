//! A part of a processor (cgroups(7)).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

const ROOT: &str = "/sys/fs/cgroup";
/// Short beside the time that a request takes where it waits for the next period.
const PERIOD_MICROSECONDS: u32 = 10_000;

/// A control group whose processes have a part of one processor. It ends with the value, which must outlive them.
#[derive(Debug)]
pub struct CpuQuota {
    directory: PathBuf,
}

impl CpuQuota {
    /// So many percent of one processor; `None` where the system lets us make no such group.
    pub fn new(name: &str, percent: u32) -> Option<Self> {
        let microseconds = PERIOD_MICROSECONDS * percent / 100;
        Self::of_version_1(name, microseconds).or_else(|| Self::of_version_2(name, microseconds))
    }

    fn of_version_1(name: &str, microseconds: u32) -> Option<Self> {
        let group = Self::create(&Path::new(ROOT).join("cpu"), name)?;
        group.write("cpu.cfs_period_us", &PERIOD_MICROSECONDS.to_string())?;
        group.write("cpu.cfs_quota_us", &microseconds.to_string())?;
        Some(group)
    }

    fn of_version_2(name: &str, microseconds: u32) -> Option<Self> {
        fs::write(Path::new(ROOT).join("cgroup.subtree_control"), "+cpu").ok()?;
        let group = Self::create(Path::new(ROOT), name)?;
        group.write("cpu.max", &format!("{microseconds} {PERIOD_MICROSECONDS}"))?;
        Some(group)
    }

    fn create(parent: &Path, name: &str) -> Option<Self> {
        let directory = parent.join(format!("ore-{}-{name}", std::process::id()));
        fs::create_dir(&directory).ok()?;
        Some(Self { directory })
    }

    fn write(&self, file: &str, value: &str) -> Option<()> {
        fs::write(self.directory.join(file), value).ok()
    }

    /// Takes in a process with all its threads.
    pub fn hold(&self, process: u32) -> Result<()> {
        let file = self.directory.join("cgroup.procs");
        fs::write(&file, process.to_string()).with_context(|| format!("cannot write {}", file.display()))
    }
}

impl Drop for CpuQuota {
    fn drop(&mut self) {
        // What is left of it if a process is still inside costs nothing.
        let _ = fs::remove_dir(&self.directory);
    }
}
