//! Where and how the service listens and ends, and who may call.

use super::declaration::{NOT_SET, setting, settings};
use super::spec::DefaultValue::{Cores, InProduction, Text, Unset};
use super::value_type::ValueType::{
    Boolean, FilePath, Host, NetworkList, Number, OriginList, PageOriginList, Seconds, SiteUrl, SocketAddress,
};

settings! {
    SERVER:
    Server {
        HOST = setting(
            Host,
            Text("0.0.0.0"), "127.0.0.1",
            "IP address to listen on, or localhost; --host beats it.");
        PORT = setting(
            Number(0, u16::MAX as u64),
            Text("8000"), "8000",
            "Port to listen on, 0 lets the system choose; --port beats it.");
        WORKERS = setting(
            // As many as actix-server takes.
            Number(1, 512),
            Cores, "4",
            "Number of threads that serve requests; --workers beats it.");
        METRICS_BIND = setting(
            SocketAddress,
            NOT_SET, "127.0.0.1:9090",
            "Address and port that serve /metrics alone, instead of the service's own port.");
        METRICS_ALLOW = setting(
            NetworkList,
            Text("[]"), "10.0.0.0/8,192.0.2.7",
            "Networks that read /metrics on the service's own port in production, beside this machine; others get 404.");
        TRUSTED_PROXIES = setting(
            NetworkList,
            Text("[]"), "10.0.0.0/8,192.0.2.7",
            "Networks of the reverse proxies whose Forwarded and X-Forwarded-* headers are believed; empty believes none.");
        REQUIRE_HTTPS = setting(
            Boolean,
            InProduction { text: "true", elsewhere: "false" }, "true",
            "Refuse plain HTTP, as the client or a trusted proxy saw it; /health, /readiness and /metrics are answered.");
        PUBLIC_URL = setting(
            SiteUrl,
            NOT_SET, "https://api.example.com",
            "URL under which clients reach this service; redirects to HTTPS and links in mails are built from it alone.");
        FRONTEND_URL = setting(
            SiteUrl,
            Unset("BACKEND_PUBLIC_URL with /account"), "https://www.example.com",
            "URL of the front end that links in mails lead to.");
        PASSKEY_ORIGINS = setting(
            PageOriginList,
            Text("[]"), "https://www.example.com",
            "Origins of further pages where users log in with passkeys, which are for the host of BACKEND_PUBLIC_URL.");
        TLS_CERT_FILE = setting(
            FilePath,
            NOT_SET, "/etc/ore/tls.crt",
            "Certificate chain in PEM form, the server's own first: with its key, the service speaks TLS alone.");
        TLS_KEY_FILE = setting(
            FilePath,
            NOT_SET, "/etc/ore/tls.key",
            "Private key of that certificate in PEM form; both files are read again when they change.");
        CLIENT_TIMEOUT_SECONDS = setting(
            // Shorter would cut honest clients; longer keeps nobody out.
            Seconds(600),
            Text("10"), "10",
            "Seconds a client has for a TLS handshake, a request head, a body, and the next part of an answer.");
        KEEP_ALIVE_SECONDS = setting(
            // No load balancer keeps an unused connection for longer.
            Seconds(3600),
            Text("75"), "75",
            "Seconds that a connection may wait for its next request; longer than a load balancer keeps its connections.");
        MAX_CONNECTIONS = setting(
            // As many descriptors as Linux lets one process have by default.
            Number(1, 1_048_576),
            Text("25000"), "25000",
            "Most client connections at once; further ones wait. Fewer where the system allows fewer open files.");
        MAX_CONNECTIONS_PER_ADDRESS = setting(
            Number(1, 1_048_576),
            Text("256"), "1024",
            "Most connections of one address at once; further ones are closed. An IPv6 /64 counts as one address, a /56 may have 4 and a /48 16 times as many. Trusted proxies have no limit.");
        REPLICAS = setting(
            // Far beyond any deployment that shares one Redis.
            Number(1, 10_000),
            Text("1"), "3",
            "Number of processes that share the limits; each takes its part of them while Redis is away.");
        SHUTDOWN_DELAY_SECONDS = setting(
            // No orchestrator waits longer than an hour for a process to end.
            Number(0, 3600),
            InProduction { text: "5", elsewhere: "0" }, "5",
            "Seconds to go on serving after SIGTERM, not ready, until load balancers have noticed.");
        SHUTDOWN_TIMEOUT_SECONDS = setting(
            Number(0, 3600),
            Text("30"), "30",
            "Seconds that accepted requests have to finish at shutdown.");
        ALLOWED_ORIGINS = setting(
            OriginList,
            Text(r#"["*"]"#), "https://www.example.com,http://localhost:3000",
            "Origins that browsers may call from, each scheme://host[:port]; * stands alone and is refused in production.");
    }
}
