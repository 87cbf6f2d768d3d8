//! The variables that Kubernetes puts into every container for each service of its namespace ("Accessing the Service:
//! environment variables" in its manual), which begin like ours where a service is called `backend` or `backend-…`.

use std::ffi::OsStr;
use std::net::{IpAddr, SocketAddr};

use super::names;
use super::spec::PREFIX;

const PROTOCOLS: [&str; 3] = ["tcp", "udp", "sctp"];

/// Whether Kubernetes made the variable. For a service called `backend` its name tells. For a neighbour such as
/// `backend-postgresql` the value has to be what Kubernetes writes too, so that no misspelt setting passes.
pub(super) fn has_made(variable: &str, value: &OsStr) -> bool {
    let Some(name) = variable.strip_prefix(PREFIX) else { return false };
    let value = value.to_str().unwrap_or_default();
    if name.starts_with("SERVICE_") || name.starts_with("PORT_") {
        return true;
    }
    if name == "PORT" {
        return is_url(value);
    }
    !names::is_known(name) && is_of_a_neighbour(name, value)
}

fn is_of_a_neighbour(name: &str, value: &str) -> bool {
    if name.ends_with("_SERVICE_HOST") {
        return value.parse::<IpAddr>().is_ok();
    }
    // Both may stand in the name of a service too.
    let rests = |infix: &str| name.match_indices(infix).map(|(at, _)| &name[at + infix.len()..]).collect::<Vec<_>>();
    let is_port_of_service = |rest: &&str| rest.is_empty() || rest.starts_with('_');
    if rests("_SERVICE_PORT").iter().any(is_port_of_service) && value.parse::<u16>().is_ok() {
        return true;
    }
    rests("_PORT").iter().any(|rest| if rest.is_empty() { is_url(value) } else { is_of_a_port(rest, value) })
}

/// `_5432_TCP`, alone or with `_PROTO`, `_PORT` or `_ADDR`.
fn is_of_a_port(rest: &str, value: &str) -> bool {
    let Some(rest) = rest.strip_prefix('_') else { return false };
    let mut parts = rest.split('_');
    let (Some(port), Some(protocol), what, None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let protocol = protocol.to_ascii_lowercase();
    if port.parse::<u16>().is_err() || !PROTOCOLS.contains(&protocol.as_str()) {
        return false;
    }
    match what {
        None => is_url(value),
        Some("PROTO") => value == protocol,
        Some("PORT") => value == port,
        Some("ADDR") => value.parse::<IpAddr>().is_ok(),
        Some(_) => false,
    }
}

/// `tcp://10.0.0.1:5432`.
fn is_url(value: &str) -> bool {
    let address = value.split_once("://").filter(|(protocol, _)| PROTOCOLS.contains(protocol));
    address.is_some_and(|(_, address)| address.parse::<SocketAddr>().is_ok())
}
