use std::io;
use std::time::{Duration, Instant};

use actix_web::dev::{Server, ServerHandle};
use futures_util::future::{join, join_all, try_join_all};
use tokio::time::sleep;

use super::signals::Signals;
use crate::readiness::Readiness;
use crate::settings::ServerSettings;

/// How serving came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Accepted requests were answered; this much of the time for that is left.
    Drained(Duration),
    /// A second signal: nothing more is waited for.
    AtOnce,
}

/// Serves until a signal, then says so to the load balancer, goes on for a while, and lets accepted work finish.
pub(super) async fn serve_and_drain(
    servers: Vec<Server>,
    signals: &mut Signals,
    readiness: &Readiness,
    settings: &ServerSettings,
) -> io::Result<Ending> {
    let handles: Vec<ServerHandle> = servers.iter().map(Server::handle).collect();
    let mut serving = try_join_all(servers);
    let ended = tokio::select! {
        result = &mut serving => Some(result),
        () = signals.next() => None,
    };
    if let Some(result) = ended {
        return result.map(|_| Ending::Drained(settings.shutdown_timeout));
    }
    readiness.start_draining();
    tracing::info!(delay = settings.shutdown_delay.as_secs(), "Draining: not ready, still serving");
    let stop = async {
        sleep(settings.shutdown_delay).await;
        let begun = Instant::now();
        join_all(handles.iter().map(|handle| handle.stop(true))).await;
        begun.elapsed()
    };
    tokio::select! {
        (took, result) = join(stop, &mut serving) => {
            let left = settings.shutdown_timeout.saturating_sub(took);
            if left.is_zero() {
                tracing::warn!("BACKEND_SHUTDOWN_TIMEOUT_SECONDS is over: requests that were not answered were cut");
            }
            result.map(|_| Ending::Drained(left))
        }
        () = signals.next() => Ok(Ending::AtOnce),
    }
}
