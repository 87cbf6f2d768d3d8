//! Who runs a server: ourselves, or somebody with fewer rights when we are root.

use std::ffi::OsStr;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::system_packages::is_root;
use crate::process;

/// Accounts without rights, in the order of preference. `postgres` comes with the server's package.
const UNPRIVILEGED: &[&str] = &["nobody", "postgres"];

/// The account of a server. PostgreSQL refuses to run as root, and nothing that listens should.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    /// User and group to change to; `None` to stay who we are.
    ids: Option<(u32, u32)>,
}

impl Account {
    /// Anyone who runs this command.
    pub(crate) fn ourselves() -> Self {
        Self { ids: None }
    }

    /// Ourselves, or an unprivileged account when we are root.
    pub(crate) fn unprivileged() -> Result<Self> {
        if !is_root() {
            return Ok(Self { ids: None });
        }
        match UNPRIVILEGED.iter().find_map(|name| Some((id("-u", name)?, id("-g", name)?))) {
            Some(ids) => Ok(Self { ids: Some(ids) }),
            None => bail!("root may not run a database server: add one of the users {}", UNPRIVILEGED.join(", ")),
        }
    }

    /// User and group, unless we stay who we are.
    pub(crate) fn ids(self) -> Option<(u32, u32)> {
        self.ids
    }

    /// A command that this account runs. Its working directory is `/`, since the account may not reach ours.
    pub(crate) fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/");
        if let Some((user, group)) = self.ids {
            // The standard library drops root's other groups together with its user.
            command.uid(user).gid(group);
        }
        command
    }

    /// Makes a directory for temporary files that belongs to this account and that nobody else may read.
    pub(crate) fn make_temporary_directory(self, name: &str) -> Result<PathBuf> {
        let make = |parent: &Path| {
            let template = parent.join(format!("{name}.XXXXXXXX"));
            process::captured(self.command("mktemp").arg("-d").arg(template)).map(|path| path.trim_end().into())
        };
        // Root's own directory for temporary files is often closed to everybody else.
        make(&std::env::temp_dir()).or_else(|_| make(Path::new("/tmp")))
    }

    /// Hands a directory of ours to this account, and tells whether it can be used from there.
    pub(crate) fn take_over(self, directory: &Path) -> Result<bool> {
        if let Some((user, group)) = self.ids {
            let describe = || format!("cannot give {} to user {user}", directory.display());
            chown(directory, Some(user), Some(group)).with_context(describe)?;
        }
        Ok(process::succeeds(self.command("test").arg("-w").arg(directory)))
    }
}

fn id(option: &str, name: &str) -> Option<u32> {
    process::captured(process::command("id").args([option, name])).ok()?.trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_server_never_runs_as_root_and_its_directory_belongs_to_its_account_alone() {
        let account = Account::unprivileged().unwrap();
        let id = |option| process::captured(account.command("id").arg(option)).unwrap();
        assert_ne!(id("-u"), "0\n");
        assert!(!id("-G").split_whitespace().any(|group| group == "0") || !is_root(), "{}", id("-G"));
        let directory = account.make_temporary_directory("ore-xtask-test").unwrap();
        let metadata = fs::metadata(&directory).unwrap();
        fs::remove_dir(&directory).unwrap();
        assert_eq!(format!("{}\n", metadata.uid()), id("-u"));
        assert_eq!(metadata.mode() & 0o777, 0o700);
    }
}
