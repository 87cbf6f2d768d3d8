//! Other programs, run in our own directory; every error names the command.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};
/// Runs a command and returns its standard output; what it prints on standard error is shown by the error alone.
pub(crate) use ore_harness::run as captured;
use ore_harness::say;

use crate::matching;

/// `cargo` with these arguments, divided by spaces.
pub(crate) fn cargo(arguments: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(arguments.split(' '));
    cargo
}

/// `git` with these arguments, divided by spaces. In a container the checkout often belongs to another user, which git
/// would refuse.
pub(crate) fn git(arguments: &str) -> Command {
    let mut git = Command::new("git");
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

/// Runs a command, printing its standard output as it comes, and returns that.
pub(crate) fn echoed(command: &mut Command) -> Result<String> {
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| cannot("start", command))?;
    let mut text = String::new();
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(|output| output.split(b'\n')) {
        let line = line.with_context(|| cannot("read what is printed by", command))?;
        let line = String::from_utf8_lossy(&line);
        say(&line);
        text.extend([&line, "\n"]);
    }
    let status = child.wait().with_context(|| cannot("wait for", command))?;
    check(command, status)?;
    Ok(text)
}

/// Runs a tool that says what it did, in a line that the pattern finds: with nothing to do, it would not fail by
/// itself.
pub(crate) fn run_telling(command: &mut Command, pattern: &str) -> Result<()> {
    let text = echoed(command)?;
    ensure!(matching::find(pattern, &text).is_some(), "`{}` did not say what it did", describe(command));
    Ok(())
}

/// Whether a command can be started and ends well; it prints nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success())
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    ensure!(status.success(), "`{}` failed ({status})", describe(command));
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
    fn a_tool_that_fails_or_does_not_say_what_it_did_has_failed() {
        let result = |script| run_telling(Command::new("sh").args(["-c", script]), "(?m)^found (.+)$");
        result("echo found 1; echo end").unwrap();
        assert!(result("echo found 1; exit 1").unwrap_err().to_string().ends_with("failed (exit status: 1)"));
        assert_eq!(result("true").unwrap_err().to_string(), "`sh -c true` did not say what it did");
    }
}
