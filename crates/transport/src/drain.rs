use std::io;
use std::task::Poll;
use std::time::{Duration, Instant};

use actix_server::{Server, ServerHandle};
use futures_util::future::{join, join_all, try_join_all};
use futures_util::poll;
use ore_domain::Readiness;
use ore_settings::ServerSettings;
use tokio::time::sleep;

use super::connection::Connections;
use super::listener_gate::ListenerGate;
use super::signals::Signals;

/// The time for connections whose handshake is under way. It takes less within a network.
const HANDSHAKES: Duration = Duration::from_millis(100);

/// The time for idle connections to close.
const UNUSED_CONNECTIONS: Duration = Duration::from_millis(250);

/// The way in which serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShutdownOutcome {
    /// Accepted requests were answered within the time; this much of it is left.
    Drained(Duration),
    /// A second signal came, so nothing more is awaited.
    AtOnce,
}

/// Serves until a signal. Then reports to the load balancer, goes on for the delay, and finishes accepted requests.
/// Calls `started` once all threads exist.
pub(super) async fn serve_and_drain(
    servers: Vec<(Server, ListenerGate)>,
    connections: &Connections,
    signals: &mut Signals,
    readiness: &Readiness,
    settings: &ServerSettings,
    started: impl FnOnce(),
) -> io::Result<ShutdownOutcome> {
    let (servers, gates): (Vec<_>, Vec<_>) = servers.into_iter().unzip();
    let entrances = servers.iter().map(Server::handle).zip(gates).collect();
    let mut serving = try_join_all(servers);
    // The first poll starts the workers, and returns when they exist.
    if let Poll::Ready(result) = poll!(&mut serving) {
        return result.map(|_| ShutdownOutcome::Drained(settings.shutdown_timeout));
    }
    started();
    let ended = tokio::select! {
        result = &mut serving => Some(result),
        () = signals.next() => None,
    };
    if let Some(result) = ended {
        return result.map(|_| ShutdownOutcome::Drained(settings.shutdown_timeout));
    }
    readiness.start_draining();
    tracing::info!(delay = settings.shutdown_delay.as_secs(), "Draining: not ready, still serving");
    let stop = async {
        sleep(settings.shutdown_delay).await;
        stop(entrances, connections, settings.shutdown_timeout).await
    };
    tokio::select! {
        (left, result) = join(stop, &mut serving) => result.map(|_| ShutdownOutcome::Drained(left)),
        () = signals.next() => Ok(ShutdownOutcome::AtOnce),
    }
}

/// Accepts nothing more and waits until every connection has ended, for at most `time`. Returns the remaining time.
async fn stop(entrances: Vec<(ServerHandle, ListenerGate)>, connections: &Connections, time: Duration) -> Duration {
    let started = Instant::now();
    join_all(entrances.iter().map(|(server, gate)| gate.close(server))).await;
    sleep(HANDSHAKES).await;
    tracing::info!("No more connections are accepted");
    // The server checks only once per second whether its connections have ended; most end at once.
    connections.end(UNUSED_CONNECTIONS).await;
    let handles: Vec<ServerHandle> = entrances.into_iter().map(|(server, _)| server).collect();
    join_all(handles.iter().map(|handle| handle.stop(true))).await;
    let left = time.saturating_sub(started.elapsed());
    if left.is_zero() {
        tracing::warn!("BACKEND_SHUTDOWN_TIMEOUT_SECONDS is over: requests that were not answered were cut");
    }
    left
}
