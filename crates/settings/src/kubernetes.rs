//! The variables that Kubernetes puts into every container for each service of its namespace ("Accessing the Service:
//! environment variables" in its manual). They begin like ours where a service is called `backend` or `backend-…`.

use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, SocketAddr};

use super::declaration::PREFIX;

/// The services called `backend-…`, as variables have their names: those whose host the environment tells.
pub(super) fn services(environment: &[(OsString, OsString)]) -> Vec<&str> {
    let services = environment.iter().filter_map(|(variable, value)| {
        let name = variable.to_str()?.strip_prefix(PREFIX)?.strip_suffix("_SERVICE_HOST")?;
        value.to_str()?.parse::<IpAddr>().is_ok().then_some(name)
    });
    services.collect()
}

/// Whether Kubernetes made the variable, by the service that it names. A `…_PORT` without a URL is none of its variables:
/// an operator may have meant a setting.
pub(super) fn has_made(variable: &str, value: &OsStr, services: &[&str]) -> bool {
    let Some(name) = variable.strip_prefix(PREFIX) else { return false };
    let is_of = |name: &str| match name {
        "PORT" => value.to_str().is_some_and(is_url),
        _ => name.starts_with("SERVICE_") || name.starts_with("PORT_"),
    };
    let of_service = |service: &&str| name.strip_prefix(service).and_then(|name| name.strip_prefix('_'));
    is_of(name) || services.iter().filter_map(of_service).any(is_of)
}

/// `tcp://10.0.0.1:5432`.
fn is_url(value: &str) -> bool {
    value.split_once("://").is_some_and(|(protocol, address)| {
        matches!(protocol, "tcp" | "udp" | "sctp") && address.parse::<SocketAddr>().is_ok()
    })
}
