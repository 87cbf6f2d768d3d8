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

/// A process that ends with the value, and also when we are killed.
pub struct Process {
    child: Child,
    /// The signal that ends it together with its children.
    stop: Signal,
    guard: Guard,
    entry: String,
}

impl Process {
    /// Starts a program in a process group of its own, so that Ctrl-C reaches us alone. `stop` ends it together with
    /// its children.
    pub fn spawn(guard: &Guard, command: &mut Command, stop: Signal) -> Result<Self> {
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        let child = child.with_context(|| format!("cannot start {}", name(command)))?;
        let entry = format!("{}:{}", child.id(), stop.as_raw());
        guard.add(&entry)?;
        Ok(Self { child, stop, guard: guard.clone(), entry })
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

    /// Waits until it has ended by itself.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let what = format!("process {} has ended", self.id());
        until(limit, &what, || !matches!(self.status(), Ok(None)))?;
        self.child.wait().context("cannot ask for a process")
    }

    /// Ends it as a power cut would, and returns when it is gone.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(status) = self.status()? {
            bail!("process {} had ended before it was killed: {status}", self.id());
        }
        self.signal(Signal::KILL)?;
        self.child.wait().context("cannot wait for a killed process").map(drop)
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
            let _ = self.child.wait();
        }
        self.guard.remove(&self.entry);
    }
}

/// A server that can be ended and started again, always with the same command.
pub struct Daemon {
    name: String,
    command: Command,
    stop: Signal,
    guard: Guard,
    process: Option<Process>,
}

impl Daemon {
    /// A server that does not run yet. What it prints goes to its log; `stop` ends it together with its children.
    pub fn new(lab: &Lab, name: &str, mut command: Command, stop: Signal) -> Result<Self> {
        let log = lab.log(name)?;
        command.stdout(log.try_clone()?).stderr(log);
        Ok(Self { name: name.to_owned(), command, stop, guard: lab.guard.clone(), process: None })
    }

    /// A server that runs.
    pub fn start(lab: &Lab, name: &str, command: Command, stop: Signal) -> Result<Self> {
        let mut daemon = Self::new(lab, name, command, stop)?;
        daemon.resume()?;
        Ok(daemon)
    }

    /// Starts it.
    pub fn resume(&mut self) -> Result<()> {
        self.process = Some(Process::spawn(&self.guard, &mut self.command, self.stop)?);
        Ok(())
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        self.process.as_ref().with_context(|| format!("{} does not run", self.name))?.signal(signal)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        self.take()?.kill()
    }

    /// Ends it with a signal, and returns when it has ended.
    pub fn end(&mut self, signal: Signal, limit: Duration) -> Result<()> {
        let mut process = self.take()?;
        process.signal(signal)?;
        process.wait(limit).map(drop)
    }

    fn take(&mut self) -> Result<Process> {
        self.process.take().with_context(|| format!("{} does not run", self.name))
    }
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
        let process = Process::spawn(&guard, Command::new("sleep").arg("600"), Signal::TERM).unwrap();
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
