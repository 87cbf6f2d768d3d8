//! The one table of settings. Known names, defaults, `.env.example`, the listing and fault lines all come from here.

use super::spec::DefaultValue::{self, Cores, InDevelopment, InProduction, Text, TwiceCores, Unset};
use super::spec::SettingSpec;

/// Declares each setting as a constant named like the setting, and all of them in order as `CATALOGUE`.
macro_rules! catalogue {
    ($($name:ident = $spec:expr;)*) => {
        $(pub(super) const $name: SettingSpec = SettingSpec { name: stringify!($name), ..$spec };)*

        /// Every setting, in the order of the listing and of `.env.example`.
        pub const CATALOGUE: &[SettingSpec] = &[$($name),*];
    };
}

const fn setting(default: DefaultValue, example: &'static str, why: &'static str) -> SettingSpec {
    SettingSpec { name: "", default, example, why, secret: false, not_yet: false }
}

const fn secret(default: DefaultValue, example: &'static str, why: &'static str) -> SettingSpec {
    SettingSpec { secret: true, ..setting(default, example, why) }
}

const fn not_yet(spec: SettingSpec) -> SettingSpec {
    SettingSpec { not_yet: true, ..spec }
}

const NOT_SET: DefaultValue = Unset("not set");

catalogue! {
    APP_NAME = setting(
        Text("ORE Backend API"), "MyApp API",
        "Name in the logs and in the OpenAPI document.");
    APP_DESCRIPTION = setting(
        Text("AI工作流引擎后端服务"), "Accounts for MyApp",
        "Description in the OpenAPI document.");
    APP_VERSION = setting(
        Text(env!("CARGO_PKG_VERSION")), "1.4.2",
        "Version that /health, the logs and the OpenAPI document report.");
    ENVIRONMENT = setting(
        Text("development"), "production",
        "development, testing, staging or production; production refuses to start with unsafe settings.");
    DEBUG = setting(
        InDevelopment { text: "true", elsewhere: "false" }, "false",
        "Serve /docs, /redoc and /openapi.json, and log headers at level DEBUG; refused in production.");
    CONFIG_FILE = setting(
        NOT_SET, "/etc/ore/settings.toml",
        "TOML file with settings under their lower-case names without the prefix; the environment and .env beat it.");

    HOST = setting(
        Text("0.0.0.0"), "127.0.0.1",
        "IP address to listen on, or localhost; --host beats it.");
    PORT = setting(
        Text("8000"), "8000",
        "Port to listen on, 0 lets the system choose; --port beats it.");
    WORKERS = setting(
        Cores, "4",
        "Number of threads that serve requests; --workers beats it.");
    METRICS_BIND = setting(
        NOT_SET, "127.0.0.1:9090",
        "Address and port that serve /metrics alone, instead of the service's own port.");
    TRUSTED_PROXIES = not_yet(setting(
        Text("[]"), "10.0.0.0/8,192.0.2.7",
        "Networks of the reverse proxies whose Forwarded and X-Forwarded-* headers are believed; empty believes none."));
    REQUIRE_HTTPS = not_yet(setting(
        InProduction { text: "true", elsewhere: "false" }, "true",
        "Refuse plain HTTP, as the client or a trusted proxy saw it."));
    PUBLIC_URL = not_yet(setting(
        NOT_SET, "https://api.example.com",
        "URL under which clients reach this service; links in mails are built from it alone."));
    FRONTEND_URL = not_yet(setting(
        NOT_SET, "https://www.example.com",
        "URL of the front end that links in mails lead to."));
    TLS_CERT_FILE = setting(
        NOT_SET, "/etc/ore/tls.crt",
        "Certificate chain in PEM form; with its key the service speaks TLS alone. Read again when it changes.");
    TLS_KEY_FILE = setting(
        NOT_SET, "/etc/ore/tls.key",
        "Private key of that certificate in PEM form; read again when it changes.");
    CLIENT_TIMEOUT_SECONDS = setting(
        Text("10"), "10",
        "Seconds a client has for a TLS handshake, a head, a body, and for taking the next part of an answer.");
    KEEP_ALIVE_SECONDS = setting(
        Text("75"), "75",
        "Seconds that a connection waits for its next request; longer than a load balancer keeps its own.");
    MAX_CONNECTIONS = setting(
        Text("25000"), "25000",
        "Most client connections at once; further ones wait. Fewer where the system allows fewer open files.");
    REPLICAS = not_yet(setting(
        Text("1"), "3",
        "Number of processes that share the limits; each takes its part of them while Redis is away."));
    SHUTDOWN_DELAY_SECONDS = setting(
        InProduction { text: "5", elsewhere: "0" }, "5",
        "Seconds to go on serving after SIGTERM, not ready, until load balancers have noticed.");
    SHUTDOWN_TIMEOUT_SECONDS = setting(
        Text("30"), "30",
        "Seconds that accepted requests have to finish at shutdown.");
    ALLOWED_ORIGINS = setting(
        Text(r#"["*"]"#), "https://www.example.com,http://localhost:3000",
        "Origins that browsers may call from, each scheme://host[:port]; * stands alone and is refused in production.");

    LOG_LEVEL = setting(
        Text("INFO"), "DEBUG",
        "Lowest level logged: DEBUG, INFO, WARNING, ERROR or CRITICAL.");
    LOG_FORMAT = setting(
        Text("json"), "text",
        "json for machines, one object a line, or text for people.");
    DEFAULT_LOCALE = setting(
        Text("zh-CN"), "en",
        "Language of messages when Accept-Language names none we have: zh-CN or en.");

    DATABASE_URL = secret(
        Text("sqlite:///./app.db"), "sqlite:///./app.db",
        "Database: sqlite:///relative.db, sqlite:////absolute.db, sqlite:// (memory) or postgresql://user@host/name.");
    DATABASE_POOL_SIZE = setting(
        TwiceCores, "8",
        "Most database connections open at once, each serving one transaction at a time.");
    AUTO_MIGRATE = setting(
        Text("true"), "false",
        "Bring the database schema up to date at start.");

    SECRET_KEY = secret(
        Unset("random in each process, none in production"), "$(openssl rand -hex 32)",
        "Key that signs access tokens; production needs 32 random bytes or more.");
    ALGORITHM = setting(
        Text("HS256"), "HS512",
        "Signature of access tokens: HS256, HS384 or HS512; the key must be as long as the hash (RFC 7518 3.2).");
    ACCESS_TOKEN_EXPIRE_MINUTES = setting(
        Text("30"), "15",
        "Minutes for which an access token is valid.");
    ISSUER = setting(
        Text("ore-backend"), "https://api.example.com",
        "The iss claim that tokens carry and must carry.");
    AUDIENCE = setting(
        Text("ore"), "myapp",
        "The aud claim that tokens carry and must carry.");
    ACCEPT_LEGACY_TOKENS = setting(
        Text("false"), "true",
        "Also accept the Python service's tokens while clients move over.");
    LEGACY_SECRET_KEY = secret(
        Unset("the value of BACKEND_SECRET_KEY"), "$(cat old-secret-key)",
        "Key of the Python service's tokens, of any length.");

    PASSWORD_MIN_LENGTH = setting(
        Text("8"), "15",
        "Fewest characters of a new password; 15 is advised where a password is the only factor.");
    ARGON2_MEMORY_KIB = setting(
        Text("65536"), "65536",
        "Memory of one Argon2id hash in KiB.");
    ARGON2_TIME_COST = setting(
        Text("3"), "3",
        "Passes of Argon2id over its memory.");
    ARGON2_PARALLELISM = setting(
        Text("4"), "4",
        "Lanes of Argon2id.");
    HASH_SLOTS = setting(
        Cores, "2",
        "Most password hashes computed at once, each taking its memory.");

    RATE_LIMIT_ENABLED = not_yet(setting(
        Text("true"), "true",
        "Limit log-ins and registrations per address and account."));
    REDIS_URL = not_yet(secret(
        NOT_SET, "redis://redis.internal:6379/0",
        "Redis that counts the limits once for all replicas."));
}
