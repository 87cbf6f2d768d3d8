use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use actix_http::Request;
use actix_http::body::MessageBody;
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactory};
use actix_web::Error;
use actix_web::dev::{AppConfig, ServiceResponse};
use ore_domain::{Clock, Readiness};
use ore_settings::ServerSettings;
use ore_telemetry::metrics::{ConnectionMetrics, TlsMetrics};
use tokio::signal::unix::Signal;
use tokio_rustls::TlsAcceptor;

use super::connection::{AddressLimit, ConnectionTimeouts, Connections};
use super::descriptors::{connection_limit, raise_limit};
use super::drain::{ShutdownOutcome, serve_and_drain};
use super::http::{Capacity, Service, run};
use super::listener_gate::ListenerGate;
use super::listeners::Listeners;
use super::port::Port;
use super::signals::{Signals, received};
use super::tls::{CurrentCertificate, Renewal, acceptor};
use super::{Certificate, TransportError};

/// Enough for a few simultaneous scrapers, whatever happens at the port of the service.
const FOR_METRICS: Capacity = Capacity { workers: NonZeroUsize::MIN, connections: NonZeroUsize::new(64).unwrap() };

/// A running service, and the means to end it.
pub struct Serving {
    servers: Vec<(Server, ListenerGate)>,
    connections: Connections,
}

impl Serving {
    /// Serves the applications of `application`, one for each worker of a port. Accepts nothing before
    /// [`Serving::until_signal`].
    ///
    /// # Errors
    /// [`TransportError::Server`] when the operating system gives no descriptor or thread.
    pub fn start<F, I, S, B>(
        settings: &ServerSettings,
        listeners: Listeners,
        tls: Option<TlsAcceptor>,
        metrics: &ConnectionMetrics,
        application: F,
    ) -> Result<Self, TransportError>
    where
        F: Fn(Port) -> I + Clone + Send + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error, InitError = ()>
            + 'static,
        B: MessageBody + 'static,
    {
        raise_limit();
        let connections = Connections::default();
        let service = |port, tls, connections_per_address| Service {
            application: application.clone(),
            port,
            tls,
            timeouts: ConnectionTimeouts::of(settings),
            connections: connections.clone(),
            address_limit: AddressLimit::new(connections_per_address, settings.trusted_proxies.clone()),
            metrics: metrics.clone(),
        };
        let Listeners { service: listener, metrics: metrics_listener } = listeners;
        let mut servers = Vec::new();
        if let Some(listener) = metrics_listener {
            let gate = listener.gate()?;
            servers.push((
                run(listener.socket, FOR_METRICS, service(Port::Metrics, None, FOR_METRICS.connections))?,
                gate,
            ));
        }
        let capacity = Capacity { workers: settings.workers, connections: connection_limit(settings.max_connections) };
        let gate = listener.gate()?;
        let service = service(Port::Service, tls, settings.max_connections_per_address);
        servers.push((run(listener.socket, capacity, service)?, gate));
        Ok(Self { servers, connections })
    }

    /// Serves until a signal. Then reports to the load balancer, goes on for the delay, and finishes accepted requests.
    /// Calls `started` once all threads exist.
    ///
    /// # Errors
    /// When the operating system fails while serving.
    pub async fn until_signal(
        self,
        signals: &mut Signals,
        readiness: &Readiness,
        settings: &ServerSettings,
        started: impl FnOnce(),
    ) -> io::Result<ShutdownOutcome> {
        serve_and_drain(self.servers, &self.connections, signals, readiness, settings, started).await
    }
}

/// Accepts TLS if there is a certificate, which is reloaded as long as the process lives.
///
/// # Errors
/// If the TLS library does not accept its configuration.
pub fn accept_tls(
    certificate: Option<Certificate>,
    clock: Arc<dyn Clock>,
    metrics: TlsMetrics,
    mut hang_ups: Option<Signal>,
) -> Result<Option<TlsAcceptor>, TransportError> {
    let Some(certificate) = certificate else {
        actix_web::rt::spawn(async move {
            loop {
                received(&mut hang_ups).await;
                tracing::info!("SIGHUP: there are no TLS files to read again; settings are read at a start");
            }
        });
        return Ok(None);
    };
    let current = CurrentCertificate::new(&certificate);
    let acceptor = acceptor(Arc::clone(&current))?;
    actix_web::rt::spawn(Renewal::new(certificate, current, clock, metrics).run(hang_ups));
    Ok(Some(acceptor))
}
