use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};

use rustix::io::Errno;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::TransportError;

/// The maximum number of connections that wait to be accepted. The standard library's 128 are used up at once when a
/// proxy reconnects.
const BACKLOG: i32 = 2048;
/// What the kernel may keep of an answer for one client. It would grow this to megabytes, which many clients that take
/// nothing could fill; and a client counts as taking something once it has made room for a third.
const SEND_BUFFER_BYTES: usize = 128 * 1024;

/// Listens on an address, so that a port that is taken is known before anything else is started.
pub(super) fn listen(host: IpAddr, port: u16) -> Result<TcpListener, TransportError> {
    let address = SocketAddr::new(host, port);
    bind(address).map_err(|fault| {
        let advice = match fault.kind() {
            _ if fault.raw_os_error() == Some(Errno::MFILE.raw_os_error()) => "a socket counts as an open file",
            io::ErrorKind::AddrInUse => "another process has this port: end it, or choose another with --port",
            io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege: choose another with --port",
            _ => "choose an address of this machine with --host",
        };
        TransportError::Listen { address, fault, advice }
    })
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Connections of the process before us may linger; they must not keep us from its port.
    socket.set_reuse_address(true)?;
    prepare(&SockRef::from(&socket))?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Sets what accepted connections inherit.
pub(super) fn prepare(socket: &SockRef<'_>) -> io::Result<()> {
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.set_tcp_nodelay(true)
}
