use std::net::TcpListener;

use actix_server::ServerHandle;
use socket2::Socket;

/// How clients are kept from coming in while those who are in are served.
pub(super) enum ListenerGate {
    /// Of a socket that nobody else has.
    Own(OwnGate),
    /// Of a socket that outlives this process, and that perhaps others accept from at the same time: anyone who waits on it
    /// is theirs.
    Inherited,
}

impl ListenerGate {
    /// Lets nobody in any more who has not come yet.
    pub(super) async fn close(&self, server: &ServerHandle) {
        match self {
            Self::Own(gate) => gate.admit_no_more(),
            // A filter would stay on the socket, and refuse clients of the next process.
            Self::Inherited => server.pause().await,
        }
    }
}

/// Another handle on a listening socket, to close it without losing who has already knocked.
///
/// Closing a listening socket resets connections that wait to be accepted, and the clients may have sent requests on
/// them: they see success, then a reset. So newcomers are turned away first, those who wait are let in, and only then
/// the socket is closed, with the last handle on it.
pub(super) struct OwnGate(Socket);

impl OwnGate {
    pub(super) fn of(listener: &TcpListener) -> std::io::Result<Self> {
        Ok(Self(listener.try_clone()?.into()))
    }

    /// Has the kernel ignore new connections; it goes on with those that have started.
    ///
    /// A client whose first packet is ignored sends it again after a second, and is refused by then.
    #[cfg(target_os = "linux")]
    fn admit_no_more(&self) {
        use socket2::SockFilter;

        // Classic BPF, which sees a packet from its TCP header on (RFC 9293, 3.1).
        const LOAD_BYTE: u16 = 0x30;
        const JUMP_IF_SET: u16 = 0x45;
        const RETURN: u16 = 0x06;
        const FLAGS: u32 = 13;
        const SYN: u32 = 0x02;
        let filter = [
            SockFilter::new(LOAD_BYTE, 0, 0, FLAGS),
            SockFilter::new(JUMP_IF_SET, 0, 1, SYN),
            SockFilter::new(RETURN, 0, 0, 0),
            SockFilter::new(RETURN, 0, 0, u32::MAX),
        ];
        if let Err(error) = self.0.attach_filter(&filter) {
            tracing::debug!("New connections cannot be held off: {error}");
        }
    }

    /// Elsewhere a connection that comes in the last instant may be reset.
    #[cfg(not(target_os = "linux"))]
    fn admit_no_more(&self) {}
}
