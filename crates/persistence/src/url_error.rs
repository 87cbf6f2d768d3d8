use std::fmt;

/// Why a text is not the URL of a database. Shows nothing of a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// There is no `scheme://` in front.
    #[error("this is not a database URL; write sqlite:///./app.db or postgresql://user:password@host/database")]
    NotAUrl,
    /// A scheme of another database, or of a driver that has no meaning here.
    #[error("\"{0}\" is not a supported database; use sqlite:///path or postgresql://user:password@host/database")]
    UnsupportedDatabase(String),
    /// `sqlite://name`, where SQLAlchemy wants three slashes, or four for an absolute path.
    #[error("a SQLite URL names no host; write sqlite:///relative/path or sqlite:////absolute/path")]
    SqliteWithHost,
    /// A parameter of the SQLite URL that would change what is opened.
    #[error("a SQLite URL takes no parameters here")]
    SqliteParameter,
    /// Another `@` than the one that ends the user name and password, or a `/` or `?` in the user name.
    #[error(
        "an @ in the user name or password of a PostgreSQL URL, or behind the host, is written %40; / and ? in the user \
         name are written %2F and %3F"
    )]
    UnescapedAt,
    /// A percent sign that two hexadecimal digits do not follow, or an escape that is not UTF-8.
    #[error("a % in a PostgreSQL URL begins an escape such as %40; a % itself is written %25")]
    MalformedEscape,
    /// The port is missing after its colon or is not a port.
    #[error("the port in a PostgreSQL URL is a number from 1 to 65535")]
    MalformedPort,
    /// More ports than one, and not one for each host.
    #[error("a PostgreSQL URL names one port for all of its hosts, or one for each")]
    PortForNoHost,
    /// A query parameter that libpq does not have.
    #[error("the PostgreSQL URL has a parameter that libpq does not know{0}")]
    UnknownParameter(ParameterName),
    /// A value of `sslmode` that libpq does not have.
    #[error("sslmode is one of disable, allow, prefer, require, verify-ca and verify-full")]
    UnknownSslMode,
    /// A value of `sslmode` that a program without TLS for PostgreSQL cannot keep to.
    #[error(
        "this program was built without TLS for PostgreSQL; use a release, the image, or a build with --features pg-tls"
    )]
    TlsNotBuilt,
    /// Line breaks and the like, which no database needs.
    #[error("a database URL contains no control characters")]
    ControlCharacter,
}

/// The name of a refused parameter; shown when it looks like a name, since a misplaced password may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterName(Option<String>);

impl ParameterName {
    pub(crate) fn of(text: &str) -> Self {
        let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        Self(is_name.then(|| text.to_owned()))
    }
}

impl fmt::Display for ParameterName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |name| write!(formatter, ": {name}"))
    }
}
