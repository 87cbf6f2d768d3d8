//! Other programs.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::{Guard, Lab, until};

/// How long a process has to end by itself when nobody waits for it.
const LAST_WISH: Duration = Duration::from_secs(5);

/// A process that ends with the value, and also when we are killed. It can be started again with the same command.
pub struct Process {
    command: Command,
    child: Child,
    /// The signal that ends it together with its children.
    stop: Signal,
    guard: Guard,
}

impl Process {
    /// Starts a program in a process group of its own, so that Ctrl-C reaches us alone. `stop` ends it together with
    /// its children.
    pub fn spawn(guard: &Guard, mut command: Command, stop: Signal) -> Result<Self> {
        let child = spawn(guard, &mut command, stop)?;
        Ok(Self { command, child, stop, guard: guard.clone() })
    }

    /// Starts a server, which prints to the log of this name.
    pub fn start(lab: &Lab, name: &str, mut command: Command, stop: Signal) -> Result<Self> {
        let log = lab.log(name)?;
        command.stdout(log.try_clone()?).stderr(log);
        Self::spawn(&lab.guard, command, stop)
    }

    /// Starts it again when it has ended.
    pub fn resume(&mut self) -> Result<()> {
        self.child = spawn(&self.guard, &mut self.command, self.stop)?;
        Ok(())
    }

    /// The process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(Pid::from_child(&self.child), signal)
            .with_context(|| format!("cannot send {signal:?} to process {}", self.id()))
    }

    /// How it has ended, if it has.
    pub fn status(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().context("cannot ask for a process")
    }

    /// Sends a signal, and waits until it has ended.
    pub fn end(&mut self, signal: Signal, limit: Duration) -> Result<ExitStatus> {
        self.signal(signal)?;
        let what = format!("process {} has ended", self.id());
        until(limit, &what, || !matches!(self.status(), Ok(None)))?;
        self.forget()
    }

    /// Ends it as a power cut would, and returns when it is gone.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(status) = self.status()? {
            bail!("process {} had ended before it was killed: {status}", self.id());
        }
        self.signal(Signal::KILL)?;
        self.forget().map(drop)
    }

    fn forget(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().context("cannot wait for a process")?;
        self.guard.remove(&entry(&self.child, self.stop));
        Ok(status)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.signal(self.stop);
            // One that was stopped takes no signal but KILL.
            let _ = self.signal(Signal::CONT);
            let _ = until(LAST_WISH, "it has ended", || !matches!(self.child.try_wait(), Ok(None)));
            let _ = self.child.kill();
        }
        let _ = self.forget();
    }
}

fn spawn(guard: &Guard, command: &mut Command, stop: Signal) -> Result<Child> {
    let child = command.stdin(Stdio::null()).process_group(0).spawn();
    let child = child.with_context(|| format!("cannot start {}", name(command)))?;
    guard.add(&entry(&child, stop))?;
    Ok(child)
}

/// In the list of the guard.
fn entry(child: &Child, stop: Signal) -> String {
    format!("{}:{}", child.id(), stop.as_raw())
}

/// Runs a program to its end and returns what it prints.
pub fn run(command: &mut Command) -> Result<String> {
    let name = name(command);
    text(&name, command.stdin(Stdio::null()).output())
}

/// As [`run`], while other things go on; the program ends when nobody waits for it any longer.
#[cfg(feature = "load")]
pub async fn run_beside(command: Command) -> Result<String> {
    let name = name(&command);
    text(&name, tokio::process::Command::from(command).stdin(Stdio::null()).kill_on_drop(true).output().await)
}

fn text(name: &str, output: io::Result<Output>) -> Result<String> {
    let output = output.with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{name} failed ({}): {}", output.status, complaint.trim().replace('\n', " | "));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_ends_with_its_value_even_when_it_was_stopped() {
        let guard = Guard::start("ore-harness-test").unwrap();
        let mut command = Command::new("sleep");
        command.arg("600");
        let process = Process::spawn(&guard, command, Signal::TERM).unwrap();
        process.signal(Signal::STOP).unwrap();
        let pid = Pid::from_child(&process.child);
        drop(process);
        assert!(rustix::process::test_kill_process(pid).is_err());
    }

    #[test]
    fn the_complaint_of_a_failing_program_is_in_the_error() {
        let error = run(Command::new("sh").args(["-c", "echo one >&2; echo two >&2; exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "sh failed (exit status: 3): one | two");
    }
}
