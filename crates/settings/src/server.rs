//! Where and how the service listens and ends, and who may call.

use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use ore_domain::AllowedOrigins;
use url::Url;

use super::declaration::DefaultValue::{Cores, In, NotSet, Text, Unset};
use super::declaration::Environment::Production;
use super::declaration::SettingSpec;
use super::form::{
    BOOLEAN, FILE, Form, HOST as IP_ADDRESS, NETWORK, SITE, SOCKET_ADDRESS, is_exposed, number, seconds, whole_seconds,
};
use super::origins::{ORIGINS, PAGE_ORIGIN, check_origins};
use super::table::settings;
use super::values::Values;

/// As many as the descriptors that Linux lets one process have by default.
const CONNECTIONS: Form<NonZeroUsize> = number(1, 1_048_576, "a number of connections");

settings! {
    /// Where and how the service listens and ends, and who may call.
    pub struct ServerSettings in "Server" {
        /// IP address to listen on, or localhost; --host beats it.
        HOST(IP_ADDRESS, Text("0.0.0.0"), "127.0.0.1") => host: IpAddr;
        /// Port to listen on, 0 lets the system choose; --port beats it.
        PORT(number::<u16>(0, 65_535, "a port"), Text("8000"), "8000") => port: u16;
        /// Number of threads that serve requests; --workers beats it.
        // As many as actix-server takes.
        WORKERS(number::<NonZeroUsize>(1, 512, "a number of threads"), Cores, "4") => workers: NonZeroUsize;
        /// Address and port that serve /metrics alone, instead of the service's own port.
        METRICS_BIND(SOCKET_ADDRESS, NotSet, "127.0.0.1:9090") => metrics_bind: Option<SocketAddr>;
        /// Networks that read /metrics on the service's own port in production, beside this machine; others get 404.
        METRICS_ALLOW(NETWORK, Text("[]"), "10.0.0.0/8,192.0.2.7") => metrics_allow: Vec<IpNet>;
        /// Networks of the reverse proxies whose Forwarded and X-Forwarded-* headers are believed; empty believes none.
        TRUSTED_PROXIES(NETWORK, Text("[]"), "10.0.0.0/8,192.0.2.7") => trusted_proxies: Vec<IpNet>;
        /// Refuse plain HTTP, as the client or a trusted proxy saw it; /health, /readiness and /metrics are answered.
        REQUIRE_HTTPS(BOOLEAN, In(Production, "true", Some("false")), "true") => require_https: bool;
        /// URL under which clients reach this service; redirects to HTTPS and links in mails are built from it alone.
        PUBLIC_URL(SITE, NotSet, "https://api.example.com") => public_url: Option<Url>;
        /// URL of the front end that links in mails lead to.
        FRONTEND_URL(
            SITE, Unset("BACKEND_PUBLIC_URL with /account"), "https://www.example.com"
        ) => frontend_url: Option<Url>;
        /// Origins of further pages where users log in with passkeys, which are for the host of BACKEND_PUBLIC_URL.
        PASSKEY_ORIGINS(PAGE_ORIGIN, Text("[]"), "https://www.example.com") => passkey_origins: Vec<Url>;
        /// Certificate chain in PEM form, the server's own first: with its key, the service speaks TLS alone.
        TLS_CERT_FILE(FILE, NotSet, "/etc/ore/tls.crt") => tls_cert_file: Option<PathBuf>;
        /// Private key of that certificate in PEM form; both files are read again when they change.
        TLS_KEY_FILE(FILE, NotSet, "/etc/ore/tls.key") => tls_key_file: Option<PathBuf>;
        /// Seconds a client has for a TLS handshake, a request head, a body, and the next part of an answer.
        // Shorter would cut honest clients; longer keeps nobody out.
        CLIENT_TIMEOUT_SECONDS(seconds(600), Text("10"), "10") => client_timeout: Duration;
        /// Seconds that a connection may wait for its next request; longer than a load balancer keeps its connections.
        // No load balancer keeps an unused connection for longer.
        KEEP_ALIVE_SECONDS(seconds(3600), Text("75"), "75") => keep_alive: Duration;
        /// Most client connections at once; further ones wait. Fewer where the system allows fewer open files.
        MAX_CONNECTIONS(CONNECTIONS, Text("25000"), "25000") => max_connections: NonZeroUsize;
        /// Most connections of one address at once; further ones are closed. An IPv6 /64 counts as one address, a /56
        /// may have 4 and a /48 16 times as many. Trusted proxies have no limit.
        MAX_CONNECTIONS_PER_ADDRESS(CONNECTIONS, Text("256"), "1024") => max_connections_per_address: NonZeroUsize;
        /// Number of processes that share the limits; each takes its part of them while Redis is away.
        // Far beyond any deployment that shares one Redis.
        REPLICAS(number::<NonZeroU32>(1, 10_000, "a number of processes"), Text("1"), "3") => replicas: NonZeroU32;
        /// Seconds to go on serving after SIGTERM, not ready, until load balancers have noticed.
        // No orchestrator waits longer than an hour for a process to end.
        SHUTDOWN_DELAY_SECONDS(whole_seconds(0, 3600), In(Production, "5", Some("0")), "5") => shutdown_delay: Duration;
        /// Seconds that accepted requests have to finish at shutdown.
        SHUTDOWN_TIMEOUT_SECONDS(whole_seconds(0, 3600), Text("30"), "30") => shutdown_timeout: Duration;
        /// Origins that browsers may call from, each scheme://host[:port]; * stands alone and is refused in production.
        ALLOWED_ORIGINS(
            ORIGINS, Text(r#"["*"]"#), "https://www.example.com,http://localhost:3000"
        ) => allowed_origins: AllowedOrigins;
    }
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
    /// Certificate and key, when the service speaks TLS itself.
    pub fn tls(&self) -> Option<TlsFiles> {
        let (certificate, key) = (self.tls_cert_file.clone()?, self.tls_key_file.clone()?);
        Some(TlsFiles { certificate, key })
    }

    /// The base URL of links for users: the front end, or our own pages; `None` if neither is known.
    pub fn account_url(&self) -> Option<Url> {
        self.frontend_url.clone().or_else(|| self.public_url.clone().map(own_pages))
    }

    /// Our own pages, as seen from this machine.
    pub(super) fn local_pages(&self) -> Option<Url> {
        let scheme = if self.tls().is_some() { "https" } else { "http" };
        Url::parse(&format!("{scheme}://localhost:{}", self.port)).ok().map(own_pages)
    }

    pub(super) fn check(&self, values: &mut Values) {
        if self.metrics_bind.is_some() && !self.metrics_allow.is_empty() {
            values.warn(&METRICS_ALLOW, "is for nobody: BACKEND_METRICS_BIND serves anyone who reaches it");
        }
        check_networks(values, &METRICS_ALLOW, &self.metrics_allow, "lets everybody read the metrics");
        check_networks(values, &TRUSTED_PROXIES, &self.trusted_proxies, "lets clients claim any address");
        if self.require_https && self.trusted_proxies.is_empty() && !values.is_set(&TLS_CERT_FILE) {
            let advice = "refuses everything but the probes, because no HTTPS can come here: set \
                          BACKEND_TRUSTED_PROXIES to the network of the proxy that ends TLS, or BACKEND_TLS_CERT_FILE \
                          and BACKEND_TLS_KEY_FILE";
            values.warn(&REQUIRE_HTTPS, advice);
        }
        for (spec, url) in [(&PUBLIC_URL, &self.public_url), (&FRONTEND_URL, &self.frontend_url)] {
            // Links in mails carry secrets. Where plain HTTP is served by intention, so may be what they lead to.
            let is_plain = url.as_ref().is_some_and(is_exposed);
            if is_plain && self.require_https && !values.is_faulty(&REQUIRE_HTTPS) {
                let problem = "links to it would be followed in the clear; write https, or set BACKEND_REQUIRE_HTTPS \
                               to false";
                values.check_safety(spec, problem);
            }
        }
        // With one file alone an operator would believe in TLS that is not there.
        let files = [(&TLS_CERT_FILE, &self.tls_cert_file), (&TLS_KEY_FILE, &self.tls_key_file)];
        if let [(set, Some(_)), (missing, None)] | [(missing, None), (set, Some(_))] = files {
            let problem = format!("needs {} beside it; set both or neither", missing.variable());
            values.refuse_beside(&[missing], set, problem);
        }
        check_origins(values, &ALLOWED_ORIGINS, &self.allowed_origins);
    }
}

/// Our own pages, on a service that clients reach under this URL.
fn own_pages(mut url: Url) -> Url {
    // An http URL has a path, which is all that this asks for.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push("account");
    }
    url
}

/// Networks whose word or presence opens something. Production takes none that strangers live in: none wider than the
/// widest networks that one owner has, 10.0.0.0/8 (RFC 1918) and `fc00::/7` (RFC 4193).
fn check_networks(values: &mut Values, spec: &'static SettingSpec, networks: &[IpNet], danger: &str) {
    let is_too_wide = |network: &&IpNet| network.prefix_len() < if matches!(network, IpNet::V4(_)) { 8 } else { 7 };
    if let Some(widest) = networks.iter().find(is_too_wide) {
        values.check_safety(spec, format_args!("{widest} {danger}; name smaller networks"));
    }
}
