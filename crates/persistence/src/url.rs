use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::postgres_parameters::PostgresParameters;
use crate::url_error::DatabaseUrlError;

/// Where the data lives, in the forms that SQLAlchemy takes.
///
/// `sqlite:///./app.db` (relative), `sqlite:////var/lib/ore/app.db` (absolute), `sqlite://` and `sqlite:///:memory:`
/// (memory), also with `sqlite+pysqlite` or `sqlite+aiosqlite`; `postgresql://…`, `postgresql+driver://…`,
/// `postgres://…`, with one host or several. There is no `Display`, because the text may hold a password;
/// [`DatabaseUrl::masked`] is for people.
#[derive(Clone)]
pub struct DatabaseUrl {
    pub(crate) location: Location,
    masked: String,
}

/// The parsed form of a URL.
#[derive(Clone)]
pub(crate) enum Location {
    SqliteMemory,
    SqliteFile(String),
    Postgres(PostgresParameters),
}

/// What Python's `sqlite3` is given in a URL of SQLAlchemy. None changes what is opened, and none has a meaning here.
const PYTHON_DRIVER_PARAMETERS: [&str; 5] =
    ["cached_statements", "check_same_thread", "detect_types", "isolation_level", "timeout"];

impl DatabaseUrl {
    /// The URL with `***` in place of every password, for the listing of the settings.
    pub fn masked(&self) -> &str {
        &self.masked
    }

    /// Whether the data is lost when the process ends.
    pub fn is_memory(&self) -> bool {
        matches!(self.location, Location::SqliteMemory)
    }

    /// The file of a SQLite database, if it does not exist.
    pub fn missing_file(&self) -> Option<&Path> {
        match &self.location {
            Location::SqliteFile(path) => Some(Path::new(path)).filter(|path| !path.exists()),
            Location::SqliteMemory | Location::Postgres(_) => None,
        }
    }

    /// Whether the data lives in PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.location, Location::Postgres(_))
    }

    /// Whether passwords and data would cross a network in the clear: PostgreSQL on another host, with an `sslmode`
    /// that is not one of `require`, `verify-ca` and `verify-full`. (`prefer`, the default of libpq, gives way to
    /// anybody in between.)
    pub fn is_remote_without_tls(&self) -> bool {
        match &self.location {
            Location::Postgres(parameters) => parameters.is_remote() && !parameters.enforces_tls(),
            Location::SqliteMemory | Location::SqliteFile(_) => false,
        }
    }

    fn enforces_tls(&self) -> bool {
        matches!(&self.location, Location::Postgres(parameters) if parameters.enforces_tls())
    }

    /// Whether the URL says `sslmode=disable`, which is how an operator allows a connection without TLS.
    pub fn disables_tls_explicitly(&self) -> bool {
        matches!(&self.location, Location::Postgres(parameters) if parameters.disables_tls())
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        let url = parse(text)?;
        if cfg!(not(feature = "pg-tls")) && url.enforces_tls() {
            return Err(DatabaseUrlError::TlsNotBuilt);
        }
        Ok(url)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("DatabaseUrl").field(&self.masked).finish()
    }
}

fn parse(text: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    if text.chars().any(char::is_control) {
        return Err(DatabaseUrlError::ControlCharacter);
    }
    let (scheme, rest) = text.split_once("://").ok_or(DatabaseUrlError::NotAUrl)?;
    if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte)) {
        return Err(DatabaseUrlError::NotAUrl);
    }
    match scheme.split_once('+') {
        None if scheme == "sqlite" => parse_sqlite(rest),
        Some(("sqlite", "pysqlite" | "aiosqlite")) => parse_sqlite(rest),
        None if scheme == "postgres" || scheme == "postgresql" => parse_postgres(rest),
        Some(("postgresql", driver)) if !driver.is_empty() => parse_postgres(rest),
        _ => Err(DatabaseUrlError::UnsupportedDatabase(scheme.to_owned())),
    }
}

/// As SQLAlchemy reads it: what follows the third slash is the path as it stands, with no escapes.
fn parse_sqlite(rest: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let names = query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty());
    if names.into_iter().any(|name| !PYTHON_DRIVER_PARAMETERS.contains(&name)) {
        return Err(DatabaseUrlError::SqliteParameter);
    }
    let path = match rest.strip_prefix('/') {
        Some(path) => path,
        None if rest.is_empty() => "",
        None => return Err(DatabaseUrlError::SqliteWithHost),
    };
    let location = match path {
        "" | ":memory:" => Location::SqliteMemory,
        path if path.starts_with('/') => Location::SqliteFile(path.to_owned()),
        // Explicitly relative, so that SQLite takes no name for one of its `file:` URIs or its special names.
        path => Location::SqliteFile(format!("./{}", path.strip_prefix("./").unwrap_or(path))),
    };
    Ok(DatabaseUrl { location, masked: format!("sqlite://{rest}") })
}

