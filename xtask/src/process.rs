//! Other programs, run in the workspace's root directory; every error names the command.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Output, Stdio};

use anyhow::{Context, Result, bail};

use crate::{console, workspace};

/// A command that will run in the workspace's root directory.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}

/// `cargo` with these arguments.
pub(crate) fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut cargo = command("cargo");
    cargo.args(arguments);
    cargo
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
pub(crate) fn on_one_line<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
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

    #[test]
    fn a_failing_command_is_named_with_its_arguments_and_status() {
        let error = run(command("sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c exit 3` failed (exit status: 3)");
    }

    #[test]
    fn a_command_that_does_not_exist_is_named() {
        let error = run(&mut command("no-such-program-here")).unwrap_err();
        assert_eq!(error.to_string(), "cannot start `no-such-program-here`");
    }

    #[test]
    fn output_is_what_the_command_prints() {
        assert_eq!(output(command("sh").args(["-c", "echo one; echo two"])).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn what_a_captured_command_complains_about_is_in_the_error_on_one_line() {
        let error =
            captured(command("sh").args(["-c", "echo said; printf ' one\\n\\ntwo\\n' >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().ends_with(" failed (exit status: 3): one | two"), "{error}");
        assert_eq!(captured(command("sh").args(["-c", "echo said; echo complained >&2"])).unwrap(), "said\n");
    }

    #[test]
    fn a_command_reads_what_it_is_fed() {
        assert_eq!(fed(&mut command("cat"), "one\ntwo").unwrap(), "one\ntwo");
    }

    #[test]
    fn lines_are_seen_even_when_the_command_fails() {
        let mut lines = Vec::new();
        let mut command = command("sh");
        let result = run_seeing_lines(command.args(["-c", "echo one; echo two; exit 1"]), |line| {
            lines.push(line.to_owned());
        });
        assert!(result.is_err());
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn a_probe_tells_success_from_failure_and_absence() {
        assert!(succeeds(&mut command("true")));
        assert!(!succeeds(&mut command("false")));
        assert!(!succeeds(&mut command("no-such-program-here")));
    }
}
