//! The programs that are driven, and those that drive.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::{Account, PostgresPlan, Skipped};

/// Given by `cargo xtask`, or by hand. What a missing tool is needed for is skipped.
#[derive(Debug, Clone, clap::Args)]
pub struct Tools {
    /// The program `workflow-server`
    #[arg(long, env = "ORE_SERVER", value_name = "PROGRAM")]
    pub server: PathBuf,
    /// A tool and where it is, such as `wrk=/usr/bin/wrk`; can be repeated
    #[arg(long = "tool", env = "ORE_TOOLS", value_name = "NAME=PATH", value_delimiter = ',', value_parser = tool)]
    given: Vec<(String, PathBuf)>,
    /// Numbers of the user and the group that run PostgreSQL; needed by root
    #[arg(long, env = "ORE_ACCOUNT", value_name = "USER:GROUP")]
    account: Option<Account>,
    /// Where the services' logs go
    #[arg(long, env = "ORE_LOGS", value_name = "DIRECTORY", default_value = "target/logs")]
    pub logs: PathBuf,
}

impl Tools {
    /// The path of the tool.
    pub fn get(&self, name: &str) -> Result<&Path> {
        let tool = self.given.iter().find(|(it, _)| it == name);
        tool.map(|(_, path)| path.as_path()).ok_or_else(|| Skipped(format!("{name} is missing")).into())
    }

    /// A PostgreSQL with these lines of `postgresql.conf`.
    pub fn postgres_plan(&self, settings: &'static str) -> Result<PostgresPlan> {
        Ok(PostgresPlan { programs: self.get("postgres")?.to_owned(), account: self.account, settings })
    }

    /// The same with a server whose path holds wherever programs run.
    pub fn resolved(self) -> Result<Self> {
        let server = self.server.canonicalize().with_context(|| format!("no {}", self.server.display()))?;
        Ok(Self { server, ..self })
    }
}

fn tool(text: &str) -> Result<(String, PathBuf), &'static str> {
    let (name, path) = text.split_once('=').ok_or("not of the form NAME=PATH")?;
    Ok((name.to_owned(), path.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_a_reason_to_skip() {
        let given = vec![tool("wrk=/usr/bin/wrk").unwrap()];
        let tools = Tools { server: PathBuf::new(), given, account: None, logs: PathBuf::new() };
        assert_eq!(tools.get("wrk").unwrap(), Path::new("/usr/bin/wrk"));
        assert!(tools.get("haproxy").unwrap_err().is::<Skipped>());
    }
}
