use std::borrow::Cow;
use std::path::PathBuf;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

use crate::is_loopback_host;

/// The port of mail submission (RFC 6409, 3.1).
const SUBMISSION_PORT: u16 = 587;
/// The port of mail submission over TLS from the start (RFC 8314, 7.3).
const SUBMISSIONS_PORT: u16 = 465;

/// How mails leave.
#[derive(Debug, Clone)]
pub enum MailDelivery {
    /// By a mail server.
    Smtp(SmtpServer),
    /// Into a directory, a file each.
    Directory(PathBuf),
}

/// The server that takes our mails.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    /// Its name in ASCII, or its address; one of IPv6 without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured, as the URL asks.
    pub tls: SmtpTls,
    /// User name and password.
    pub credentials: Option<SmtpCredentials>,
}

/// How the connection to the mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// With STARTTLS where the server offers it (RFC 3207): `smtp://`.
    Offered,
    /// With STARTTLS, or nothing is sent: `smtp://…?tls=required`. An offer that somebody between takes away changes
    /// nothing.
    Required,
    /// With TLS from the start (RFC 8314, 3): `smtps://`.
    FromStart,
}

/// User name and password at the mail server.
#[derive(Debug, Clone)]
pub struct SmtpCredentials {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

impl SmtpServer {
    /// How the connection is secured before anything secret passes it. Credentials never cross a network in clear,
    /// whatever the URL asks.
    pub fn enforced_tls(&self) -> SmtpTls {
        let are_credentials_exposed = self.credentials.is_some() && !self.is_on_this_machine();
        if self.tls == SmtpTls::Offered && are_credentials_exposed { SmtpTls::Required } else { self.tls }
    }

    /// Whether the server is on this machine, so that nothing passes a network.
    pub fn is_on_this_machine(&self) -> bool {
        is_loopback_host(&self.host)
    }
}

impl FromStr for SmtpServer {
    /// The end of a sentence that begins with the text, which is not part of it.
    type Err = &'static str;

    /// Reads `smtp://[user:password@]host[:port][?tls=required]` or the same with `smtps://`.
    fn from_str(text: &str) -> Result<Self, &'static str> {
        if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
            return Err("holds white space or a control character; write it with %, as %20");
        }
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host());
        let url = url.ok_or(
            "is not smtp://[user:password@]host[:port][?tls=required] or the same with smtps://; in a password write \
             / ? # @ : % as %2F %3F %23 %40 %3A %25",
        )?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err("has a path or fragment; in a password write / ? # as %2F %3F %23");
        }
        let (tls, default_port) = match (url.scheme(), url.query()) {
            (_, Some(query)) if query != "tls=required" => {
                return Err("has a query other than ?tls=required; in a password write ? as %3F");
            }
            ("smtps", _) => (SmtpTls::FromStart, SUBMISSIONS_PORT),
            (_, Some(_)) => (SmtpTls::Required, SUBMISSION_PORT),
            (_, None) => (SmtpTls::Offered, SUBMISSION_PORT),
        };
        match url.port().unwrap_or(default_port) {
            0 => Err("has the port 0"),
            port => Ok(Self { host: host(&url)?, port, tls, credentials: credentials(&url)? }),
        }
    }
}

/// The `url` crate leaves the hosts of other schemes than those of web sites as they are written.
fn host(url: &Url) -> Result<String, &'static str> {
    let written = url.host_str().and_then(decoded);
    match written.and_then(|host| Host::parse(&host).ok()) {
        Some(Host::Domain(name)) => Ok(name),
        Some(Host::Ipv4(address)) => Ok(address.to_string()),
        Some(Host::Ipv6(address)) => Ok(address.to_string()),
        None => Err("has a host that is neither a name nor an IP address"),
    }
}

fn credentials(url: &Url) -> Result<Option<SmtpCredentials>, &'static str> {
    // RFC 4616, 2: neither may hold NUL, and no mechanism takes a line break.
    let part = |text| decoded(text).filter(|text| !text.chars().any(char::is_control));
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None | Some("")) => Err("has a user without a password, or a password without a user"),
        (user, Some(password)) => {
            let (user, password) = part(user)
                .zip(part(password))
                .ok_or("has a user or password that is not UTF-8 or holds a control character")?;
            Ok(Some(SmtpCredentials { user, password: SecretString::from(password) }))
        }
    }
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::relay(SmtpTls::Offered, "mail.example", false, SmtpTls::Offered)]
    #[case::credentials(SmtpTls::Offered, "mail.example", true, SmtpTls::Required)]
    #[case::credentials_by_address(SmtpTls::Offered, "192.0.2.7", true, SmtpTls::Required)]
    #[case::name_like_this_machine(SmtpTls::Offered, "localhost.example", true, SmtpTls::Required)]
    #[case::credentials_on_this_machine(SmtpTls::Offered, "localhost", true, SmtpTls::Offered)]
    #[case::loopback(SmtpTls::Offered, "127.0.0.2", true, SmtpTls::Offered)]
    #[case::loopback_v6(SmtpTls::Offered, "::1", true, SmtpTls::Offered)]
    #[case::insisting(SmtpTls::Required, "localhost", false, SmtpTls::Required)]
    #[case::from_start(SmtpTls::FromStart, "mail.example", true, SmtpTls::FromStart)]
    fn credentials_leave_this_machine_over_tls_alone(
        #[case] tls: SmtpTls,
        #[case] host: &str,
        #[case] has_credentials: bool,
        #[case] expected: SmtpTls,
    ) {
        let credentials = has_credentials
            .then(|| SmtpCredentials { user: "ore".to_owned(), password: SecretString::from("hunter2") });
        let server = SmtpServer { host: host.to_owned(), port: 587, tls, credentials };
        assert_eq!(server.enforced_tls(), expected);
    }
}
