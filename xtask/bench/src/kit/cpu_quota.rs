//! A part of a processor (cgroups(7)).

use std::path::{Path, PathBuf};

use anyhow::Result;
use fs_err as fs;

const ROOT: &str = "/sys/fs/cgroup";
/// Short beside the time that a request takes where it waits for the next period.
const PERIOD_MICROSECONDS: u32 = 10_000;

/// A control group with a part of one processor. It ends with the value, which must outlive its process.
#[derive(Debug)]
pub(crate) struct CpuQuota(PathBuf);

impl CpuQuota {
    /// Gives this process so many percent of one processor; `None` where the system lets us make no such group.
    pub(crate) fn hold(process: u32, percent: u32) -> Result<Option<Self>> {
        let microseconds = PERIOD_MICROSECONDS * percent / 100;
        let version_1 = Path::new(ROOT).join("cpu");
        let (parent, limits) = if version_1.is_dir() {
            let [period, quota] = [PERIOD_MICROSECONDS, microseconds].map(|it| it.to_string());
            (version_1, vec![("cpu.cfs_period_us", period), ("cpu.cfs_quota_us", quota)])
        } else {
            let _ = fs::write(Path::new(ROOT).join("cgroup.subtree_control"), "+cpu");
            (ROOT.into(), vec![("cpu.max", format!("{microseconds} {PERIOD_MICROSECONDS}"))])
        };
        let group = Self(parent.join(format!("ore-bench-{process}")));
        let is_made = fs::create_dir(&group.0).is_ok();
        if !is_made || limits.iter().any(|(file, limit)| fs::write(group.0.join(file), limit).is_err()) {
            return Ok(None);
        }
        fs::write(group.0.join("cgroup.procs"), process.to_string())?;
        Ok(Some(group))
    }
}

impl Drop for CpuQuota {
    fn drop(&mut self) {
        // What is left of it if a process is still inside costs nothing.
        let _ = fs::remove_dir(&self.0);
    }
}
