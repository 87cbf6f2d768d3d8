//! The one table of settings. Known names, defaults, `.env.example`, the listing and fault lines all come from here.

use ore_security::password::MAXIMUM_PASSWORD_BYTES;

use super::spec::DefaultValue::{self, Cores, InDevelopment, InProduction, OnlyInDevelopment, Text, TwiceCores, Unset};
use super::spec::{SettingGroup, SettingSpec};
use super::value_type::ValueType::{
    self, Boolean, Choice, DatabaseUrl, DirectoryPath, DomainList, EmailAddress, FilePath, Host, Key, Line, Mailbox,
    NetworkList, Number, OriginList, RedisUrl, Seconds, SiteUrl, SmtpUrl, SocketAddress,
};

/// Declares each setting as a constant named like the setting, and all of them in order as `CATALOGUE`.
macro_rules! catalogue {
    ($($group:ident { $($name:ident = $spec:expr;)* })*) => {
        $($(
            pub(super) const $name: SettingSpec =
                SettingSpec { name: stringify!($name), group: SettingGroup::$group, ..$spec };
        )*)*

        /// Every setting, group by group, in the order of the listing and of `.env.example`.
        pub const CATALOGUE: &[SettingSpec] = &[$($($name),*),*];
    };
}

const fn setting(
    value_type: ValueType,
    default: DefaultValue,
    example: &'static str,
    description: &'static str,
) -> SettingSpec {
    let group = SettingGroup::Application;
    SettingSpec { name: "", group, value_type, default, example, description, secret: false }
}

const fn secret(
    value_type: ValueType,
    default: DefaultValue,
    example: &'static str,
    description: &'static str,
) -> SettingSpec {
    SettingSpec { secret: true, ..setting(value_type, default, example, description) }
}

const NOT_SET: DefaultValue = Unset("not set");

