//! Ports and connections of this machine.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context as _, Result};

/// The port at which the next search begins.
static NEXT: AtomicU16 = AtomicU16::new(0);

/// Below the ports that Linux gives to outgoing connections: a server that is away for a moment must find its port
/// free when it comes back.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;

/// A port on 127.0.0.1 that nobody listens on, and that no outgoing connection will be given.
pub fn free_port() -> Result<u16> {
    let start = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or_default();
    (0..COUNT)
        .map(|_| FIRST + (start + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .context("no port is free on 127.0.0.1")
}

/// A port of this machine.
pub fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The clients' ports of the connections that the process at the server's end still holds, by the kernel's table
/// (proc(5), `net/tcp`). A client's own end does not tell: what was sent before it hides the end from a client that
/// does not read.
pub fn held_by_server(server: u16) -> Result<BTreeSet<u16>> {
    let table = fs::read_to_string("/proc/net/tcp").context("cannot read /proc/net/tcp")?;
    Ok(table.lines().filter_map(|line| client_of_held(line, server)).collect())
}

/// The states in which neither end, or only the other one, has been closed: `ESTABLISHED` and `CLOSE_WAIT`.
const HELD: [&str; 2] = ["01", "08"];

fn client_of_held(line: &str, server: u16) -> Option<u16> {
    let mut fields = line.split_whitespace().skip(1);
    let (local, remote, state) = (fields.next()?, fields.next()?, fields.next()?);
    let port = |address: &str| u16::from_str_radix(address.rsplit_once(':')?.1, 16).ok();
    (port(local)? == server && HELD.contains(&state)).then(|| port(remote)).flatten()
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
        let held: BTreeSet<u16> = table.lines().filter_map(|line| client_of_held(line, 8080)).collect();
        assert_eq!(held, [50_000].into());
    }

    #[test]
    fn free_ports_differ() {
        assert_ne!(free_port().unwrap(), free_port().unwrap());
    }
}
