use std::io;
use std::mem;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use sd_notify::NotifyState;
use tokio::signal::unix::Signal;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::connection::{AddressLimit, Connections, Terms};
use super::descriptors::{connection_limit, raise_limit};
use super::drain::{Ending, Serving, serve_and_drain};
use super::http::{Capacity, Service, run};
use super::listeners::{Listener, Listeners};
use super::signals::{Signals, received};
use super::tls::{Renewal, Renewed, acceptor};
use super::{Certificate, InheritedSockets};
use crate::app::Parts;
use crate::backend::{Backend, StartError};
use crate::metrics::LogMetrics;
use crate::readiness::Readiness;
use crate::routes::Groups;
use crate::settings::Settings;
use crate::store_monitor::StoreMonitor;
use crate::telemetry;

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
    /// The files whose change starts the service anew cannot be watched.
    #[error("cannot watch for changes: {0}")]
    Watch(#[from] notify_debouncer_mini::notify::Error),
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
    mut signals: Signals,
    log_metrics: &LogMetrics,
) -> Result<(), ServeError> {
    raise_limit();
    let listeners = Listeners::open(&settings.server, inherited)?;
    announce(settings, &listeners, certificate.is_some());
    let backend = Backend::start(settings)?;
    backend.metrics.add_log(log_metrics).map_err(StartError::Metrics)?;
    let readiness = Readiness::new();
    let parts = backend.parts(settings, Arc::clone(&readiness))?;
    let database = Arc::clone(&backend.database);
    let monitor = StoreMonitor::start(database, Arc::clone(&readiness), settings.database.auto_migrate).await;
    let _monitor = monitor.map_err(StartError::Thread)?;
    let tls = serve_tls(certificate, &backend, signals.hang_ups.take())?;
    let serving = start(settings, parts, listeners, tls)?;
    let started = || {
        telemetry::log_panics();
        say_that_it_serves();
    };
    let ending = serve_and_drain(serving, &mut signals, &readiness, &settings.server, started).await?;
    tracing::info!("Shutting down {}", settings.app.name);
    finish(ending, backend, signals).await
}

fn announce(settings: &Settings, listeners: &Listeners, is_tls: bool) {
    tracing::info!("Starting {} v{}", settings.app.name, settings.app.version);
    tracing::info!("Environment: {}", settings.app.environment);
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    let scheme = if is_tls { "https" } else { "http" };
    let Listener { socket, is_inherited } = &listeners.service;
    if let Ok(address) = socket.local_addr() {
        let inherited = is_inherited.then_some(true);
        tracing::info!(port = address.port(), inherited, "Listening on {scheme}://{address}");
    }
    if let Some(Ok(address)) = listeners.metrics.as_ref().map(|metrics| metrics.socket.local_addr()) {
        tracing::info!(port = address.port(), "Serving metrics at http://{address}/metrics");
    }
}

/// Tells whoever started the process, where they listen (`sd_notify(3)`).
fn say_that_it_serves() {
    if let Err(error) = sd_notify::notify(&[NotifyState::Ready]) {
        tracing::warn!("NOTIFY_SOCKET cannot be told that the service serves: {error}");
    }
}

fn start(
    settings: &Settings,
    parts: Parts,
    listeners: Listeners,
    tls: Option<TlsAcceptor>,
) -> Result<Serving, ServeError> {
    let Listeners { service: listener, metrics: metrics_listener } = listeners;
    let connections = Connections::default();
    let capacity =
        Capacity { workers: settings.server.workers, connections: connection_limit(settings.server.max_connections) };
    let documentation = parts.documentation.is_some();
    let trusted_proxies = parts.state.trusted_proxies.clone();
    let address_limit = |most| AddressLimit::new(most, trusted_proxies.clone());
    let service = Service {
        parts,
        groups: Groups { service: true, metrics: metrics_listener.is_none(), documentation },
        tls: None,
        terms: Terms::of(&settings.server),
        connections: connections.clone(),
        address_limit: address_limit(settings.server.max_connections_per_address),
    };
    let door = listener.door()?;
    let mut servers = Vec::new();
    if let Some(metrics_listener) = metrics_listener {
        let groups = Groups { service: false, metrics: true, documentation: false };
        let metrics = Service { groups, address_limit: address_limit(FOR_METRICS.connections), ..service.clone() };
        let door = metrics_listener.door()?;
        servers.push((run(metrics_listener.socket, FOR_METRICS, metrics)?, door));
    }
    servers.push((run(listener.socket, capacity, Service { tls, ..service })?, door));
    Ok(Serving { servers, connections })
}

/// Keeps the certificate up to date for as long as the process lives.
fn serve_tls(
    certificate: Option<Certificate>,
    backend: &Backend,
    mut hang_ups: Option<Signal>,
) -> Result<Option<TlsAcceptor>, rustls::Error> {
    let Some(certificate) = certificate else {
        actix_web::rt::spawn(async move {
            loop {
                received(&mut hang_ups).await;
                tracing::info!("SIGHUP: there are no TLS files to read again; settings are read at a start");
            }
        });
        return Ok(None);
    };
    let renewed = Renewed::new(&certificate);
    let acceptor = acceptor(Arc::clone(&renewed))?;
    let renewal = Renewal::new(certificate, renewed, Arc::clone(&backend.clock), backend.metrics.tls.clone());
    actix_web::rt::spawn(renewal.run(hang_ups));
    Ok(Some(acceptor))
}

/// Lets the lanes finish what they have accepted, but no longer than the time that is left, and not after a signal.
async fn finish(ending: Ending, backend: Backend, mut signals: Signals) -> Result<(), ServeError> {
    backend.close();
    let Ending::Drained(left) = ending else {
        // Dropping the lanes would wait for their work.
        mem::forget(backend);
        return Err(ServeError::Interrupted);
    };
    let (done, finished) = oneshot::channel();
    // Not on the runtime, which would wait for this thread before it ends.
    let waiting = thread::Builder::new().name("finish".to_owned()).spawn(move || {
        drop(backend);
        let _ = done.send(());
    });
    if waiting.is_err() {
        // Without a thread the lanes have been waited for right here.
        return Ok(());
    }
    tokio::select! {
        _ = timeout(left, finished) => Ok(()),
        () = signals.next() => Err(ServeError::Interrupted),
    }
}
