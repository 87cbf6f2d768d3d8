use std::io;
use std::mem;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::Server;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::drain::{Ending, serve_and_drain};
use super::listen::listen;
use super::signals::Signals;
use crate::app::{Parts, app};
use crate::backend::{Backend, StartError};
use crate::readiness::Readiness;
use crate::routes::Groups;
use crate::settings::Settings;
use crate::store_monitor::StoreMonitor;

/// How long a client may take to send the head of its first request.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);

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
    /// The operating system failed while serving.
    #[error("the server failed: {0}")]
    Server(#[from] io::Error),
    /// A second signal came before accepted work was done.
    #[error("ended at once by a second signal")]
    Interrupted,
}

/// Serves until a signal ends the process.
///
/// # Errors
/// As [`ServeError`] says.
pub async fn serve(settings: &Settings) -> Result<(), ServeError> {
    let mut signals = Signals::listen()?;
    let listener = listen(settings.server.host, settings.server.port)?;
    let metrics_listener = settings.server.metrics_bind.map(|bind| listen(bind.ip(), bind.port())).transpose()?;
    announce(settings, &listener, metrics_listener.as_ref());
    let backend = Backend::start(settings)?;
    let readiness = Readiness::new();
    let parts = backend.parts(settings, Arc::clone(&readiness))?;
    let database = Arc::clone(&backend.database);
    let monitor = StoreMonitor::start(database, Arc::clone(&readiness), settings.database.auto_migrate).await;
    let _monitor = monitor.map_err(StartError::Thread)?;
    let servers = start(settings, parts, listener, metrics_listener)?;
    let ending = serve_and_drain(servers, &mut signals, &readiness, &settings.server).await?;
    tracing::info!("Shutting down {}", settings.app.name);
    finish(ending, backend, signals).await
}

fn announce(settings: &Settings, listener: &TcpListener, metrics_listener: Option<&TcpListener>) {
    tracing::info!("Starting {} v{}", settings.app.name, settings.app.version);
    tracing::info!("Environment: {}", settings.app.environment);
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    if let Ok(address) = listener.local_addr() {
        tracing::info!(port = address.port(), "Listening on http://{address}");
    }
    if let Some(Ok(address)) = metrics_listener.map(TcpListener::local_addr) {
        tracing::info!(port = address.port(), "Serving metrics at http://{address}/metrics");
    }
}

fn start(
    settings: &Settings,
    parts: Parts,
    listener: TcpListener,
    metrics_listener: Option<TcpListener>,
) -> Result<Vec<Server>, ServeError> {
    let documentation = parts.documentation.is_some();
    let service = Groups { service: true, metrics: metrics_listener.is_none(), documentation };
    let mut servers = vec![run(settings, parts.clone(), listener, service)?];
    if let Some(metrics_listener) = metrics_listener {
        let metrics = Groups { service: false, metrics: true, documentation: false };
        servers.push(run(settings, parts, metrics_listener, metrics)?);
    }
    Ok(servers)
}

fn run(settings: &Settings, parts: Parts, listener: TcpListener, groups: Groups) -> Result<Server, ServeError> {
    let server = HttpServer::new(move || app(parts.clone(), move |config| groups.configure(config)))
        .workers(settings.server.workers.get())
        .client_request_timeout(HEAD_DEADLINE)
        .shutdown_timeout(settings.server.shutdown_timeout.as_secs())
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
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
