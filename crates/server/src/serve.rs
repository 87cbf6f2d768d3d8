use std::io::{self, IsTerminal, Write};
use std::mem;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ore_api::routes::Groups;
use ore_domain::Readiness;
use ore_jobs::{AuditSealer, MailWorker, Sweeper};
use ore_settings::Settings;
use ore_telemetry::metrics::LogMetrics;
use ore_transport::{
    Certificate, InheritedSockets, Listener, Listeners, Port, Serving, ShutdownOutcome, Signals, TransportError,
    accept_tls,
};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::app::app;
use crate::backend::{Backend, StartError};
use crate::greeting::greeting;
use crate::store_monitor::{MonitorError, StoreMonitor, Unchecked};

/// The reason why the process does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A part of the process could not be made.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database is not watched.
    #[error(transparent)]
    Monitor(#[from] MonitorError),
    /// Listening, TLS or a connection failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A second signal came before accepted requests were finished.
    #[error("ended at once by a second signal")]
    Interrupted,
}

/// Serves until a signal ends the process: over TLS if there is a certificate, and on inherited sockets instead of
/// those in the settings. Calls `started` when it accepts connections.
///
/// # Errors
/// As [`ServeError`] says.
pub async fn serve(
    settings: &Settings,
    certificate: Option<Certificate>,
    inherited: InheritedSockets,
    mut signals: Signals,
    log_metrics: &LogMetrics,
    started: impl FnOnce(),
) -> Result<(), ServeError> {
    let listeners = Listeners::open(&settings.server, inherited)?;
    announce(settings, &listeners, certificate.is_some());
    let backend = Backend::start(settings)?;
    backend.metrics.add_log(log_metrics).map_err(StartError::Metrics)?;
    let readiness = Readiness::new();
    let parts = backend.parts(settings, Arc::clone(&readiness))?;
    let database = Arc::clone(&backend.database);
    let unchecked = Unchecked { keys: backend.key_ring.clone(), roles: settings.accounts.require_mfa.clone() };
    let (follower, migrates) = (backend.key_follower(settings), settings.database.auto_migrate);
    let _monitor = StoreMonitor::start(database, Arc::clone(&readiness), migrates, unchecked, follower).await?;
    let first_admin = Arc::clone(&parts.first_admin).start(Arc::clone(&readiness)).await;
    let metrics = &backend.metrics;
    let sweeper = Sweeper::start(backend.housekeeping(settings), Arc::clone(&readiness), Arc::clone(metrics));
    let mails = backend.delivery(settings)?.map(|delivery| {
        MailWorker::start(backend.mail_queue(), delivery, Arc::clone(&readiness), metrics.mail.clone())
    });
    let sealing = backend.audit_sealing(settings);
    let sealer = AuditSealer::start(sealing, Arc::clone(&readiness), metrics.audit.clone());
    let tls = accept_tls(certificate, Arc::clone(&backend.clock), metrics.tls.clone(), signals.hang_ups())?;
    let (documentation, pages) = (parts.documentation.is_some(), parts.pages.is_some());
    let metrics_apart = listeners.metrics.is_some();
    let application = move |port| {
        let groups = match port {
            Port::Service => Groups { service: true, metrics: !metrics_apart, documentation, pages },
            Port::Metrics => Groups { service: false, metrics: true, documentation: false, pages: false },
        };
        app(parts.clone(), move |config| groups.configure(config))
    };
    let serving = Serving::start(&settings.server, listeners, tls, &metrics.connections, application)?;
    let ending = serving.until_signal(&mut signals, &readiness, &settings.server, started).await;
    let ending = ending.map_err(TransportError::Server)?;
    tracing::info!("Shutting down {}", settings.app.name);
    drop(first_admin);
    sweeper.stop().await;
    let left = left_of(&ending);
    let stop_mails = async {
        if let Some(mails) = mails {
            mails.stop(left).await;
        }
    };
    // Nothing is done for clients any more.
    tokio::join!(stop_mails, sealer.stop(left));
    finish(ending, backend, signals).await
}

fn announce(settings: &Settings, listeners: &Listeners, is_tls: bool) {
    tracing::info!("Starting {} v{}", settings.app.name, settings.app.version);
    tracing::info!("Environment: {}", settings.app.environment);
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    if !settings.keys.is_there() {
        tracing::warn!(
            "BACKEND_KEY_ENCRYPTION_KEY is not set: the audit log is not sealed, and a change of it is not found"
        );
    }
    let scheme = if is_tls { "https" } else { "http" };
    let Listener { socket, is_inherited } = &listeners.service;
    if let Ok(address) = socket.local_addr() {
        let inherited = is_inherited.then_some(true);
        tracing::info!(port = address.port(), inherited, "Listening on {scheme}://{address}");
    }
    if let Ok(address) = socket.local_addr()
        && io::stderr().is_terminal()
    {
        let _ = io::stderr()
            .write_all(greeting(&settings.app, &format!("{scheme}://localhost:{}", address.port())).as_bytes());
    }
    if let Some(Ok(address)) = listeners.metrics.as_ref().map(|metrics| metrics.socket.local_addr()) {
        tracing::info!(port = address.port(), "Serving metrics at http://{address}/metrics");
    }
}

/// The time that accepted work may still take; zero after a second signal.
fn left_of(ending: &ShutdownOutcome) -> Duration {
    if let ShutdownOutcome::Drained(left) = ending { *left } else { Duration::ZERO }
}

/// Lets the worker pools finish accepted work, within the remaining time, and not after a second signal.
async fn finish(ending: ShutdownOutcome, backend: Backend, mut signals: Signals) -> Result<(), ServeError> {
    backend.close();
    let ShutdownOutcome::Drained(left) = ending else {
        // Dropping the worker pools would wait for their work.
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
        // If there is no thread, the worker pools have been awaited right here.
        return Ok(());
    }
    tokio::select! {
        _ = timeout(left, finished) => Ok(()),
        () = signals.next() => Err(ServeError::Interrupted),
    }
}
