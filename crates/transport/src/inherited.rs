use std::net::TcpListener;

use listenfd::ListenFd;
use socket2::SockRef;

use super::listen::prepare;

/// The name of the socket for metrics in `FileDescriptorName=`.
const METRICS: &str = "metrics";

/// Sockets that another process has opened and keeps open across our restarts, by the protocol of `sd_listen_fds(3)`:
/// `LISTEN_FDS` counts them, `LISTEN_PID` says for whom they are, `LISTEN_FDNAMES` names them.
#[derive(Debug, Default)]
pub struct InheritedSockets {
    /// The socket of the service.
    pub(super) service: Option<TcpListener>,
    /// The socket of the metrics.
    pub(super) metrics: Option<TcpListener>,
}

/// Why sockets that were passed are not served on.
#[derive(Debug, thiserror::Error)]
#[error("LISTEN_FDS: {0}")]
pub struct InheritedFault(String);

impl InheritedSockets {
    /// A socket of the service that another part of this program has opened.
    pub fn of_program(service: TcpListener) -> Self {
        Self { service: Some(service), metrics: None }
    }

    /// Takes the sockets that are meant for this process, and unsets the variables that count them. To be called before
    /// there are threads, which might read the environment at the same time.
    ///
    /// The socket named `metrics` is that of the metrics, and the one that is left that of the service, whatever its
    /// name: systemd gives it that of its unit, and others none.
    ///
    /// # Errors
    /// When one is no listening TCP socket, or there are more than these two.
    pub fn take() -> Result<Self, InheritedFault> {
        let mut passed = ListenFd::from_env();
        let names = names();
        let mut sockets = Self::default();
        for index in 0..passed.len() {
            let name = names.get(index).map_or("", String::as_str);
            let listener = take_listener(&mut passed, index, name)?;
            let place = if name == METRICS { &mut sockets.metrics } else { &mut sockets.service };
            if place.replace(listener).is_some() {
                return Err(InheritedFault(format!(
                    "{} sockets were passed; pass one for the service and at most one other, with the name {METRICS}",
                    passed.len()
                )));
            }
        }
        Ok(sockets)
    }
}

fn take_listener(passed: &mut ListenFd, index: usize, name: &str) -> Result<TcpListener, InheritedFault> {
    let fault = |reason: &str| InheritedFault(format!("socket {} ({name:?}) {reason}", index + 1));
    let listener = passed.take_tcp_listener(index).ok().flatten();
    let listener = listener.ok_or_else(|| fault("is not a TCP socket; pass one that listens"))?;
    if !SockRef::from(&listener).is_listener().unwrap_or(false) {
        return Err(fault("does not listen; let the service manager listen and not accept (Accept=no)"));
    }
    prepare(&SockRef::from(&listener)).map_err(|error| fault(&format!("cannot be prepared: {error}")))?;
    Ok(listener)
}

/// In the order of the sockets; fewer when they have none.
#[expect(
    clippy::disallowed_methods,
    reason = "LISTEN_FDNAMES belongs to the service manager and is no setting of ours"
)]
fn names() -> Vec<String> {
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    names.split(':').map(str::to_owned).collect()
}