fn parse_postgres(rest: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    let parameters = PostgresParameters::parse(rest)?;
    let masked = parameters.masked();
    Ok(DatabaseUrl { location: Location::Postgres(parameters), masked })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::relative("sqlite:///./app.db", Some("./app.db"))]
    #[case::relative_without_dot("sqlite:///app.db", Some("./app.db"))]
    #[case::relative_upwards("sqlite:///../data/app.db", Some("./../data/app.db"))]
    #[case::absolute("sqlite:////var/lib/ore/app.db", Some("/var/lib/ore/app.db"))]
    #[case::name_of_a_uri("sqlite:///file:app.db", Some("./file:app.db"))]
    #[case::escapes_are_no_escapes("sqlite:///a%20b.db", Some("./a%20b.db"))]
    #[case::for_the_python_driver("sqlite:///app.db?check_same_thread=False", Some("./app.db"))]
    #[case::driver_of_python("sqlite+pysqlite:///./app.db?timeout=30", Some("./app.db"))]
    #[case::asynchronous_driver_of_python("sqlite+aiosqlite:////var/lib/app.db", Some("/var/lib/app.db"))]
    #[case::memory_of_a_driver("sqlite+aiosqlite://", None)]
    #[case::memory("sqlite://", None)]
    #[case::memory_with_slash("sqlite:///", None)]
    #[case::memory_by_name("sqlite:///:memory:", None)]
    fn a_sqlite_url_names_a_file_or_memory(#[case] text: &str, #[case] expected: Option<&str>) {
        let url = parse(text).unwrap();
        let path = match &url.location {
            Location::SqliteFile(path) => Some(path.as_str()),
            Location::SqliteMemory => None,
            Location::Postgres(_) => panic!("{text} is not PostgreSQL"),
        };
        assert_eq!(path, expected);
        assert_eq!(url.is_memory(), expected.is_none());
    }

    #[rstest]
    #[case::no_url("app.db", "this is not a database URL;")]
    #[case::no_scheme("://host/ore", "this is not a database URL;")]
    #[case::password_before_the_scheme("ada:hunter2://host", "this is not a database URL;")]
    #[case::mysql("mysql://ada:hunter2@host/ore", "\"mysql\" is not a supported database;")]
    #[case::mysql_driver("mysql+pymysql://ada:hunter2@host/ore", "\"mysql+pymysql\" is not")]
    #[case::sqlite_driver_that_encrypts("sqlite+pysqlcipher:///app.db", "\"sqlite+pysqlcipher\" is not")]
    #[case::empty_driver("postgresql+://ada:hunter2@host/ore", "\"postgresql+\" is not")]
    #[case::postgres_driver_by_the_short_name("postgres+psycopg2://host/ore", "\"postgres+psycopg2\" is not")]
    #[case::sqlite_host("sqlite://app.db", "a SQLite URL names no host;")]
    #[case::sqlite_mode("sqlite:///app.db?mode=ro", "a SQLite URL takes no parameters")]
    #[case::raw_at("postgresql://ada:hunter2@x@host/ore", "an @ in the user name or password")]
    #[case::raw_at_and_slash("postgresql://ada:p@s/hunter2@host/ore", "an @ in the user name or password")]
    #[case::raw_at_and_question("postgresql://ada:p@s?user=hunter2@host/ore", "an @ in the user name or password")]
    #[case::raw_at_and_foreign_name("postgresql://ada:p@s?hunter=2@host/ore", "an @ in the user name or password")]
    #[case::slash_in_the_user("postgresql://a/da:hunter2@host/ore", "an @ in the user name or password")]
    #[case::question_in_the_user("postgresql://a?user=da:hunter2@host/ore", "an @ in the user name or password")]
    #[case::broken_escape("postgresql://ada:hunter2%4@host/ore", "a % in a PostgreSQL URL")]
    #[case::not_utf8("postgresql://ada:hunter2%ff@host/ore", "a % in a PostgreSQL URL")]
    #[case::password_without_host("postgresql://ada:hunter2", "the port in a PostgreSQL URL")]
    #[case::port_zero("postgresql://host:0/ore", "the port in a PostgreSQL URL")]
    #[case::port_too_great("postgresql://host:65536/ore", "the port in a PostgreSQL URL")]
    #[case::open_bracket("postgresql://[::1/ore", "the port in a PostgreSQL URL")]
    #[case::foreign_parameter(
        "postgresql://host/ore?prepared_statement_cache_size=0",
        "the PostgreSQL URL has a parameter that libpq does not know: prepared_statement_cache_size"
    )]
    #[case::not_a_name("postgresql://host/ore?Hunter2", "the PostgreSQL URL has a parameter that libpq does not know")]
    #[case::mode_of_tls("postgresql://host/ore?sslmode=on", "sslmode is one of")]
    #[case::mode_of_tls_for_asyncpg("postgresql://host/ore?ssl=off", "sslmode is one of")]
    #[case::port_of_the_second_host("postgresql://h1:5432,h2:x/ore", "the port in a PostgreSQL URL")]
    #[case::port_in_the_query("postgresql:///ore?host=a:x&host=b", "the port in a PostgreSQL URL")]
    #[case::port_for_no_host("postgresql://h1,h2,h3/ore?port=1,2", "a PostgreSQL URL names one port")]
    #[case::line_break("postgresql://ada:hunter2\n@host/ore", "a database URL contains no control characters")]
    #[case::escaped_nul("postgresql://ada:hunter2%00@host/ore", "a database URL contains no control characters")]
    fn what_is_not_a_usable_url_is_refused_in_a_clause_without_the_password(#[case] text: &str, #[case] start: &str) {
        let message = text.parse::<DatabaseUrl>().unwrap_err().to_string();
        assert!(message.starts_with(start), "{message}");
        assert!(!message.to_lowercase().contains("hunter2"), "{message}");
    }

    #[rstest]
    #[case("sqlite:///./app.db", "sqlite:///./app.db")]
    #[case("sqlite://", "sqlite://")]
    #[case("postgresql://ada:hunter2@db:5432/ore", "postgresql://ada:***@db:5432/ore")]
    #[case("postgres://ada@db/ore", "postgresql://ada@db/ore")]
    #[case("postgresql://ada:hun/ter?2#:x@db/ore", "postgresql://ada:***@db/ore")]
    #[case("postgresql+psycopg2://:hunter2@[::1]/ore", "postgresql://:***@[::1]/ore")]
    #[case("postgresql://db/ore?password=hunter2&sslmode=require", "postgresql://:***@db/ore?sslmode=require")]
    #[case("postgresql://db/ore?sslpassword=hunter2", "postgresql://db/ore?sslpassword=***")]
    #[case("postgresql://ada:hunter2@/ore?host=/run/postgresql", "postgresql://ada:***@/ore?host=/run/postgresql")]
    fn a_url_is_shown_without_its_passwords(#[case] text: &str, #[case] masked: &str) {
        let url = parse(text).unwrap();
        assert_eq!(url.masked(), masked);
        assert_eq!(format!("{url:?}"), format!("DatabaseUrl({masked:?})"));
    }

    #[rstest]
    #[case::sqlite("sqlite:///app.db", false)]
    #[case::name("postgresql://db/ore", true)]
    #[case::address("postgresql://10.0.0.7/ore", true)]
    #[case::disabled("postgresql://db/ore?sslmode=disable", true)]
    #[case::preferred("postgresql://db/ore?sslmode=prefer", true)]
    #[case::required("postgresql://db/ore?sslmode=require", false)]
    #[case::authority_verified("postgresql://db/ore?sslmode=verify-ca", false)]
    #[case::all_verified("postgresql://db/ore?sslmode=verify-full", false)]
    #[case::the_last_mode_counts("postgresql://db/ore?sslmode=require&sslmode=allow", true)]
    #[case::localhost("postgresql://LocalHost/ore", false)]
    #[case::loopback("postgresql://127.1.2.3/ore", false)]
    #[case::loopback_v6("postgresql://[::1]:5432/ore", false)]
    #[case::socket("postgresql:///ore", false)]
    #[case::named_socket("postgresql:///ore?host=/run/postgresql", false)]
    #[case::socket_by_escape("postgresql://%2Frun%2Fpostgresql/ore", false)]
    #[case::the_parameter_beats_the_authority("postgresql://localhost/ore?host=db", true)]
    #[case::the_address_beats_the_name("postgresql://localhost/ore?hostaddr=10.0.0.7", true)]
    #[case::one_of_several("postgresql:///ore?host=localhost,db", true)]
    #[case::the_second_in_front("postgresql://localhost:5432,db:5433/ore", true)]
    #[case::all_in_front("postgresql://localhost:5432,127.0.0.1:5433/ore", false)]
    #[case::the_second_as_sqlalchemy_says_it("postgresql:///ore?host=localhost:5432&host=db:5433", true)]
    #[case::a_name_without_an_address("postgresql://localhost,db/ore?hostaddr=127.0.0.1,", true)]
    #[case::an_address_for_each_name("postgresql://a,b/ore?hostaddr=127.0.0.1,127.0.0.2", false)]
    #[case::asyncpg_without_tls("postgresql+asyncpg://db/ore?ssl=prefer", true)]
    fn a_remote_server_without_tls_is_noticed(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(parse(text).unwrap().is_remote_without_tls(), expected);
    }

    #[rstest]
    #[case::required("postgresql://db/ore?sslmode=require")]
    #[case::authority_verified("postgresql://localhost/ore?sslmode=verify-ca")]
    #[case::all_verified("postgresql://db/ore?sslrootcert=/etc/ssl/ca.crt&sslmode=verify-full")]
    fn a_url_that_enforces_tls_is_taken_by_a_program_that_has_it(#[case] text: &str) {
        let refusal = text.parse::<DatabaseUrl>().err();
        let expected = cfg!(not(feature = "pg-tls")).then_some(DatabaseUrlError::TlsNotBuilt);
        assert_eq!(refusal, expected);
    }

    #[rstest]
    #[case("postgresql://db/ore?sslmode=disable", true)]
    #[case("postgresql://db/ore?sslmode=allow", false)]
    #[case("postgresql://db/ore", false)]
    #[case("sqlite://", false)]
    fn only_sslmode_disable_disables_tls_explicitly(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(parse(text).unwrap().disables_tls_explicitly(), expected);
    }
}
