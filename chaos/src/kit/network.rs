//! Ports and connections of this machine.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context as _, Result};

/// Where the search begins that comes next.
static NEXT: AtomicU16 = AtomicU16::new(0);

/// Below the ports that Linux gives to outgoing connections: a server that is away for a moment must find its port
/// free when it comes back.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;

/// A port on 127.0.0.1 that nobody listens on, and that no outgoing connection will be given.
///
/// # Errors
/// When there is none.
pub(crate) fn free_port() -> Result<u16> {
    let start = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or_default();
    (0..COUNT)
        .map(|_| FIRST + (start + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .context("no port is free on 127.0.0.1")
}

/// A port of this machine.
pub(crate) fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Whether the process at the server's end still holds a connection, by the kernel's table (proc(5), `net/tcp`). The
/// client's own end does not tell: what was sent before it hides the end from a client that does not read.
///
/// # Errors
/// When the table cannot be read.
pub(crate) fn is_held_by_server(server: u16, client: u16) -> Result<bool> {
    let table = fs::read_to_string("/proc/net/tcp").context("cannot read /proc/net/tcp")?;
    Ok(is_held(&table, server, client))
}

/// The states in which neither end, or only the other one, has been closed: `ESTABLISHED` and `CLOSE_WAIT`.
const HELD: [&str; 2] = ["01", "08"];

fn is_held(table: &str, server: u16, client: u16) -> bool {
    let ends_with = |address: &str, port: u16| address.ends_with(&format!(":{port:04X}"));
    table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).any(|fields| match fields.as_slice() {
        [_, local, remote, state, ..] => ends_with(local, server) && ends_with(remote, client) && HELD.contains(state),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_s_end_of_a_connection_is_found_in_the_kernel_s_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n   \
                     0: 0100007F:1F90 0100007F:C350 01 00000000:00000000\n   \
                     1: 0100007F:1F90 0100007F:C351 04 00000000:00000000\n   \
                     2: 0100007F:C352 0100007F:1F90 01 00000000:00000000\n";
        assert!(is_held(table, 8080, 50000));
        assert!(!is_held(table, 8080, 50001));
        assert!(!is_held(table, 8080, 50002));
    }

    #[test]
    fn free_ports_differ() {
        assert_ne!(free_port().unwrap(), free_port().unwrap());
    }
}
