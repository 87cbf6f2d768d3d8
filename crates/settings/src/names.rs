//! Which names are settings, which setting a misspelt name was meant to be, and which names Kubernetes makes.

use std::ffi::OsStr;
use std::net::{IpAddr, SocketAddr};

use super::declaration::{PREFIX, SettingSpec};
use super::fault::Fault;

/// The settings that there are.
#[derive(Clone, Copy)]
pub(super) struct Names(pub(super) &'static [SettingSpec]);

impl Names {
    /// The name without prefix of a variable, when it is a setting or the `_FILE` of a secret.
    pub(super) fn name_of(self, variable: &str) -> Option<&str> {
        variable.strip_prefix(PREFIX).filter(|name| self.is_known(name))
    }

    pub(super) fn is_known(self, name: &str) -> bool {
        let is_file_of = |spec: &SettingSpec| spec.is_secret() && name.strip_suffix("_FILE") == Some(spec.name);
        self.0.iter().any(|spec| name == spec.name || is_file_of(spec))
    }

    /// The fault of a variable that is no setting; `place` says where it stands, when that is not the environment.
    pub(super) fn unknown(self, variable: &str, place: &str) -> Fault {
        match self.nearest(variable.get(PREFIX.len()..).unwrap_or(variable)) {
            Some(spec) => Fault::of(spec, format!("is not a setting{place}; did you mean {}", spec.variable()))
                .with_subject(variable),
            None => Fault::new(variable, format!("is not a setting{place}; `workflow-server config` lists them all")),
        }
    }

    /// The fault of a key of the TOML file that is no setting.
    pub(super) fn unknown_key(self, key: &str, subject: String) -> Fault {
        Fault::new(
            subject,
            match self.nearest(key) {
                Some(spec) => format!("is not a setting; did you mean {}", spec.name.to_ascii_lowercase()),
                None => "is not a setting; `workflow-server config` lists them all".to_owned(),
            },
        )
    }

    /// The setting that may have been meant: at most a third of its letters away.
    fn nearest(self, name: &str) -> Option<&'static SettingSpec> {
        let name = name.to_ascii_uppercase();
        let distances = self.0.iter().map(|spec| (strsim::damerau_levenshtein(&name, spec.name), spec));
        let near = distances.filter(|(distance, spec)| distance * 3 <= spec.name.len());
        near.min_by_key(|(distance, _)| *distance).map(|(_, spec)| spec)
    }

    /// Whether Kubernetes made the variable. It puts some into every container for each service of its namespace
    /// ("Accessing the Service: environment variables" in its manual), which begin like ours where a service is called
    /// `backend` or `backend-…`. For a service called `backend` the name tells. For a neighbour such as
    /// `backend-postgresql` the value has to be what Kubernetes writes too, so that no misspelt setting passes.
    pub(super) fn is_made_by_kubernetes(self, variable: &str, value: &OsStr) -> bool {
        let Some(name) = variable.strip_prefix(PREFIX) else { return false };
        let value = value.to_str().unwrap_or_default();
        match name {
            "PORT" => is_url(value),
            _ if name.starts_with("SERVICE_") || name.starts_with("PORT_") => true,
            _ => !self.is_known(name) && is_of_a_neighbour(name, value),
        }
    }
}

/// Whether the variable looks like one of ours. Case does not matter, so `backend_debug` is found too.
pub(super) fn is_ours(variable: &str) -> bool {
    variable.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// Whether the variable is that of the host or a port of a service, with a value that it can have.
fn is_of_a_neighbour(name: &str, value: &str) -> bool {
    let parts: Vec<&str> = name.split('_').collect();
    // The name of a port may follow, and any of these words may stand in the name of the service.
    let is_port_of_service = parts.windows(2).any(|pair| pair == ["SERVICE", "PORT"]) && is_port(value);
    is_port_of_service
        || match parts.as_slice() {
            [.., "SERVICE", "HOST"] => is_address(value),
            [.., "PORT"] if is_url(value) => true,
            [.., "PORT", port, protocol] if is_port(port) && is_protocol(protocol) => is_url(value),
            [.., "PORT", port, protocol, what] if is_port(port) && is_protocol(protocol) => match *what {
                "PROTO" => value == protocol.to_ascii_lowercase(),
                "PORT" => value == *port,
                "ADDR" => is_address(value),
                _ => false,
            },
            _ => false,
        }
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

fn is_protocol(text: &str) -> bool {
    ["tcp", "udp", "sctp"].contains(&text.to_ascii_lowercase().as_str())
}

/// `tcp://10.0.0.1:5432`.
fn is_url(value: &str) -> bool {
    value.split_once("://").is_some_and(|(protocol, rest)| is_protocol(protocol) && rest.parse::<SocketAddr>().is_ok())
}
