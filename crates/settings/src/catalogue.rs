//! The one table of settings. Known names, defaults, `.env.example`, the listing and fault lines all come from here.

use ore_security::password::MAXIMUM_PASSWORD_BYTES;

use super::declaration::{NOT_SET, secret, setting, settings};
use super::server_catalogue::SERVER;
use super::spec::DefaultValue::{Cores, InDevelopment, OnlyInDevelopment, Text, TwiceCores, Unset};
use super::spec::SettingSpec;
use super::value_type::ValueType::{
    Boolean, Choice, Color, DatabaseUrl, DirectoryPath, DomainList, EmailAddress, FilePath, Key, Line, Mailbox, Number,
    RedisUrl, RoleList, Seconds, SiteUrl, SmtpUrl,
};

pub(super) use super::server_catalogue::*;

/// Every setting, group by group, in the order of the listing and of `.env.example`.
pub const CATALOGUE: &[SettingSpec] =
    &joined::<{ APPLICATION.len() + SERVER.len() + OTHERS.len() }>([APPLICATION, SERVER, OTHERS]);

const fn joined<const N: usize>(parts: [&[SettingSpec]; 3]) -> [SettingSpec; N] {
    let mut all = [APP_NAME; N];
    let (mut part, mut filled) = (0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            all[filled] = parts[part][index];
            filled += 1;
            index += 1;
        }
        part += 1;
    }
    all
}

settings! {
    APPLICATION:
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
        PAGES = setting(
            Boolean,
            Text("true"), "false",
            "Serve the pages on which people look after their account, at /account.");
        ACCENT_COLOR = setting(
            Color,
            NOT_SET, "0b6e4f",
            "Colour of links and buttons on the pages and of links in mails, as #rrggbb, dark enough to be read; a lighter one is derived for dark screens.");
        LOGO_FILE = setting(
            FilePath,
            NOT_SET, "/etc/ore/logo.svg",
            "SVG or PNG file of at most 64 KiB that the pages show before the name; mails show a PNG.");
        CONFIG_FILE = setting(
            FilePath,
            NOT_SET, "/etc/ore/settings.toml",
            "TOML file with settings under their lower-case names without the prefix; the environment and .env beat it.");
    }
}

settings! {
    OTHERS:
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
        DATABASE_MIGRATION_URL = secret(
            DatabaseUrl,
            NOT_SET, "postgresql://owner@host/name",
            "The same PostgreSQL database for migrations, as a role that owns its tables; that of BACKEND_DATABASE_URL need only change rows then.");
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
            "Key that signs access tokens with HMAC; production needs 32 random bytes or more.");
        PREVIOUS_SECRET_KEYS = secret(
            Key,
            Text(""), "$(cat old-secret-key)",
            "Keys of HMAC whose access tokens are accepted too, separated by commas: add the next key here on every replica, then swap the two.");
        ALGORITHM = setting(
            Choice(&["HS256", "HS384", "HS512", "EdDSA", "ES256", "RS256"]),
            Text("HS256"), "EdDSA",
            "Signature of access tokens: HS256, HS384 or HS512 with a secret key as long as the hash (RFC 7518 3.2), or EdDSA, ES256 or RS256 with pairs of keys, which others check without being able to sign.");
        PREVIOUS_ALGORITHM = setting(
            Choice(&["HS256", "HS384", "HS512", "EdDSA", "ES256", "RS256"]),
            NOT_SET, "HS256",
            "Algorithm before BACKEND_ALGORITHM was changed, whose access tokens are accepted until they end.");
        SIGNING_KEY_FILES = setting(
            FilePath,
            Text(""), "/etc/ore/signing.pem",
            "Files in PEM with the pairs of keys, separated by commas: the first signs, the others verify; without any the keys are kept in the database, sealed.");
        KEY_ROTATION_DAYS = setting(
            Number(0, 3650),
            Text("0"), "90",
            "Days after which a pair of keys in the database is followed by another; 0 leaves that to an operator.");
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
            "The iss claim that tokens carry and must carry; with pairs of keys, unless it is set, BACKEND_PUBLIC_URL.");
        PREVIOUS_ISSUER = setting(
            Line,
            NOT_SET, "ore-backend",
            "Issuer before BACKEND_ISSUER was changed, whose access tokens are accepted until they end.");
        AUDIENCE = setting(
            Line,
            Text("ore"), "myapp",
            "The aud claim that tokens carry and must carry.");
        EXCHANGE_AUDIENCES = setting(
            Line,
            Text(""), "billing.example.com,search.example.com",
            "Other services, separated by commas, for which clients may exchange access tokens of theirs.");
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
        REQUIRE_MFA = setting(
            RoleList,
            Text("[]"), "admin",
            "Roles whose holders must have a second factor, user for everybody: until then they can only set one up.");
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
            "Redis that counts log-ins for all replicas instead of PostgreSQL; remote: rediss://, or redis://…?tls=disable. With sentinels: rediss+sentinel://:password@s1:26379,s2:26379/name.");
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
