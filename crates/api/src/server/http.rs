use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService, KeepAlive};
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, apply_fn_factory, fn_service, map_config};
use actix_web::Error;
use actix_web::dev::AppConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::Secured;
use super::connection::{ClientStream, Connections, Membership, Terms, Transport, count_answers};
use crate::app::{Parts, app};
use crate::routes::Groups;

/// How long the rest of a body that nobody reads is thrown away after its answer.
const UNREAD_BODY: Duration = Duration::from_secs(1);

/// What one listener serves, and how.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) parts: Parts,
    pub(super) groups: Groups,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) terms: Terms,
    pub(super) connections: Connections,
}

/// How much of the machine one listener may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Capacity {
    pub(super) workers: NonZeroUsize,
    /// In all; each worker has its part of them, rounded up.
    pub(super) connections: NonZeroUsize,
}

/// Serves HTTP/1.1 on the listener, as `actix_web::HttpServer` does, but on streams of our own.
pub(super) fn run(listener: TcpListener, capacity: Capacity, service: Service) -> io::Result<Server> {
    let address = listener.local_addr()?;
    let workers = capacity.workers.min(capacity.connections).get();
    let per_worker = capacity.connections.get().div_ceil(workers);
    let server = Server::build().workers(workers).max_concurrent_connections(per_worker).disable_signals();
    let server = server.shutdown_timeout(service.terms.end.as_secs());
    let server = server.listen("http", listener, move || accept(&service, address))?;
    Ok(server.run())
}

/// What a worker does with a connection.
fn accept(
    service: &Service,
    address: SocketAddr,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<> {
    let Service { parts, groups, tls, terms, connections } = service.clone();
    let application = app(parts, move |config| groups.configure(config)).into_factory();
    let application = application.map_err(|error: Error| error.error_response());
    // Deadlines are the stream's; the parser's would cover the first head alone, and closing at shutdown would drop
    // requests that are on their way.
    let http = HttpService::build()
        .keep_alive(KeepAlive::Os)
        .client_request_timeout(Duration::ZERO)
        .client_disconnect_timeout(UNREAD_BODY)
        .local_addr(address)
        .on_connect_ext(describe)
        .h1(apply_fn_factory(map_config(application, |()| AppConfig::default()), count_answers));
    fn_service(move |stream| connect(stream, tls.clone(), terms, connections.join())).and_then(http)
}

/// What every request on the connection finds in its connection's data.
fn describe(stream: &ClientStream, data: &mut Extensions) {
    data.insert(stream.exchange());
    if stream.is_tls() {
        data.insert(Secured);
    }
}

async fn connect(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    terms: Terms,
    membership: Membership,
) -> Result<(ClientStream, Option<SocketAddr>), DispatchError> {
    // One that was reset before it was accepted has no address, and nobody would be counted for its requests.
    let peer = stream.peer_addr().map_err(|error| {
        tracing::debug!("A client has left before its connection was accepted: {error}");
        DispatchError::Io(error)
    })?;
    let transport = match tls {
        None => Transport::Plain(stream),
        Some(tls) => match timeout(terms.step, tls.accept(stream)).await {
            Ok(Ok(stream)) => Transport::Tls(Box::new(stream)),
            Ok(Err(error)) => return Err(refused(error)),
            Err(_) => return Err(refused(io::ErrorKind::TimedOut.into())),
        },
    };
    Ok((ClientStream::new(transport, peer, terms, membership), Some(peer)))
}

fn refused(error: io::Error) -> DispatchError {
    tracing::debug!("A TLS handshake failed: {error}");
    DispatchError::Io(error)
}
