//! The server that takes our mails, as a URL names it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

use super::form::Rejected;
use super::forms::is_loopback_host;

/// The port of mail submission (RFC 6409, 3.1).
const SUBMISSION_PORT: u16 = 587;
/// The port of mail submission over TLS from the start (RFC 8314, 7.3).
const SUBMISSIONS_PORT: u16 = 465;

/// The server that takes our mails.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
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
    /// With STARTTLS, or nothing is sent: `smtp://…?tls=required`.
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

impl SmtpSettings {
    /// Whether the server is on this machine, so that nothing passes a network.
    pub fn is_on_this_machine(&self) -> bool {
        is_loopback_host(&self.host)
    }

    /// Reads `smtp://[user:password@]host[:port][?tls=required]` or the same with `smtps://`.
    pub(super) fn parse(text: &str) -> Result<Self, Rejected> {
        let refuse = |reason: &str| Err(Rejected::new(reason));
        if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
            return refuse("holds white space or a control character; write it with %, as %20");
        }
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host());
        let Some(url) = url else {
            return refuse(
                "is not smtp://[user:password@]host[:port][?tls=required] or the same with smtps://; in a password \
                 write / ? # @ : % as %2F %3F %23 %40 %3A %25",
            );
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return refuse("has a path or fragment; in a password write / ? # as %2F %3F %23");
        }
        if url.query().is_some_and(|query| query != "tls=required") {
            return refuse("has a query other than ?tls=required; in a password write ? as %3F");
        }
        let tls = match (url.scheme(), url.query()) {
            ("smtps", _) => SmtpTls::FromStart,
            (_, Some(_)) => SmtpTls::Required,
            (_, None) => SmtpTls::Offered,
        };
        let default_port = if tls == SmtpTls::FromStart { SUBMISSIONS_PORT } else { SUBMISSION_PORT };
        let port = url.port().unwrap_or(default_port);
        if port == 0 {
            return refuse("has the port 0");
        }
        Ok(Self { host: host(&url)?, port, tls, credentials: credentials(&url)? })
    }
}

/// The `url` crate leaves the hosts of other schemes than those of web sites as they are written.
fn host(url: &Url) -> Result<String, Rejected> {
    let no_host = || Rejected::new("has a host that is neither a name nor an IP address");
    let written = url.host_str().and_then(decoded).ok_or_else(no_host)?;
    match Host::parse(&written).map_err(|_| no_host())? {
        Host::Domain(name) => Ok(name),
        Host::Ipv4(address) => Ok(address.to_string()),
        Host::Ipv6(address) => Ok(address.to_string()),
    }
}

fn credentials(url: &Url) -> Result<Option<SmtpCredentials>, Rejected> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None | Some("")) => {
            Err(Rejected::new("has a user without a password, or a password without a user"))
        }
        (user, Some(password)) => {
            // RFC 4616, 2: neither may hold NUL, and no mechanism takes a line break.
            let part = |text| decoded(text).filter(|text| !text.chars().any(char::is_control));
            let (Some(user), Some(password)) = (part(user), part(password)) else {
                return Err(Rejected::new("has a user or password that is not UTF-8 or holds a control character"));
            };
            Ok(Some(SmtpCredentials { user, password: SecretString::from(password) }))
        }
    }
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}
