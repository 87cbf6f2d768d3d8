use std::io;
use std::path::PathBuf;

use futures_util::future::join_all;
use ore_settings::ServerSettings;
use tokio::net::UnixDatagram;

use super::super::listeners::Listeners;
use super::super::signals::Signals;
use super::super::{InheritedSockets, TransportError};
use super::changes::{Changes, State};
use super::child::{Plan, Service};

/// The processes that there are, and what they wait for.
struct Supervisor {
    plan: Plan,
    changes: Changes,
    ready: ReadySocket,
    signals: Signals,
    /// Serves.
    current: Option<Service>,
    /// Were told to end, and may have requests to answer.
    retired: Vec<Service>,
}

/// Why a wait is over.
enum Event {
    Changed,
    Signal,
}

/// Serves in another process, with these arguments, and starts that anew when the program or its `.env` changes. The
/// old one ends when the new one serves, and both have the same sockets, so that no request is refused. Ends with a
/// signal, which it hands on.
///
/// # Errors
/// When the port cannot be had, or the files cannot be watched.
pub async fn reload(
    settings: &ServerSettings,
    inherited: InheritedSockets,
    signals: Signals,
    arguments: Vec<String>,
) -> Result<(), TransportError> {
    // By its path: what is at that place later is the next program.
    let program = std::env::current_exe()?;
    let listeners = Listeners::open(settings, inherited)?;
    let ready = ReadySocket::open()?;
    let changes = Changes::watch(&program)?;
    ore_telemetry::log_panics();
    let plan = Plan { program, arguments, listeners, notify_socket: ready.path.clone() };
    Supervisor { plan, changes, ready, signals, current: None, retired: Vec::new() }.run().await
}

impl Supervisor {
    async fn run(mut self) -> Result<(), TransportError> {
        let mut starts = 0_u32;
        loop {
            // Taken before the start, so that a change meanwhile is not missed.
            let state = self.changes.state();
            starts += 1;
            if let Some(Event::Signal) = self.start(starts).await {
                break;
            }
            tracing::info!("Waiting for a change of {} or .env", self.plan.program().display());
            if let Event::Signal = self.wait(state).await {
                break;
            }
        }
        self.end().await;
        Ok(())
    }

    /// Starts a process, and lets it take over when it serves; when it does not, the one before serves on.
    async fn start(&mut self, number: u32) -> Option<Event> {
        self.ready.forget();
        let mut next = match self.plan.start() {
            Ok(next) => next,
            Err(error) => {
                tracing::error!("The program cannot be started: {error}");
                return None;
            }
        };
        let is_ready = tokio::select! {
            () = self.ready.wait_until_ready() => true,
            _ = next.ended() => false,
            () = self.signals.next() => {
                self.retire(next);
                return Some(Event::Signal);
            }
        };
        if is_ready {
            tracing::info!(number, "The process that was started serves");
            if let Some(old) = self.current.replace(next) {
                self.retire(old);
            }
        } else {
            tracing::error!(number, "The process that was started has ended before it served");
        }
        None
    }

    async fn wait(&mut self, state: State) -> Event {
        let changed = self.changes.since(state);
        tokio::pin!(changed);
        loop {
            tokio::select! {
                () = &mut changed => return Event::Changed,
                () = self.signals.next() => return Event::Signal,
                status = end_of(&mut self.current) => {
                    tracing::error!("The process that served has ended: {status}");
                    self.current = None;
                }
            }
        }
    }

    fn retire(&mut self, service: Service) {
        service.terminate();
        self.retired.retain_mut(|service| !service.has_ended());
        self.retired.push(service);
    }

    /// Waits until every process has ended; another signal is for them.
    async fn end(mut self) {
        if let Some(current) = self.current.take() {
            self.retire(current);
        }
        let mut retired = self.retired;
        loop {
            tokio::select! {
                _ = join_all(retired.iter_mut().map(Service::ended)) => return,
                () = self.signals.next() => {}
            }
            retired.iter().for_each(Service::terminate);
        }
    }
}

/// Never, while there is none.
async fn end_of(service: &mut Option<Service>) -> String {
    match service {
        Some(service) => service.ended().await.map_or_else(|error| error.to_string(), |status| status.to_string()),
        None => std::future::pending().await,
    }
}

/// The socket on which a process reports that it serves (`sd_notify(3)`).
struct ReadySocket {
    socket: UnixDatagram,
    path: PathBuf,
}

impl ReadySocket {
    fn open() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("workflow-server-{}.notify", std::process::id()));
        // Of an earlier process with our number.
        let _ = std::fs::remove_file(&path);
        Ok(Self { socket: UnixDatagram::bind(&path)?, path })
    }

    /// Discards the messages of a process that nobody waits for.
    fn forget(&self) {
        while self.socket.try_recv(&mut [0; 64]).is_ok() {}
    }

    async fn wait_until_ready(&self) {
        let mut message = [0; 256];
        loop {
            match self.socket.recv(&mut message).await {
                Ok(length) if message[..length].split(|byte| *byte == b'\n').any(|line| line == b"READY=1") => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!("Whether a process serves cannot be heard: {error}");
                    return std::future::pending().await;
                }
            }
        }
    }
}

impl Drop for ReadySocket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
