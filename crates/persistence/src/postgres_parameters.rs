use ore_domain::is_loopback_host;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::postgres_hosts::{check_ports, split_authority, split_query_hosts};
use crate::url_error::{DatabaseUrlError, ParameterName};

/// The parameters of a connection that libpq knows (PostgreSQL documentation, 34.1.2), except `service` and `passfile`,
/// which would bring in other parameters from elsewhere, `replication`, which is not ours to change, and those that
/// write secrets to a file or ask a person.
const KNOWN: &[&str] = &[
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "options",
    "password",
    "port",
    "require_auth",
    "requirepeer",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

const SECRET: &[&str] = &["password", "sslpassword"];

const SSL_MODES: &[&str] = &["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// The characters that are escaped when a URL is written again.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'#').add(b'%').add(b'&').add(b'+').add(b'=').add(b'?').add(b'@');

/// The parameters of a PostgreSQL connection, by the names of libpq. Of two with one name the later counts.
#[derive(Clone)]
pub(crate) struct PostgresParameters(Vec<(String, Zeroizing<String>)>);

impl PostgresParameters {
    /// Reads what follows `postgresql://`, split as SQLAlchemy splits it: a user name has no `/` and no `:`, a password
    /// no `@`.
    pub(crate) fn parse(rest: &str) -> Result<Self, DatabaseUrlError> {
        let mut parameters = Self(Vec::new());
        let (user_information, rest) = split_user_information(rest);
        // Or else the end of a password would be taken for a host, a database or a parameter, and shown as one.
        if rest.contains('@') {
            return Err(DatabaseUrlError::UnescapedAt);
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, password) = user_information.split_once(':').unwrap_or((user_information, ""));
        parameters.add("user", decode(user)?);
        parameters.add("password", decode(password)?);
        let (hosts, ports) = split_authority(authority)?;
        parameters.add("host", decode(&hosts)?);
        parameters.add("port", Zeroizing::new(ports));
        parameters.add("dbname", decode(database)?);
        parameters.add_query(query)?;
        check_ports(parameters.get("port").unwrap_or_default(), parameters.servers().len())?;
        if parameters.get("sslmode").is_some_and(|mode| !SSL_MODES.contains(&mode)) {
            return Err(DatabaseUrlError::UnknownSslMode);
        }
        Ok(parameters)
    }

    fn add(&mut self, name: &str, value: Zeroizing<String>) {
        if !value.is_empty() {
            self.0.push((name.to_owned(), value));
        }
    }

    fn add_query(&mut self, query: &str) -> Result<(), DatabaseUrlError> {
        let mut hosts = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(&value.replace('+', " "))?;
            match name {
                "host" => hosts.push(value),
                // Always UTF8, whatever the Python service was told.
                "client_encoding" => {}
                "ssl" => self.add("sslmode", sslmode_of(&value)?),
                _ if KNOWN.contains(&name) => self.add(name, value),
                _ => return Err(DatabaseUrlError::UnknownParameter(ParameterName::of(name))),
            }
        }
        let (hosts, ports) = split_query_hosts(&hosts);
        self.add("host", Zeroizing::new(hosts));
        self.add("port", Zeroizing::new(ports));
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The connection string of libpq, with `defaults` for what the URL leaves open.
    pub(crate) fn connection_string(&self, defaults: &[(&str, &str)]) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        let given = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in defaults.iter().copied().chain(given) {
            text.push_str(name);
            text.push_str("='");
            for character in value.chars() {
                if matches!(character, '\'' | '\\') {
                    text.push('\\');
                }
                text.push(character);
            }
            text.push_str("' ");
        }
        text
    }

    /// The URL again, in one form whatever form it had, with `***` for what is secret.
    pub(crate) fn masked(&self) -> String {
        let shown = |name| self.get(name).map(|value| utf8_percent_encode(value, ESCAPED).to_string());
        let mut url = String::from("postgresql://");
        if let Some(user) = shown("user") {
            url.push_str(&user);
        }
        if self.get("password").is_some() {
            url.push_str(":***");
        }
        if self.get("user").or(self.get("password")).is_some() {
            url.push('@');
        }
        let socket = self.get("host").filter(|host| !is_plain_host(host));
        if socket.is_none() {
            url.push_str(&shown("host").map_or_else(String::new, |host| bracketed(&host)));
            url.push_str(&shown("port").map_or_else(String::new, |port| format!(":{port}")));
        }
        url.push('/');
        url.push_str(&shown("dbname").unwrap_or_default());
        let query = self.masked_query(socket.is_some());
        if query.is_empty() { url } else { url + "?" + &query }
    }

    /// The query string with its secrets masked.
    fn masked_query(&self, host_is_socket: bool) -> String {
        let stands_in_front = |name: &str| {
            matches!(name, "user" | "password" | "dbname") || (!host_is_socket && matches!(name, "host" | "port"))
        };
        let parameters = self.0.iter().filter(|(name, _)| !stands_in_front(name)).map(|(name, value)| {
            let value = if SECRET.contains(&name.as_str()) { "***" } else { value };
            format!("{name}={}", utf8_percent_encode(value, ESCAPED))
        });
        parameters.collect::<Vec<_>>().join("&")
    }

    /// Where libpq connects to, in the order in which it tries: to the address of a host, or else to its name. An empty
    /// text is its default socket.
    fn servers(&self) -> Vec<&str> {
        let list = |name| self.get(name).unwrap_or_default().split(',').collect::<Vec<_>>();
        let (mut servers, addresses) = (list("host"), list("hostaddr"));
        servers.resize(servers.len().max(addresses.len()), "");
        for (server, address) in servers.iter_mut().zip(addresses).filter(|(_, address)| !address.is_empty()) {
            *server = address;
        }
        servers
    }

    /// Whether libpq has more than one server to choose from.
    pub(crate) fn has_several_servers(&self) -> bool {
        self.servers().len() > 1
    }

    /// Whether any of the servers is neither on this machine nor a socket in its file system.
    pub(crate) fn is_remote(&self) -> bool {
        self.servers().into_iter().any(|server| !is_local(server))
    }

    pub(crate) fn enforces_tls(&self) -> bool {
        matches!(self.get("sslmode"), Some("require" | "verify-ca" | "verify-full"))
    }

    pub(crate) fn disables_tls(&self) -> bool {
        self.get("sslmode") == Some("disable")
    }
}

fn split_user_information(rest: &str) -> (&str, &str) {
    match rest.split_once('@') {
        Some((before, after)) if !before.split(':').next().unwrap_or_default().contains(['/', '?']) => (before, after),
        _ => ("", rest),
    }
}

fn decode(text: &str) -> Result<Zeroizing<String>, DatabaseUrlError> {
    let mut after_percent = text.split('%').skip(1).map(|piece| piece.as_bytes().get(..2));
    if !after_percent.all(|digits| digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))) {
        return Err(DatabaseUrlError::MalformedEscape);
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| DatabaseUrlError::MalformedEscape)?;
    if decoded.chars().any(char::is_control) {
        return Err(DatabaseUrlError::ControlCharacter);
    }
    Ok(Zeroizing::new(decoded.into_owned()))
}

