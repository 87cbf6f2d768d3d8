//! Other programs, run in the workspace's root directory; every error names the command.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};

use anyhow::{Context, Result, bail};

use crate::{console, files, matching, workspace};

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
    git.args(["-c", "safe.directory=*"]).args(arguments.split(' '));
    git
}

/// Runs a command that prints where we print.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", describe(command)))?;
    check(command, status)
}

/// Runs a command and returns its standard output; its standard error goes where ours goes.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{}`", describe(command)))?;
    check(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("`{}` did not print UTF-8", describe(command)))
}

/// Runs a command and returns its standard output; what it prints on standard error is shown by the error alone.
pub(crate) fn captured(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output();
    finished(command, output)
}

fn finished(command: &Command, output: std::io::Result<Output>) -> Result<String> {
    let output = output.with_context(|| format!("cannot start `{}`", describe(command)))?;
    if !output.status.success() {
        let complaint = on_one_line(String::from_utf8_lossy(&output.stderr).lines());
        bail!("`{}` failed ({}): {complaint}", describe(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` did not print UTF-8", describe(command)))
}

/// As [`captured`], for a command that reads `input`.
pub(crate) fn fed(command: &mut Command, input: &str) -> Result<String> {
    let starting = || format!("cannot start `{}`", describe(command));
    let (stdin, mut writer) = std::io::pipe().with_context(starting)?;
    // Less than a pipe holds, and so written before anybody reads.
    writer.write_all(input.as_bytes()).with_context(starting)?;
    drop(writer);
    let output = command.stdin(stdin).output();
    finished(command, output)
}

/// Lines as part of a message.
fn on_one_line<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    lines.into_iter().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" | ")
}

/// Runs a command, printing its standard output as it comes and handing each line to `see`.
pub(crate) fn run_seeing_lines(command: &mut Command, mut see: impl FnMut(&str)) -> Result<()> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start `{}`", describe(command)))?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.with_context(|| format!("cannot read what `{}` prints", describe(command)))?;
            let line = String::from_utf8_lossy(&line);
            console::say(&line);
            see(&line);
        }
    }
    let status = child.wait().with_context(|| format!("cannot wait for `{}`", describe(command)))?;
    check(command, status)
}

/// Runs a tool that says in a line what it found, and returns what the first group of the pattern takes from the last line
/// of that kind; where the tool fails, that is part of the error.
pub(crate) fn verdict(command: &mut Command, pattern: &str) -> Result<String> {
    let mut verdict = None;
    let result =
        run_seeing_lines(command, |line| verdict = matching::find(pattern, line).map(str::to_owned).or(verdict.take()));
    match (result, verdict) {
        (result, Some(verdict)) => result.map(|()| verdict.clone()).context(verdict),
        (result, None) => result.and_then(|()| bail!("`{}` did not say what it found", describe(command))),
    }
}

/// The last lines of a log, on one line.
pub(crate) fn end_of(log: &Path) -> String {
    let log = files::read(log).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    on_one_line(lines[lines.len().saturating_sub(5)..].iter().copied())
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

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut sh = command("sh");
        sh.args(["-c", script]);
        sh
    }

    #[test]
    fn a_command_that_fails_or_does_not_exist_is_named() {
        let error = run(&mut sh("exit 3")).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c exit 3` failed (exit status: 3)");
        let error = run(&mut command("no-such-program-here")).unwrap_err();
        assert_eq!(error.to_string(), "cannot start `no-such-program-here`");
    }

    #[test]
    fn output_is_what_the_command_prints_and_it_reads_what_it_is_fed() {
        assert_eq!(output(&mut sh("echo one; echo two")).unwrap(), "one\ntwo\n");
        assert_eq!(fed(&mut command("cat"), "one\ntwo").unwrap(), "one\ntwo");
    }

    #[test]
    fn what_a_captured_command_complains_about_is_in_the_error_on_one_line() {
        let error = captured(&mut sh("echo said; printf ' one\\n\\ntwo\\n' >&2; exit 3")).unwrap_err();
        assert!(error.to_string().ends_with(" failed (exit status: 3): one | two"), "{error}");
        assert_eq!(captured(&mut sh("echo said; echo complained >&2")).unwrap(), "said\n");
    }

    #[test]
    fn lines_are_seen_even_when_the_command_fails() {
        let mut lines = Vec::new();
        assert!(run_seeing_lines(&mut sh("echo one; echo two; exit 1"), |line| lines.push(line.to_owned())).is_err());
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn a_verdict_is_the_last_line_of_its_kind_and_part_of_an_error() {
        let verdict = |script| verdict(&mut sh(script), "^found (.+)$").map_err(|error| format!("{error:#}"));
        assert_eq!(verdict("echo found 1; echo found 2; echo end").unwrap(), "2");
        let failed = "`sh -c echo found 3; exit 1` failed (exit status: 1)";
        assert_eq!(verdict("echo found 3; exit 1").unwrap_err(), format!("3: {failed}"));
        assert_eq!(verdict("exit 1").unwrap_err(), "`sh -c exit 1` failed (exit status: 1)");
        assert_eq!(verdict("true").unwrap_err(), "`sh -c true` did not say what it found");
    }

    #[test]
    fn a_probe_tells_success_from_failure_and_absence() {
        assert!(succeeds(&mut command("true")));
        assert!(!succeeds(&mut command("false")));
        assert!(!succeeds(&mut command("no-such-program-here")));
    }
}