catalogue! {
    Application {
        APP_NAME = setting(
            Line,
            Text("ORE Backend API"), "MyApp API",
            "Name in the logs, in mails and in the OpenAPI document.");
        APP_DESCRIPTION = setting(
            Line,
            Text("AI工作流引擎后端服务"), "Accounts for MyApp",
            "Description in the OpenAPI document.");
        APP_VERSION = setting(
            Line,
            Text(env!("CARGO_PKG_VERSION")), "1.4.2",
            "Version that /health, the logs and the OpenAPI document report.");
        ENVIRONMENT = setting(
            Choice(&["development", "testing", "staging", "production"]),
            Text("development"), "production",
            "development, testing, staging or production; production refuses to start with unsafe settings.");
        DEBUG = setting(
            Boolean,
            InDevelopment { text: "true", elsewhere: "false" }, "false",
            "Serve /docs, /redoc and /openapi.json, and log headers at level DEBUG; refused in production.");
        CONFIG_FILE = setting(
            FilePath,
            NOT_SET, "/etc/ore/settings.toml",
            "TOML file with settings under their lower-case names without the prefix; the environment and .env beat it.");
    }

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

    Logging {
        LOG_LEVEL = setting(
            Choice(&["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
            Text("INFO"), "DEBUG",
            "Lowest level logged: DEBUG, INFO, WARNING, ERROR or CRITICAL.");
        LOG_FORMAT = setting(
            Choice(&["json", "text"]),
            Text("json"), "text",
            "json for machines, one object a line, or text for people.");
        DEFAULT_LOCALE = setting(
            Choice(&["zh-CN", "en"]),
            Text("zh-CN"), "en",
            "Language of messages when Accept-Language names none we have: zh-CN or en.");
    }

    Database {
        DATABASE_URL = secret(
            DatabaseUrl,
            Text("sqlite:///./app.db"), "sqlite:///./app.db",
            "Database: sqlite:///relative.db, sqlite:////absolute.db, sqlite:// (memory) or postgresql://user@host/name.");
        DATABASE_POOL_SIZE = setting(
            // Well above the connections that PostgreSQL allows unless told otherwise (100).
            Number(1, 1000),
            TwiceCores, "8",
            "Most connections to the database open at once, whatever for; of those to PostgreSQL one is for probes and migrations.");
        DATABASE_POOLER = setting(
            Choice(&["none", "transaction"]),
            Text("none"), "transaction",
            "Connection pooler in front of PostgreSQL: transaction for PgBouncer with pool_mode = transaction and its like, or none.");
        AUTO_MIGRATE = setting(
            Boolean,
            Text("true"), "false",
            "Bring the database schema up to date at start.");
    }

    Tokens {
        SECRET_KEY = secret(
            Key,
            Unset("random in each process, none in production"), "$(openssl rand -hex 32)",
            "Key that signs access tokens; production needs 32 random bytes or more.");
        ALGORITHM = setting(
            Choice(&["HS256", "HS384", "HS512"]),
            Text("HS256"), "HS512",
            "Signature of access tokens: HS256, HS384 or HS512; the key must be as long as the hash (RFC 7518 3.2).");
        ACCESS_TOKEN_EXPIRE_MINUTES = setting(
            // A year; a token that lives longer is a password.
            Number(1, 365 * 24 * 60),
            Text("30"), "15",
            "Minutes for which an access token is valid.");
        REFRESH_GRACE_SECONDS = setting(
            Number(0, 60),
            Text("10"), "10",
            "Seconds for which a refresh token that was exchanged gives the same successor again, for calls made side by side.");
        SESSION_IDLE_DAYS = setting(
            Number(1, 365),
            Text("14"), "30",
            "Days after which a session that is not used ends.");
        SESSION_ABSOLUTE_DAYS = setting(
            Number(1, 365),
            Text("30"), "90",
            "Days after which a session ends, however much it is used.");
        SESSION_LIMIT = setting(
            Number(1, 1000),
            Text("50"), "10",
            "Most sessions of one user; a further one ends the one that was used least recently.");
        REAUTH_SECONDS = setting(
            Number(1, 86_400),
            Text("600"), "300",
            "Seconds since the user authenticated within which a session may do what cannot be undone.");
        ISSUER = setting(
            Line,
            Text("ore-backend"), "https://api.example.com",
            "The iss claim that tokens carry and must carry.");
        AUDIENCE = setting(
            Line,
            Text("ore"), "myapp",
            "The aud claim that tokens carry and must carry.");
        ACCEPT_LEGACY_TOKENS = setting(
            Boolean,
            Text("false"), "true",
            "Also accept the Python service's tokens while clients move over.");
        LEGACY_TOKEN_EXPIRE_MINUTES = setting(
            Number(1, 365 * 24 * 60),
            Text("30"), "30",
            "How long before its end a token of the Python service was made: what that service has for BACKEND_ACCESS_TOKEN_EXPIRE_MINUTES.");
        LEGACY_SECRET_KEY = secret(
            Key,
            Unset("the value of BACKEND_SECRET_KEY"), "$(cat old-secret-key)",
            "Key of the Python service's tokens, of any length.");
    }

    Passwords {
        PASSWORD_MIN_LENGTH = setting(
            // The longest minimum that every script can meet: UTF-8 takes up to four bytes for a character.
            Number(1, MAXIMUM_PASSWORD_BYTES as u64 / 4),
            Text("8"), "15",
            "Fewest characters of a new password; 15 is advised where a password is the only factor.");
        ARGON2_MEMORY_KIB = setting(
            Number(8, u32::MAX as u64),
            Text("65536"), "65536",
            "Memory of one Argon2id hash in KiB.");
        ARGON2_TIME_COST = setting(
            Number(1, u32::MAX as u64),
            Text("3"), "3",
            "Passes of Argon2id over its memory.");
        ARGON2_PARALLELISM = setting(
            // RFC 9106, 3.1.
            Number(1, (1 << 24) - 1),
            Text("4"), "4",
            "Lanes of Argon2id.");
        HASH_SLOTS = setting(
            // More hashes at once than any machine of today has cores.
            Number(1, 1024),
            Cores, "2",
            "Most password hashes computed at once, each taking its memory.");
        BREACHED_PASSWORDS_FILE = setting(
            FilePath,
            NOT_SET, "/etc/ore/pwned-passwords.txt",
            "List of further passwords that nobody may choose: a password a line, or SHA-1 hashes in order as HEX:count.");
        HASH_WAIT_SECONDS = setting(
            // Clients and proxies give up before that.
            Seconds(60),
            Text("5"), "5",
            "Seconds that a log-in or registration may wait for its hash; one that would wait longer is refused at once.");
    }

    Accounts {
        REGISTRATION = setting(
            Choice(&["open", "invite", "closed"]),
            Text("open"), "closed",
            "Who makes accounts: open for everybody, invite or closed for administrators and operators alone.");
        REGISTRATION_DOMAINS = setting(
            DomainList,
            Text("[]"), "example.org,example.com",
            "Domains of the addresses that may register or become the address of an account; empty for every domain.");
        REQUIRE_VERIFIED_EMAIL = setting(
            Boolean,
            Text("false"), "true",
            "Let nobody log in before the address was shown to be theirs; needs mail.");
        ENUMERATION_SAFE_REGISTRATION = setting(
            Boolean,
            Text("false"), "true",
            "Answer every registration alike and by mail, so that nobody learns which addresses have accounts; needs mail.");
        BOOTSTRAP_ADMIN_EMAIL = setting(
            EmailAddress,
            NOT_SET, "admin@example.org",
            "Address of the first admin, whose account is made once, when nobody has an account.");
        BOOTSTRAP_ADMIN_FILE = setting(
            FilePath,
            Text("./bootstrap-admin.txt"), "/var/lib/ore/bootstrap-admin.txt",
            "File that says how the first admin sets a password; made with the account, and removed once it was used.");
        KEY_ENCRYPTION_KEY = secret(
            Key,
            Unset("./backend.key in development, else none"), "$(openssl rand -base64 32)",
            "Key of what is stored sealed, such as mails that wait: 32 random bytes in base64, the same for all replicas.");
        PREVIOUS_KEY_ENCRYPTION_KEYS = secret(
            Key,
            Text(""), "$(cat old-key-encryption-key)",
            "Keys that BACKEND_KEY_ENCRYPTION_KEY follows, separated by commas: what they have sealed is still opened.");
        AUDIT_RETENTION_DAYS = setting(
            Number(0, 36_500),
            Text("400"), "730",
            "Days after which entries of the audit log are deleted; 0 keeps them forever.");
    }

    Limits {
        RATE_LIMIT_ENABLED = setting(
            Boolean,
            Text("true"), "true",
            "Limit how often clients may call, per address and altogether, and delay failures in a row at one account.");
        RATE_LIMIT_GENERAL_BURST = setting(
            // More than one process can answer; nothing that a limit is for.
            Number(1, 10_000_000),
            Text("2000"), "2000",
            "Calls of any kind that one address (for IPv6 its /64) may make at once.");
        RATE_LIMIT_GENERAL_PER_MINUTE = setting(
            Number(1, 10_000_000),
            Text("60000"), "60000",
            "Calls a minute that the address may make after that; each process counts for itself.");
        RATE_LIMIT_ADDRESS_BURST = setting(
            Number(1, 10_000_000),
            Text("20"), "20",
            "Log-ins that one address may try at once, and registrations as well. An IPv6 /64 counts as one, a /56 as 4, a /48 as 16.");
        RATE_LIMIT_ADDRESS_PER_MINUTE = setting(
            Number(1, 10_000_000),
            Text("10"), "10",
            "Log-ins, and registrations as well, a minute that the address may try after that, on all replicas together.");
        RATE_LIMIT_TOTAL_BURST = setting(
            Number(1, 10_000_000),
            Text("1000"), "1000",
            "Log-ins that may be tried at once, by everybody together, and registrations as well.");
        RATE_LIMIT_TOTAL_PER_MINUTE = setting(
            Number(1, 10_000_000),
            Text("6000"), "6000",
            "Log-ins, and registrations as well, a minute that everybody may try after that, on all replicas together.");
        REDIS_URL = secret(
            RedisUrl,
            NOT_SET, "rediss://redis.internal:6379/0",
            "Redis that counts log-ins for all replicas instead of PostgreSQL; remote: rediss://, or redis://…?tls=disable.");
        REDIS_TIMEOUT_SECONDS = setting(
            // Nobody waits longer to log in.
            Seconds(10),
            Text("0.1"), "0.1",
            "Seconds that a log-in or registration waits for Redis before its process counts by itself.");
    }

    Mail {
        SMTP_URL = secret(
            SmtpUrl,
            NOT_SET, "smtps://ore:password@mail.example.org",
            "Mail server: smtp:// uses STARTTLS where it is offered, ?tls=required at its end insists; smtps:// is TLS from the start.");
        MAIL_FROM = setting(
            Mailbox,
            Unset("ore-backend@localhost while mails go to BACKEND_MAIL_DIR"), "MyApp <no-reply@example.org>",
            "Who mails are from; needed with BACKEND_SMTP_URL.");
        MAIL_DIR = setting(
            DirectoryPath,
            OnlyInDevelopment("./mail"), "./mail",
            "Directory that mails are written to as .eml files while BACKEND_SMTP_URL is not set; made if it is missing.");
        MAIL_TEMPLATES_DIR = setting(
            DirectoryPath,
            NOT_SET, "/etc/ore/mail",
            "Directory of templates that take the place of the built-in ones of the same name.");
    }

    External {
        EXTERNAL_API_URL = setting(
            SiteUrl,
            NOT_SET, "https://api.partner.example/v1",
            "Base URL of an external service that endpoints may call; https in production, but on the machine itself.");
        EXTERNAL_API_KEY = secret(
            Key,
            NOT_SET, "k3y-0f-the-partner",
            "Key of the external service, sent with each call as a bearer token.");
        EXTERNAL_API_TIMEOUT_SECONDS = setting(
            // No client waits longer for an answer.
            Seconds(120),
            Text("10"), "10",
            "Seconds that a call of the external service may take, retries included.");
    }
}
