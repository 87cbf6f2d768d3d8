//! Other programs, run in the workspace's root directory; every error names the command.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
/// Runs a command and returns its standard output; what it prints on standard error is shown by the error alone.
pub(crate) use ore_harness::run as captured;
use ore_harness::say;

use crate::{matching, workspace};

/// A command that will run in the workspace's root directory.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}

/// `cargo` with these arguments, divided by spaces.
pub(crate) fn cargo(arguments: &str) -> Command {
    let mut cargo = command("cargo");
    cargo.args(arguments.split(' '));
    cargo
}

/// `git` with these arguments, divided by spaces. In a container the checkout often belongs to another user, which git
/// would refuse.
pub(crate) fn git(arguments: &str) -> Command {
    let mut git = command("git");
    git.args(["-c", "safe.directory=*"]).args(arguments.split_whitespace());
    git
}

/// Runs a command that prints where we print.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot("start", command))?;
    check(command, status)
}

/// Runs a command and returns its standard output; its standard error goes where ours goes.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| cannot("start", command))?;
    check(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| cannot("understand what is printed by", command))
}

/// Runs a command, printing its standard output as it comes, and returns that, also of a command that fails.
pub(crate) fn echoed(command: &mut Command) -> (String, Result<()>) {
    let mut text = String::new();
    let mut echo = || {
        let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| cannot("start", command))?;
        for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(|output| output.split(b'\n')) {
            let line = line.with_context(|| cannot("read what is printed by", command))?;
            let line = String::from_utf8_lossy(&line);
            say(&line);
            text.extend([&line, "\n"]);
        }
        let status = child.wait().with_context(|| cannot("wait for", command))?;
        check(command, status)
    };
    let result = echo();
    (text, result)
}

/// Runs a tool that says what it found, and returns what the first group of the pattern finds last; where the tool
/// fails, that is part of the error.
pub(crate) fn verdict(command: &mut Command, pattern: &str) -> Result<String> {
    let (text, result) = echoed(command);
    match matching::find_all(pattern, &text).pop().map(str::to_owned) {
        Some(verdict) => result.map(|()| verdict.clone()).context(verdict),
        None => result.and_then(|()| bail!("`{}` did not say what it found", describe(command))),
    }
}

/// Whether a command can be started and ends well; it prints nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success())
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed ({status})", describe(command));
    }
    Ok(())
}

fn cannot(what: &str, command: &Command) -> String {
    format!("cannot {what} `{}`", describe(command))
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_the_last_line_of_its_kind_and_part_of_an_error() {
        let verdict =
            |script| verdict(command("sh").args(["-c", script]), "(?m)^found (.+)$").map_err(|it| it.to_string());
        assert_eq!(verdict("echo found 1; echo found 2; echo end").unwrap(), "2");
        assert_eq!(verdict("echo found 3; exit 1").unwrap_err(), "3");
        assert_eq!(verdict("exit 1").unwrap_err(), "`sh -c exit 1` failed (exit status: 1)");
        assert_eq!(verdict("true").unwrap_err(), "`sh -c true` did not say what it found");
    }
}