/// `ssl=true` for libpq and JDBC, a mode for asyncpg.
fn sslmode_of(ssl: &str) -> Result<Zeroizing<String>, DatabaseUrlError> {
    let mode = if ssl.eq_ignore_ascii_case("true") { "require" } else { ssl };
    if SSL_MODES.contains(&mode) { Ok(Zeroizing::new(mode.to_owned())) } else { Err(DatabaseUrlError::UnknownSslMode) }
}

fn is_local(host: &str) -> bool {
    host.is_empty() || host.starts_with(['/', '@']) || is_loopback_host(host)
}

/// Whether the host can stand between the slashes of a URL.
fn is_plain_host(host: &str) -> bool {
    !host.contains(['/', '@', ','])
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::whole(
        "ada:hunter2@db:5433/ore?sslmode=require",
        "user='ada' password='hunter2' host='db' port='5433' dbname='ore' sslmode='require' "
    )]
    #[case::nothing("/", "")]
    #[case::escapes("a%40b:%2f%25%3A@db/o%20re", "user='a@b' password='/%:' host='db' dbname='o re' ")]
    #[case::raw_slash_and_question_mark_in_the_password(
        "ada:a/b?c@db/ore",
        "user='ada' password='a/b?c' host='db' dbname='ore' "
    )]
    #[case::quotes("ada:it's\\@db/ore", "user='ada' password='it\\'s\\\\' host='db' dbname='ore' ")]
    #[case::plus_is_a_space_in_the_query_alone(
        "a+b@db/ore?options=-c+geqo%3Doff",
        "user='a+b' host='db' dbname='ore' options='-c geqo=off' "
    )]
    #[case::at_in_the_query("db/ore?application_name=a%40b", "host='db' dbname='ore' application_name='a@b' ")]
    #[case::address_v6("[fe80::1]:5433/ore", "host='fe80::1' port='5433' dbname='ore' ")]
    #[case::several_hosts("ada@h1:5432,h2:5433/ore", "user='ada' host='h1,h2' port='5432,5433' dbname='ore' ")]
    #[case::several_hosts_of_sqlalchemy(
        "/ore?host=a:5432&host=b:5433&sslmode=require",
        "dbname='ore' sslmode='require' host='a,b' port='5432,5433' "
    )]
    #[case::hosts_of_the_query_with_the_port_in_front(":5433/ore?host=a,b", "port='5433' dbname='ore' host='a,b' ")]
    #[case::encoding_of_the_client("db/ore?client_encoding=latin1", "host='db' dbname='ore' ")]
    #[case::tls_of_jdbc("db/ore?ssl=true", "host='db' dbname='ore' sslmode='require' ")]
    #[case::tls_of_asyncpg("db/ore?ssl=verify-full", "host='db' dbname='ore' sslmode='verify-full' ")]
    fn a_url_becomes_the_connection_string_of_libpq(#[case] rest: &str, #[case] expected: &str) {
        assert_eq!(*PostgresParameters::parse(rest).unwrap().connection_string(&[]), expected);
    }

    #[test]
    fn what_the_url_says_stands_after_the_defaults_and_so_counts() {
        let parameters = PostgresParameters::parse("db/ore?connect_timeout=7").unwrap();
        let text = parameters.connection_string(&[("connect_timeout", "2")]);
        assert_eq!(*text, "connect_timeout='2' host='db' dbname='ore' connect_timeout='7' ");
    }
}
