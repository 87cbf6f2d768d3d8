//! Ports of this machine.

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
