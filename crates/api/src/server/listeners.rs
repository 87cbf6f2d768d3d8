use std::io;
use std::net::{IpAddr, TcpListener};

use super::door::{Door, OwnDoor};
use super::listen::listen;
use super::{InheritedSockets, ServeError};
use crate::settings::ServerSettings;

/// Where the process listens.
pub(super) struct Listeners {
    pub(super) service: Listener,
    /// None where the port of the service has the metrics, too.
    pub(super) metrics: Option<Listener>,
}

/// A listening socket, and whose it is.
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    /// Whether it outlives this process.
    pub(super) is_inherited: bool,
}

impl Listeners {
    /// On the sockets that were inherited, and where there is none on those that the settings name.
    pub(super) fn open(settings: &ServerSettings, inherited: InheritedSockets) -> Result<Self, ServeError> {
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
    fn open(host: IpAddr, port: u16) -> Result<Self, ServeError> {
        Ok(Self { socket: listen(host, port)?, is_inherited: false })
    }

    fn inherited(socket: TcpListener) -> Self {
        Self { socket, is_inherited: true }
    }

    /// What closes it to newcomers.
    pub(super) fn door(&self) -> io::Result<Door> {
        if self.is_inherited { Ok(Door::Inherited) } else { OwnDoor::of(&self.socket).map(Door::Own) }
    }
}
