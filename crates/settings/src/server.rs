//! Where and how the service listens and ends.

use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::spec::SettingSpec;
use super::values::{Invalid, Values};
use super::{catalogue, parse};

/// The settings for listening and shutdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port to listen on; 0 lets the system choose.
    pub port: u16,
    /// Threads that serve requests.
    pub workers: NonZeroUsize,
    /// How long to go on serving after the signal to stop, while `/readiness` says no.
    pub shutdown_delay: Duration,
    /// How long accepted requests may take to finish after that.
    pub shutdown_timeout: Duration,
    /// How long a client may take for each step: handshake, head, body, taking something of an answer.
    pub client_timeout: Duration,
    /// How long a connection may wait for its next request.
    pub keep_alive: Duration,
    /// Client connections at once.
    pub max_connections: NonZeroUsize,
    /// Connections of one address at once, unless it is a trusted proxy.
    pub max_connections_per_address: NonZeroUsize,
    /// Certificate and key, when the service speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// The address of `/metrics`, instead of the port of the service.
    pub metrics_bind: Option<SocketAddr>,
    /// The clients that may read `/metrics` on the port of the service.
    pub metrics_access: MetricsAccess,
    /// Peers whose `Forwarded` and `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether plain HTTP is refused.
    pub require_https: bool,
    /// URL under which clients reach the service.
    pub public_url: Option<Url>,
    /// URL of the front end.
    pub frontend_url: Option<Url>,
    /// Processes that share the limits.
    pub replicas: NonZeroU32,
}

/// The files of the certificate and its key, both in PEM form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Who may read `/metrics` on the port of the service. A port of its own serves everybody who reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetricsAccess {
    /// Everybody.
    Everybody,
    /// Clients on this machine and in these networks, by their real addresses.
    Only(Vec<IpNet>),
}

impl ServerSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let host = values.read(&catalogue::HOST, parse::host);
        let port = values.read_number(&catalogue::PORT, "a port");
        let workers = values.read_count(&catalogue::WORKERS, "a number of threads");
        let metrics_bind = values.read_optional(&catalogue::METRICS_BIND, parse::socket_address);
        let metrics_access = read_metrics_access(values, metrics_bind.as_ref().ok().copied().flatten());
        let trusted_proxies = read_networks(values, &catalogue::TRUSTED_PROXIES, "lets clients claim any address");
        let require_https = values.read(&catalogue::REQUIRE_HTTPS, parse::boolean);
        let public_url = values.read_optional(&catalogue::PUBLIC_URL, parse::site_url);
        let frontend_url = values.read_optional(&catalogue::FRONTEND_URL, parse::site_url);
        let tls = read_tls(values);
        let client_timeout = values.read_seconds(&catalogue::CLIENT_TIMEOUT_SECONDS);
        let keep_alive = values.read_seconds(&catalogue::KEEP_ALIVE_SECONDS);
        let max_connections = values.read_count(&catalogue::MAX_CONNECTIONS, "a number of connections");
        let max_connections_per_address =
            values.read_count(&catalogue::MAX_CONNECTIONS_PER_ADDRESS, "a number of connections");
        if let (Ok(required), Ok(networks)) = (&require_https, &trusted_proxies) {
            warn_of_traps(values, *required, networks);
        }
        for (spec, url) in [(&catalogue::PUBLIC_URL, &public_url), (&catalogue::FRONTEND_URL, &frontend_url)] {
            if let Ok(Some(url)) = url {
                check_site(values, spec, url, require_https.as_ref().is_ok_and(|required| *required));
            }
        }
        let replicas = values.read_count(&catalogue::REPLICAS, "a number of processes");
        let shutdown_delay = read_seconds(values, &catalogue::SHUTDOWN_DELAY_SECONDS);
        let shutdown_timeout = read_seconds(values, &catalogue::SHUTDOWN_TIMEOUT_SECONDS);
        Ok(Self {
            host: host?,
            port: port?,
            workers: workers?,
            shutdown_delay: shutdown_delay?,
            shutdown_timeout: shutdown_timeout?,
            client_timeout: client_timeout?,
            keep_alive: keep_alive?,
            max_connections: max_connections?,
            max_connections_per_address: max_connections_per_address?,
            tls: tls?,
            metrics_bind: metrics_bind?,
            metrics_access: metrics_access?,
            trusted_proxies: trusted_proxies?,
            require_https: require_https?,
            public_url: public_url?,
            frontend_url: frontend_url?,
            replicas: replicas?,
        })
    }

    /// The base URL of links for users: the front end, or our own pages; `None` if neither is known.
    pub fn account_url(&self) -> Option<Url> {
        self.frontend_url.clone().or_else(|| self.public_url.clone().map(own_pages))
    }
}

