use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server as ActixServer, ServerHandle};
use actix_web::{App, HttpServer, web};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;

use crate::app::{Parts, app};
use crate::backend::{Backend, StartError};
use crate::readiness::Readiness;
use crate::routes;
use crate::settings::{ServerSettings, Settings};
use crate::store_monitor::StoreMonitor;

/// How long a client may take to send a request head.
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
}

/// Serves until a signal ends the process.
///
/// # Errors
/// As [`ServeError`] says.
pub async fn serve(settings: &Settings) -> Result<(), ServeError> {
    let signals = Signals::listen()?;
    let listener = listen(settings.server.host, settings.server.port)?;
    let metrics_listener = settings.server.metrics_bind.map(|bind| listen(bind.ip(), bind.port())).transpose()?;
    announce(settings, &listener);
    let backend = Backend::start(settings)?;
    let readiness = Readiness::new();
    let parts = backend.parts(settings, Arc::clone(&readiness))?;
    let monitor = StoreMonitor::start(backend.database.clone(), Arc::clone(&readiness), settings.database.auto_migrate)
        .map_err(StartError::Thread)?;
    let mut servers = vec![start(settings, parts.clone(), listener, metrics_listener.is_none())?];
    servers.extend(metrics_listener.map(|listener| start_metrics(parts, listener)).transpose()?);
    run(servers, signals, &readiness, &settings.server).await?;
    tracing::info!("Shutting down {}", settings.app.name);
    drop(monitor);
    Ok(())
}

fn listen(host: IpAddr, port: u16) -> Result<TcpListener, ServeError> {
    let address = SocketAddr::new(host, port);
    TcpListener::bind(address).map_err(|fault| {
        let advice = match fault.kind() {
            io::ErrorKind::AddrInUse => "another process has this port: end it, or choose another with --port",
            io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege: choose another with --port",
            _ => "choose an address of this machine with --host",
        };
        ServeError::Listen { address, fault, advice }
    })
}

fn announce(settings: &Settings, listener: &TcpListener) {
    tracing::info!("Starting {} v{}", settings.app.name, settings.app.version);
    tracing::info!("Environment: {}", settings.app.environment);
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    if let Ok(address) = listener.local_addr() {
        tracing::info!(port = address.port(), "Listening on http://{address}");
    }
}

fn start(
    settings: &Settings,
    parts: Parts,
    listener: TcpListener,
    with_metrics: bool,
) -> Result<ActixServer, ServeError> {
    let configure = move |config: &mut web::ServiceConfig| {
        routes::configure(config);
        if with_metrics {
            routes::configure_metrics(config);
        }
    };
    let server = HttpServer::new(move || app(parts.clone(), configure))
        .workers(settings.server.workers.get())
        .client_request_timeout(HEAD_DEADLINE)
        .shutdown_timeout(settings.server.shutdown_timeout.as_secs())
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// A server for the scraper alone: no middleware, so that its requests do not count.
fn start_metrics(parts: Parts, listener: TcpListener) -> Result<ActixServer, ServeError> {
    let application = move || {
        let metrics = parts.metrics.clone();
        App::new().app_data(metrics).route("/metrics", web::get().to(routes::metrics::metrics))
    };
    Ok(HttpServer::new(application).workers(1).disable_signals().listen(listener)?.run())
}

async fn run(
    servers: Vec<ActixServer>,
    mut signals: Signals,
    readiness: &Readiness,
    settings: &ServerSettings,
) -> Result<(), io::Error> {
    let handles: Vec<ServerHandle> = servers.iter().map(ActixServer::handle).collect();
    let mut serving = futures_util::future::try_join_all(servers);
    let ended = tokio::select! {
        result = &mut serving => Some(result),
        () = signals.next() => None,
    };
    if let Some(result) = ended {
        return result.map(drop);
    }
    readiness.start_draining();
    tracing::info!(delay = settings.shutdown_delay.as_secs(), "Draining: not ready, still serving");
    let drain = async {
        sleep(settings.shutdown_delay).await;
        futures_util::future::join_all(handles.iter().map(|handle| handle.stop(true))).await;
    };
    let drained = async { futures_util::future::join(drain, &mut serving).await.1 };
    tokio::select! {
        result = drained => result.map(drop),
        () = signals.next() => {
            tracing::warn!("A second signal: ending at once");
            process::exit(1)
        }
    }
}

/// What asks the process to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
