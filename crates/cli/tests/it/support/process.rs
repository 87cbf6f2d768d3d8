use std::fs;
use std::io::Write;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Resource, Rlimit, kill_process, prlimit};

pub(crate) use rustix::process::Signal;

use super::Log;

/// A process of the binary. Threads read its output.
pub(super) struct Process {
    child: Child,
    pub(super) output: Log,
    pub(super) errors: Log,
}

/// The exit code and the output of a process that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    pub(super) fn spawn(mut command: Command, input: &str) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing may have closed its end already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let (output, errors) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Self { child, output: Log::follow(output), errors: Log::follow(errors) }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Limits the memory of the process to what it has now and `more` bytes.
    pub(super) fn limit_memory(&self, more: u64) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
        let kib: u64 = size.trim().strip_suffix(" kB").unwrap().parse().unwrap();
        let limit = Rlimit { current: Some(kib * 1024 + more), maximum: None };
        prlimit(Some(Pid::from_child(&self.child)), Resource::As, limit).unwrap();
    }

    /// Waits for the end of the process. Kills one that does not end, and returns `None` then.
    pub(super) fn wait(mut self) -> Option<Finished> {
        let ended = self.output.wait_for_end() && self.errors.wait_for_end();
        if !ended {
            self.child.kill().unwrap();
        }
        let code = self.child.wait().unwrap().code();
        ended.then(|| Finished { code, stdout: self.output.text(), stderr: self.errors.text() })
    }
}

impl Finished {
    /// The standard output of a command that succeeded without a message on standard error.
    pub(crate) fn succeeded(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self.stdout
    }

    /// The lines on standard error of a command that ended with `code` and printed nothing else.
    pub(crate) fn failed(&self, code: i32) -> Vec<&str> {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{}", self.stderr);
        self.stderr.lines().collect()
    }
}
