use std::net::TcpListener;
use std::ops::Deref;
use std::process::Command;

use serde_json::Value;

use super::process::Process;
use super::test_dir::profile;
use super::{Finished, Log, Server, Signal, TestDir};

/// The real binary, listening on a port of its own; ends with the value.
pub(crate) struct ServerProcess {
    server: Server,
    process: Option<Process>,
    log: Log,
    has_children: bool,
}

/// A server process can be used like any server.
impl Deref for ServerProcess {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl ServerProcess {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// With settings that differ from those of the other tests.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        TestDir::new().serve(settings)
    }

    pub(super) fn spawn(test_dir: &TestDir, arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let server = Self::spawn_command(test_dir, test_dir.command(arguments, settings));
        if arguments.contains(&"--reload") { server.with_children() } else { server }
    }

    pub(super) fn spawn_command(test_dir: &TestDir, command: Command) -> Self {
        let process = Process::spawn(command, "");
        let log = process.output.clone();
        let Some(port) = log.try_wait_for(port_in) else { panic!("does not listen: {:?}", process.wait()) };
        Self::of(process, port, test_dir)
    }

    /// For servers whose log does not tell the port: takes one that was free a moment ago.
    pub(crate) fn with_silent_start(settings: &[(&str, &str)]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (test_dir, port) = (TestDir::new(), free.to_string());
        let process = Process::spawn(test_dir.command(&["serve", "--port", &port], settings), "");
        Self::of(process, free, &test_dir)
    }

    fn of(process: Process, port: u16, test_dir: &TestDir) -> Self {
        let log = process.output.clone();
        Self { server: Server::elsewhere(port, test_dir), process: Some(process), log, has_children: false }
    }

    /// Marks a process that starts others.
    pub(super) fn with_children(mut self) -> Self {
        self.has_children = true;
        self
    }

    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    pub(crate) fn signal(&self, number: Signal) {
        self.process.as_ref().unwrap().signal(number);
    }

    /// Limits the memory of the process to what it has now and `more` bytes.
    pub(crate) fn limit_memory(&self, more: u64) {
        self.process.as_ref().unwrap().limit_memory(more);
    }

    /// Waits until the process has ended by itself or by a signal sent before.
    pub(crate) fn wait(mut self) -> Finished {
        let finished = self.process.take().unwrap().wait();
        finished.unwrap_or_else(|| panic!("had to be killed:\n{}", self.log.text()))
    }

    /// Ends the server with SIGTERM and returns its log.
    pub(crate) fn stop(self) -> Log {
        let log = self.log.clone();
        self.signal(Signal::TERM);
        let finished = self.wait();
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
        log
    }
}

impl Drop for ServerProcess {
    /// What a test does not end itself is killed, which takes no time: draining has tests of its own. A process that
    /// started others has to end them, and one that measures coverage has to write it down.
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            let must_end_itself = self.has_children || profile().is_some();
            process.signal(if must_end_itself { Signal::TERM } else { Signal::KILL });
            let ended = process.wait();
            // A second panic would abort and hide the first.
            assert!(std::thread::panicking() || ended.is_some(), "had to be killed:\n{}", self.log.text());
        }
    }
}

/// The port in the line that says where the server listens, in either format.
fn port_in(line: &str) -> Option<u16> {
    if let Ok(line) = serde_json::from_str::<Value>(line) {
        let listens = line["message"].as_str()?.starts_with("Listening on http");
        return listens.then(|| u16::try_from(line["port"].as_u64().unwrap()).unwrap());
    }
    let (_, rest) = line.split_once("Listening on http://127.0.0.1:")?;
    rest.split(' ').next()?.parse().ok()
}
