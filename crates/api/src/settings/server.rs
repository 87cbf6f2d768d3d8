//! Where and how the service listens and ends.

use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::spec::SettingSpec;
use super::values::{Faulted, Values};
use super::{catalogue, parse};

/// More threads than any machine of today has cores.
pub(super) const MAXIMUM_WORKERS: usize = 1024;
/// Far beyond any deployment that shares one Redis.
pub(super) const MAXIMUM_REPLICAS: usize = 10_000;
/// No orchestrator waits longer than an hour for a process to end.
pub(super) const MAXIMUM_SHUTDOWN_SECONDS: u64 = 3600;

/// Where and how the service listens and ends.
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
    /// Where `/metrics` is served instead of the service's own port.
    pub metrics_bind: Option<SocketAddr>,
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

impl ServerSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Faulted> {
        let host = values.read(&catalogue::HOST, parse::host);
        let port = values.read(&catalogue::PORT, parse::number("a port", u16::MIN..=u16::MAX));
        let workers = values.read(&catalogue::WORKERS, parse::count("a number of threads", MAXIMUM_WORKERS));
        let metrics_bind = values.read_optional(&catalogue::METRICS_BIND, parse::socket_address);
        let trusted_proxies = values.read(&catalogue::TRUSTED_PROXIES, |text| parse::list(text, parse::network));
        let require_https = values.read(&catalogue::REQUIRE_HTTPS, parse::boolean);
        let public_url = values.read_optional(&catalogue::PUBLIC_URL, parse::site_url);
        let frontend_url = values.read_optional(&catalogue::FRONTEND_URL, parse::site_url);
        let tls = refuse_tls(values);
        if let (Ok(required), Ok(networks)) = (&require_https, &trusted_proxies) {
            warn_of_traps(values, *required, networks);
        }
        let replicas = values.read(&catalogue::REPLICAS, parse::count("a number of processes", MAXIMUM_REPLICAS));
        let shutdown_delay = read_seconds(values, &catalogue::SHUTDOWN_DELAY_SECONDS);
        let shutdown_timeout = read_seconds(values, &catalogue::SHUTDOWN_TIMEOUT_SECONDS);
        tls?;
        Ok(Self {
            host: host?,
            port: port?,
            workers: workers?,
            shutdown_delay: shutdown_delay?,
            shutdown_timeout: shutdown_timeout?,
            metrics_bind: metrics_bind?,
            trusted_proxies: trusted_proxies?,
            require_https: require_https?,
            public_url: public_url?,
            frontend_url: frontend_url?,
            replicas: replicas?,
        })
    }
}

/// Settings that are right in themselves and surely not meant together.
fn warn_of_traps(values: &mut Values, require_https: bool, trusted_proxies: &[IpNet]) {
    if trusted_proxies.iter().any(|network| network.prefix_len() == 0) {
        values.warn(
            &catalogue::TRUSTED_PROXIES,
            "trusts everybody, so that clients can claim any address; name the proxies",
        );
    }
    if require_https && trusted_proxies.is_empty() && !values.is_set(&catalogue::TLS_CERT_FILE) {
        let advice = "refuses everything but the probes, because no HTTPS can come here: set BACKEND_TRUSTED_PROXIES to \
                      the network of the proxy that ends TLS, or BACKEND_TLS_CERT_FILE and BACKEND_TLS_KEY_FILE";
        values.warn(&catalogue::REQUIRE_HTTPS, advice);
    }
}

fn read_seconds(values: &mut Values, spec: &SettingSpec) -> Result<Duration, Faulted> {
    let seconds = parse::number("a number of seconds", 0..=MAXIMUM_SHUTDOWN_SECONDS);
    values.read(spec, seconds).map(Duration::from_secs)
}

/// An operator who names a certificate must not find out later that the service answers in the clear.
fn refuse_tls(values: &mut Values) -> Result<(), Faulted> {
    let mut result = Ok(());
    for spec in [&catalogue::TLS_CERT_FILE, &catalogue::TLS_KEY_FILE] {
        if values.is_set(spec) {
            let problem = "this version does not serve TLS; leave it unset and end TLS at the load balancer";
            result = Err(values.refuse_any_value(spec, problem));
        }
    }
    result
}
