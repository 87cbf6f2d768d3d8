use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::time::Duration;

use actix_http::body::MessageBody;
use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService, KeepAlive, Request, Response};
use actix_server::Server;
use actix_service::{
    IntoServiceFactory, Service as HttpApplication, ServiceFactory, ServiceFactoryExt, apply_fn_factory, fn_service,
    map_config,
};
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::{Error, HttpMessage, HttpResponse};
use ore_telemetry::metrics::ConnectionMetrics;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::IsTls;
use super::connection::{
    AddressLimit, AddressSlot, ClientStream, ConnectionGuard, ConnectionTimeouts, Connections, Transport,
    follow_request,
};
use super::port::Port;
use super::shared::Shared;
use super::{MAX_BODY_BYTES, announced_bytes};

/// The service of one listener.
#[derive(Clone)]
pub(super) struct Service<F> {
    pub(super) application: F,
    pub(super) port: Port,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) timeouts: ConnectionTimeouts,
    pub(super) connections: Connections,
    pub(super) address_limit: AddressLimit,
    pub(super) metrics: ConnectionMetrics,
}

/// How much of the machine one listener may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Capacity {
    pub(super) workers: NonZeroUsize,
    /// In all; each worker has its part of them, rounded up.
    pub(super) connections: NonZeroUsize,
}

/// Serves HTTP/1.1 on the listener, as `actix_web::HttpServer` does, but on streams of our own.
pub(super) fn run<F, I, S, B>(listener: TcpListener, capacity: Capacity, service: Service<F>) -> io::Result<Server>
where
    F: Fn(Port) -> I + Clone + Send + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let workers = capacity.workers.min(capacity.connections).get();
    let per_worker = capacity.connections.get().div_ceil(workers);
    let server = Server::build().workers(workers).max_concurrent_connections(per_worker).disable_signals();
    let server = server.shutdown_timeout(service.timeouts.end.as_secs());
    let server = server.listen("http", listener, move || accept(&service, address))?;
    Ok(server.run())
}

/// Serves a connection on a worker.
fn accept<F, I, S, B>(
    service: &Service<F>,
    address: SocketAddr,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<F, I, S, B>
where
    F: Fn(Port) -> I + Clone,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    let Service { application, port, tls, timeouts, connections, address_limit, metrics } = service.clone();
    let application = application(port).into_factory();
    let application = application.map_err(|error: Error| error.error_response());
    let http = http_service(map_config(application, |()| AppConfig::default()), address);
    fn_service(move |stream: TcpStream| {
        let admitted = admit(&stream, &address_limit, &metrics);
        let admitted = admitted.map(|(peer, slot)| (peer, connections.join(slot)));
        let tls = tls.clone();
        async move {
            let (peer, guard) = admitted?;
            connect(stream, peer, tls, timeouts, guard).await
        }
    })
    .and_then(http)
}

/// Serves requests on streams. Deadlines are the stream's; the parser's would cover the first head alone, and closing
/// at shutdown would drop requests that are on their way.
pub(super) fn http_service<A, B>(
    application: A,
    address: SocketAddr,
) -> impl ServiceFactory<(ClientStream, Option<SocketAddr>), Config = (), Response = (), Error = DispatchError, InitError = ()>
where
    A: ServiceFactory<Request, Config = (), Error = HttpResponse, InitError = ()> + 'static,
    A::Response: Into<Response<B>> + 'static,
    B: MessageBody + 'static,
{
    let application = Shared::new(apply_fn_factory(application, follow_request));
    HttpService::build()
        .keep_alive(KeepAlive::Os)
        .client_request_timeout(Duration::ZERO)
        .client_disconnect_timeout(Duration::ZERO)
        .local_addr(address)
        .on_connect_ext(describe)
        .expect(apply_fn_factory(application.clone(), answer_before_body))
        .h1(application)
}

/// What becomes of a request that waits for 100 (Continue) before it sends its body (RFC 9110, 10.1.1): one whose body
/// is too large gets its answer instead.
fn answer_before_body<S, B>(
    request: Request,
    application: &S,
) -> impl Future<Output = Result<Request, HttpResponse>> + use<S, B>
where
    S: HttpApplication<Request, Response = Response<B>, Error = HttpResponse>,
    B: MessageBody + 'static,
{
    let is_too_large = announced_bytes(request.headers()).is_some_and(|bytes| bytes > MAX_BODY_BYTES);
    let request = if is_too_large { Err(application.call(request)) } else { Ok(request) };
    async move {
        match request {
            Ok(request) => Ok(request),
            Err(answer) => Err(answer.await?.map_into_boxed_body().into()),
        }
    }
}

/// Puts the data of the connection where its requests find it.
fn describe(stream: &ClientStream, data: &mut Extensions) {
    data.insert(stream.state());
    if stream.is_tls() {
        data.insert(IsTls);
    }
}

/// The address of the client, unless it has too many connections.
fn admit(
    stream: &TcpStream,
    address_limit: &AddressLimit,
    metrics: &ConnectionMetrics,
) -> Result<(SocketAddr, AddressSlot), DispatchError> {
    // One that was reset before it was accepted has no address, and nobody would be counted for its requests.
    let peer = stream.peer_addr().map_err(|error| {
        tracing::debug!("A client has left before its connection was accepted: {error}");
        DispatchError::Io(error)
    })?;
    let slot = address_limit.admit(peer.ip()).ok_or_else(|| {
        metrics.refused.inc();
        tracing::debug!(client = %peer.ip(), "A connection is refused: its address has as many as it may");
        DispatchError::Io(io::ErrorKind::ConnectionRefused.into())
    })?;
    Ok((peer, slot))
}

async fn connect(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    timeouts: ConnectionTimeouts,
    guard: ConnectionGuard,
) -> Result<(ClientStream, Option<SocketAddr>), DispatchError> {
    let transport = match tls {
        None => Transport::Plain(stream),
        Some(tls) => match timeout(timeouts.step, tls.accept(stream)).await {
            Ok(Ok(stream)) => Transport::Tls(Box::new(stream)),
            Ok(Err(error)) => return Err(refused(error)),
            Err(_) => return Err(refused(io::ErrorKind::TimedOut.into())),
        },
    };
    Ok((ClientStream::new(transport, peer, timeouts, guard), Some(peer)))
}

fn refused(error: io::Error) -> DispatchError {
    tracing::debug!("A TLS handshake failed: {error}");
    DispatchError::Io(error)
}