/// Our own pages, on a service that clients reach under this URL.
pub(super) fn own_pages(mut url: Url) -> Url {
    // An http URL has a path, which is all that this asks for.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push("account");
    }
    url
}

/// Settings that are right in themselves and surely not meant together.
fn warn_of_traps(values: &mut Values, require_https: bool, trusted_proxies: &[IpNet]) {
    if require_https && trusted_proxies.is_empty() && !values.is_set(&catalogue::TLS_CERT_FILE) {
        let advice = "refuses everything but the probes, because no HTTPS can come here: set BACKEND_TRUSTED_PROXIES to \
                      the network of the proxy that ends TLS, or BACKEND_TLS_CERT_FILE and BACKEND_TLS_KEY_FILE";
        values.warn(&catalogue::REQUIRE_HTTPS, advice);
    }
}

/// In production for this machine and the networks that are named; elsewhere for everybody, unless networks are named.
fn read_metrics_access(values: &mut Values, own_port: Option<SocketAddr>) -> Result<MetricsAccess, Invalid> {
    let networks = read_networks(values, &catalogue::METRICS_ALLOW, "lets everybody read the metrics")?;
    if own_port.is_some() && !networks.is_empty() {
        values.warn(&catalogue::METRICS_ALLOW, "is for nobody: BACKEND_METRICS_BIND serves anyone who reaches it");
    }
    let is_open = networks.is_empty() && !values.environment().is_production();
    Ok(if is_open { MetricsAccess::Everybody } else { MetricsAccess::Only(networks) })
}

/// Networks whose word or presence opens something. Production takes none that strangers live in.
fn read_networks(values: &mut Values, spec: &SettingSpec, danger: &str) -> Result<Vec<IpNet>, Invalid> {
    let networks: Vec<IpNet> = values.read(spec, |text| parse::list(text, parse::network))?;
    let Some(widest) = networks.iter().copied().find(is_too_wide) else { return Ok(networks) };
    values.check_safety(spec, format_args!("{widest} {danger}; name smaller networks"))?;
    Ok(networks)
}

/// Wider than the widest networks that one owner has: 10.0.0.0/8 (RFC 1918) and `fc00::/7` (RFC 4193).
fn is_too_wide(network: &IpNet) -> bool {
    network.prefix_len() < if matches!(network, IpNet::V4(_)) { 8 } else { 7 }
}

/// Links in mails carry secrets. Where plain HTTP is served by intention, so may be what they lead to.
fn check_site(values: &mut Values, spec: &SettingSpec, url: &Url, requires_https: bool) {
    if requires_https && url.scheme() == "http" && !parse::is_loopback(url) {
        let problem = "links to it would be followed in the clear; write https, or set BACKEND_REQUIRE_HTTPS to false";
        let _ = values.check_safety(spec, problem);
    }
}

fn read_seconds(values: &mut Values, spec: &SettingSpec) -> Result<Duration, Invalid> {
    values.read_number(spec, "a number of seconds").map(Duration::from_secs)
}

/// Both files or neither: with one alone an operator would believe in TLS that is not there.
fn read_tls(values: &mut Values) -> Result<Option<TlsFiles>, Invalid> {
    let path = |text: &str| Ok(PathBuf::from(text));
    let certificate = values.read_optional(&catalogue::TLS_CERT_FILE, path)?;
    let key = values.read_optional(&catalogue::TLS_KEY_FILE, path)?;
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(missing_counterpart(values, &catalogue::TLS_CERT_FILE, &catalogue::TLS_KEY_FILE)),
        (None, Some(_)) => Err(missing_counterpart(values, &catalogue::TLS_KEY_FILE, &catalogue::TLS_CERT_FILE)),
    }
}

fn missing_counterpart(values: &mut Values, set: &SettingSpec, missing: &SettingSpec) -> Invalid {
    values.refuse(set, format!("needs {} beside it; set both or neither", missing.variable()))
}
