use std::io;
use std::mem;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::connection::{Connections, Terms};
use super::descriptors::{connection_limit, raise_limit};
use super::door::{Door, OwnDoor};
use super::drain::{Ending, Serving, serve_and_drain};
use super::http::{Capacity, Service, run};
use super::listen::listen;
use super::signals::Signals;
use super::tls::{Renewed, acceptor, renew};
use super::{Certificate, InheritedSockets};
use crate::app::Parts;
use crate::backend::{Backend, StartError};
use crate::readiness::Readiness;
use crate::routes::Groups;
use crate::settings::Settings;
use crate::store_monitor::StoreMonitor;

/// A few scrapers at once, whatever goes on at the port of the service.
const FOR_METRICS: Capacity = Capacity { workers: NonZeroUsize::MIN, connections: NonZeroUsize::new(64).unwrap() };

/// Why the process does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {fault}; {advice}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the operating system says.
        fault: io::Error,
        /// What to do about it.
        advice: &'static str,
    },
    /// The process could not be put together.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The TLS library does not take its configuration.
    #[error("TLS cannot be served: {0}")]
    Tls(#[from] rustls::Error),
    /// The operating system failed while serving.
    #[error("the server failed: {0}")]
    Server(#[from] io::Error),
    /// A second signal came before accepted work was done.
    #[error("ended at once by a second signal")]
    Interrupted,
}

/// Serves until a signal ends the process, over TLS when there is a certificate, on the sockets that were inherited
/// instead of those that the settings name.
///
/// # Errors
/// As [`ServeError`] says.
pub async fn serve(
    settings: &Settings,
    certificate: Option<Certificate>,
    inherited: InheritedSockets,
) -> Result<(), ServeError> {
    raise_limit();
    let mut signals = Signals::listen()?;
    let listeners = Listeners::open(settings, inherited)?;
    announce(settings, &listeners, certificate.is_some());
    let backend = Backend::start(settings)?;
    let readiness = Readiness::new();
    let parts = backend.parts(settings, Arc::clone(&readiness))?;
    let database = Arc::clone(&backend.database);
    let monitor = StoreMonitor::start(database, Arc::clone(&readiness), settings.database.auto_migrate).await;
    let _monitor = monitor.map_err(StartError::Thread)?;
    let serving = start(settings, parts, listeners, certificate)?;
    let ending = serve_and_drain(serving, &mut signals, &readiness, &settings.server).await?;
    tracing::info!("Shutting down {}", settings.app.name);
    finish(ending, backend, signals).await
}

struct Listeners {
    service: Listener,
    metrics: Option<Listener>,
}

struct Listener {
    socket: TcpListener,
    is_inherited: bool,
}

impl Listeners {
    fn open(settings: &Settings, inherited: InheritedSockets) -> Result<Self, ServeError> {
        let server = &settings.server;
        let service = match inherited.service {
            Some(socket) => Listener::inherited(socket),
            None => Listener::open(server.host, server.port)?,
        };
        let metrics = match (inherited.metrics, server.metrics_bind) {
            (Some(socket), _) => Some(Listener::inherited(socket)),
            (None, Some(bind)) => Some(Listener::open(bind.ip(), bind.port())?),
            (None, None) => None,
        };
        Ok(Self { service, metrics })
    }
}

impl Listener {
    fn open(host: IpAddr, port: u16) -> Result<Self, ServeError> {
        Ok(Self { socket: listen(host, port)?, is_inherited: false })
    }

    fn inherited(socket: TcpListener) -> Self {
        Self { socket, is_inherited: true }
    }

    fn door(&self) -> io::Result<Door> {
        if self.is_inherited { Ok(Door::Inherited) } else { OwnDoor::of(&self.socket).map(Door::Own) }
    }
}

fn announce(settings: &Settings, listeners: &Listeners, is_tls: bool) {
    tracing::info!("Starting {} v{}", settings.app.name, settings.app.version);
    tracing::info!("Environment: {}", settings.app.environment);
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    let scheme = if is_tls { "https" } else { "http" };
    if let Ok(address) = listeners.service.socket.local_addr() {
        tracing::info!(port = address.port(), "Listening on {scheme}://{address}");
    }
    if let Some(Ok(address)) = listeners.metrics.as_ref().map(|metrics| metrics.socket.local_addr()) {
        tracing::info!(port = address.port(), "Serving metrics at http://{address}/metrics");
    }
}

fn start(
    settings: &Settings,
    parts: Parts,
    listeners: Listeners,
    certificate: Option<Certificate>,
) -> Result<Serving, ServeError> {
    let Listeners { service: listener, metrics: metrics_listener } = listeners;
    let connections = Connections::default();
    let capacity =
        Capacity { workers: settings.server.workers, connections: connection_limit(settings.server.max_connections) };
    let documentation = parts.documentation.is_some();
    let service = Service {
        parts,
        groups: Groups { service: true, metrics: metrics_listener.is_none(), documentation },
        tls: None,
        terms: Terms::of(&settings.server),
        connections: connections.clone(),
    };
    let door = listener.door()?;
    let mut servers = Vec::new();
    if let Some(metrics_listener) = metrics_listener {
        let groups = Groups { service: false, metrics: true, documentation: false };
        let metrics = Service { groups, ..service.clone() };
        let door = metrics_listener.door()?;
        servers.push((run(metrics_listener.socket, FOR_METRICS, metrics)?, door));
    }
    let tls = certificate.map(serve_tls).transpose()?;
    servers.push((run(listener.socket, capacity, Service { tls, ..service })?, door));
    Ok(Serving { servers, connections })
}

/// Keeps the certificate up to date for as long as the process lives.
fn serve_tls(certificate: Certificate) -> Result<TlsAcceptor, rustls::Error> {
    let renewed = Renewed::new(&certificate);
    let acceptor = acceptor(Arc::clone(&renewed))?;
    actix_web::rt::spawn(renew(certificate, renewed));
    Ok(acceptor)
}

/// Lets the lanes finish what they have accepted, but no longer than the time that is left, and not after a signal.
async fn finish(ending: Ending, backend: Backend, mut signals: Signals) -> Result<(), ServeError> {
    let Ending::Drained(left) = ending else {
        // Dropping the lanes would wait for their work.
        mem::forget(backend);
        return Err(ServeError::Interrupted);
    };
    let (done, finished) = oneshot::channel();
    // Not on the runtime, which would wait for this thread before it ends.
    thread::Builder::new().name("finish".to_owned()).spawn(move || {
        drop(backend);
        let _ = done.send(());
    })?;
    tokio::select! {
        _ = timeout(left, finished) => Ok(()),
        () = signals.next() => Err(ServeError::Interrupted),
    }
}
