use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use ore_settings::ServerSettings;

use crate::Failure;
use crate::healthcheck_tls::over_tls;

/// The deadline. A container runtime checks often, and the checks must not pile up.
const DEADLINE: Duration = Duration::from_secs(5);

/// Asks the server that these settings describe for `/health`.
pub(crate) fn run(settings: &ServerSettings) -> Result<(), Failure> {
    let address = SocketAddr::new(loopback_if_unspecified(settings.host), settings.port);
    let fail = |fault: &dyn std::fmt::Display| Failure::because(format!("no healthy server at {address}: {fault}"));
    let status_line = ask(address, settings.tls().is_some()).map_err(|error| fail(&error))?;
    if status_line.split(' ').nth(1) == Some("200") { Ok(()) } else { Err(fail(&status_line)) }
}

fn ask(address: SocketAddr, is_tls: bool) -> io::Result<String> {
    let stream = TcpStream::connect_timeout(&address, DEADLINE)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.set_write_timeout(Some(DEADLINE))?;
    if is_tls { request_health(over_tls(stream, address.ip())?, address) } else { request_health(stream, address) }
}

fn request_health(mut stream: impl Read + Write, address: SocketAddr) -> io::Result<String> {
    write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut head = [0; 64];
    let length = stream.read(&mut head)?;
    let text = String::from_utf8_lossy(&head[..length]);
    Ok(text.lines().next().unwrap_or("no answer").to_owned())
}

/// If the server listens on all addresses, the loopback address is used.
fn loopback_if_unspecified(host: IpAddr) -> IpAddr {
    match host {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}
