//! Files of `deploy`, with the ports and directories of a scenario in them.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use ore_harness::Account;

use crate::context::Context;

/// The variables of a file, each with the value that it is given: what the file lacks, or has besides, is a mistake.
pub(super) fn environment<'a>(file: &'a str, values: &'a [(&'a str, String)]) -> Result<Vec<(&'a str, &'a str)>> {
    let names = file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let value_of = |name: &str| values.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str());
    let variables: Vec<_> = names
        .map(|(name, _)| Ok((name, value_of(name).with_context(|| format!("nobody gives {name} a value"))?)))
        .collect::<Result<_>>()?;
    ensure!(variables.len() == values.len(), "the file lacks one of the variables that are given values");
    Ok(variables)
}

/// A text with each of these parts replaced, which must be in it.
pub(super) fn replaced(text: &str, parts: &[(&str, String)]) -> Result<String> {
    parts.iter().try_fold(text.to_owned(), |text, (from, to)| {
        ensure!(text.contains(from), "the file has no {from}");
        Ok(text.replace(from, to))
    })
}

/// A directory of this scenario that the account may write to.
pub(super) fn owned_directory(context: &Context, name: &str, account: Option<Account>) -> Result<PathBuf> {
    let directory = context.directory().join(name);
    fs::create_dir(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    if let Some(Account { user, group }) = account {
        chown(&directory, Some(user), Some(group)).context("cannot hand a directory to another account")?;
    }
    Ok(directory)
}

/// A program that finds nothing of our environment, run by the account.
pub(super) fn as_account(program: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").current_dir("/");
    if let Some(Account { user, group }) = account {
        command.uid(user).gid(group);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variable_of_a_file_is_given_its_value() {
        let file = "# of a node\nNAME=one\nPORT=1\n";
        let given = |names: &[&'static str]| names.iter().map(|name| (*name, format!("my {name}"))).collect::<Vec<_>>();
        assert_eq!(environment(file, &given(&["PORT", "NAME"])).unwrap(), [("NAME", "my NAME"), ("PORT", "my PORT")]);
        assert!(environment(file, &given(&["NAME"])).is_err());
        assert!(environment(file, &given(&["NAME", "PORT", "HOST"])).is_err());
    }

    #[test]
    fn what_is_to_be_replaced_has_to_be_there() {
        assert_eq!(replaced("a b a", &[("a", "c".to_owned())]).unwrap(), "c b c");
        assert!(replaced("a b a", &[("d", "c".to_owned())]).is_err());
    }
}
