use std::io;
use std::net::{IpAddr, TcpListener};

use ore_settings::ServerSettings;

use super::listen::listen;
use super::listener_gate::{ListenerGate, OwnGate};
use super::{InheritedSockets, TransportError};

/// The listeners of the process.
pub struct Listeners {
    /// The listener of the service.
    pub service: Listener,
    /// None where the port of the service has the metrics, too.
    pub metrics: Option<Listener>,
}

/// A listening socket, and its owner.
pub struct Listener {
    /// Listens.
    pub socket: TcpListener,
    /// Whether it outlives this process.
    pub is_inherited: bool,
}

impl Listeners {
    /// On the sockets that were inherited, and where there is none on those that the settings name.
    ///
    /// # Errors
    /// [`TransportError::Listen`].
    pub fn open(settings: &ServerSettings, inherited: InheritedSockets) -> Result<Self, TransportError> {
        let service = match inherited.service {
            Some(socket) => Listener::inherited(socket),
            None => Listener::open(settings.host, settings.port)?,
        };
        let metrics = match (inherited.metrics, settings.metrics_bind) {
            (Some(socket), _) => Some(Listener::inherited(socket)),
            (None, Some(bind)) => Some(Listener::open(bind.ip(), bind.port())?),
            (None, None) => None,
        };
        Ok(Self { service, metrics })
    }
}

impl Listener {
    fn open(host: IpAddr, port: u16) -> Result<Self, TransportError> {
        Ok(Self { socket: listen(host, port)?, is_inherited: false })
    }

    fn inherited(socket: TcpListener) -> Self {
        Self { socket, is_inherited: true }
    }

    /// The gate that closes the listener to new clients.
    pub(super) fn gate(&self) -> io::Result<ListenerGate> {
        if self.is_inherited { Ok(ListenerGate::Inherited) } else { OwnGate::of(&self.socket).map(ListenerGate::Own) }
    }
}
