//! The programs that are driven, and those that drive.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use fs_err::os::unix::fs::chown;

use crate::Skipped;

/// Given by `cargo xtask`, or by hand. What a missing tool is needed for is skipped.
#[derive(Debug, Clone, clap::Args)]
pub struct Tools {
    /// The program `workflow-server`
    #[arg(long, env = "ORE_SERVER", value_name = "PROGRAM", value_parser = |path: &str| fs::canonicalize(path))]
    pub server: PathBuf,
    /// A tool and where it is, such as `wrk=/usr/bin/wrk`; can be repeated
    #[arg(long = "tool", env = "ORE_TOOLS", value_name = "NAME=PATH", value_delimiter = ',', value_parser = tool)]
    given: Vec<(String, PathBuf)>,
    /// Numbers of the user and the group that run PostgreSQL; needed by root
    #[arg(long, env = "ORE_ACCOUNT", value_name = "USER:GROUP", value_parser = account)]
    account: Option<(u32, u32)>,
    /// Where the services' logs go
    #[arg(long, env = "ORE_LOGS", value_name = "DIRECTORY", default_value = "target/logs")]
    pub logs: PathBuf,
}

impl Tools {
    /// These, for somebody who starts no service. The account is that of servers.
    pub fn new(given: Vec<(String, PathBuf)>, account: Option<(u32, u32)>, logs: PathBuf) -> Self {
        Self { server: PathBuf::new(), given, account, logs }
    }

    /// The path of the tool.
    pub fn get(&self, name: &str) -> Result<&Path> {
        let tool = self.given.iter().find(|(it, _)| it == name);
        tool.map(|(_, path)| path.as_path()).ok_or_else(|| Skipped(format!("{name} is missing")).into())
    }

    /// The tool, which finds nothing of our environment, run by the account: many refuse to run as root.
    pub fn as_account(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").current_dir("/");
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    /// Hands a file or a directory to the account.
    pub fn hand_over(&self, path: &Path) -> Result<()> {
        let Some((user, group)) = self.account else { return Ok(()) };
        Ok(chown(path, Some(user), Some(group))?)
    }
}

fn tool(text: &str) -> Result<(String, PathBuf), &'static str> {
    let (name, path) = text.split_once('=').ok_or("not of the form NAME=PATH")?;
    Ok((name.to_owned(), path.into()))
}

fn account(text: &str) -> Result<(u32, u32), &'static str> {
    let (user, group) = text.split_once(':').ok_or("not of the form 65534:65534")?;
    user.parse().ok().zip(group.parse().ok()).ok_or("not the numbers of an account")
}
