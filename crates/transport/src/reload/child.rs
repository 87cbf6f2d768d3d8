use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use command_fds::{CommandFdExt, FdMapping};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;

use super::super::listeners::Listeners;

/// The number of the first socket, by `sd_listen_fds(3)`.
const FIRST_SOCKET: i32 = 3;

/// How a process that serves is started.
pub(super) struct Plan {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) listeners: Listeners,
    /// The socket on which it reports that it serves.
    pub(super) notify_socket: PathBuf,
}

/// A process that serves, or will. It is killed with the value.
pub(super) struct Service(Child);

impl Plan {
    pub(super) fn start(&self) -> io::Result<Service> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env("NOTIFY_SOCKET", &self.notify_socket);
        let (sockets, names) = self.sockets()?;
        // Without LISTEN_PID, which would be the number of a process that is not there yet.
        command.env("LISTEN_FDS", sockets.len().to_string()).env("LISTEN_FDNAMES", names).env_remove("LISTEN_PID");
        let numbered = sockets.into_iter().zip(FIRST_SOCKET..);
        let mappings = numbered.map(|(parent_fd, child_fd)| FdMapping { parent_fd, child_fd }).collect();
        command.fd_mappings(mappings).map_err(io::Error::other)?;
        tokio::process::Command::from(command).kill_on_drop(true).spawn().map(Service)
    }

    fn sockets(&self) -> io::Result<(Vec<OwnedFd>, &'static str)> {
        let copy = |socket: &TcpListener| socket.try_clone().map(OwnedFd::from);
        let service = copy(&self.listeners.service.socket)?;
        match &self.listeners.metrics {
            Some(metrics) => Ok((vec![service, copy(&metrics.socket)?], "service:metrics")),
            None => Ok((vec![service], "service")),
        }
    }

    pub(super) fn program(&self) -> &Path {
        &self.program
    }
}

impl Service {
    /// Waits for its end; can be called again.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.0.wait().await
    }

    /// Whether it has ended.
    pub(super) fn has_ended(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(Some(_)))
    }

    /// Asks it to end in peace.
    pub(super) fn terminate(&self) {
        let id = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(Err(error)) = id.map(|id| kill_process(id, Signal::TERM)) {
            tracing::warn!("A process cannot be told to end: {error}");
        }
    }
}
