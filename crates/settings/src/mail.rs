//! How mails leave, and what stands in them.

use std::path::PathBuf;

use ore_domain::EmailAddress;
use url::Url;

use super::fault::Rejected;
use super::server::own_pages;
use super::smtp_url::{SmtpSettings, SmtpTls};
use super::values::{Invalid, Values};
use super::{ServerSettings, catalogue};

/// How mails leave, and what stands in them.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The delivery of mails.
    pub delivery: MailDelivery,
    /// The sender.
    pub from: MailSender,
    /// Directory of templates that take the place of the built-in ones.
    pub templates_dir: Option<PathBuf>,
    /// The base URL of links.
    pub account_url: Url,
}

/// The delivery of mails.
#[derive(Debug, Clone)]
pub enum MailDelivery {
    /// By a mail server.
    Smtp(SmtpSettings),
    /// Into a directory, a file each.
    Directory(PathBuf),
}

/// The sender of mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSender {
    /// The name that mail programs show with the address.
    pub name: Option<String>,
    /// The address.
    pub address: String,
}

/// The domain of this machine itself (RFC 6761, 6.3), for trying things out.
const LOCALHOST: &str = "@localhost";

impl MailSender {
    /// Reads `name@example.org` or `Name <name@example.org>`.
    pub(super) fn parse(text: &str) -> Result<Self, Rejected> {
        let (name, address) = match text.strip_suffix('>').and_then(|text| text.split_once('<')) {
            Some((name, address)) => (unquoted(name.trim()), address),
            None => ("", text),
        };
        if name.chars().any(|character| character.is_control() || matches!(character, '<' | '>' | '"' | '\\')) {
            return Err(Rejected::whole("has a name that holds a control character or one of < > \" \\"));
        }
        if name.chars().count() > MAXIMUM_NAME_CHARACTERS {
            return Err(Rejected::whole(format!("has a name of more than {MAXIMUM_NAME_CHARACTERS} characters")));
        }
        check_address(address)?;
        Ok(Self { name: (!name.is_empty()).then(|| name.to_owned()), address: address.to_owned() })
    }

    fn of_development() -> Self {
        Self { name: None, address: format!("ore-backend{LOCALHOST}") }
    }
}

/// Room for any name, and a header line that is not folded.
const MAXIMUM_NAME_CHARACTERS: usize = 64;

fn unquoted(name: &str) -> &str {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name)
}

fn check_address(address: &str) -> Result<(), Rejected> {
    let checked = match address.strip_suffix(LOCALHOST) {
        // The domain of an account has a dot.
        Some(local) => EmailAddress::parse(&format!("{local}{LOCALHOST}.example")),
        None => EmailAddress::parse(address),
    };
    let refused = |error| Rejected::whole(format!("is not name@example.org or Name <name@example.org>: {error}"));
    checked.map(drop).map_err(refused)
}

impl MailSettings {
    /// None when no mail is sent: in production without a server and without a directory.
    pub(super) fn read(values: &mut Values, server: Option<&ServerSettings>) -> Result<Option<Self>, Invalid> {
        let path = |text: &str| Ok(PathBuf::from(text));
        let smtp = values.read_optional(&catalogue::SMTP_URL, SmtpSettings::parse);
        let from = values.read_optional(&catalogue::MAIL_FROM, MailSender::parse);
        let directory = values.read_optional(&catalogue::MAIL_DIR, path);
        let templates_dir = values.read_optional(&catalogue::MAIL_TEMPLATES_DIR, path);
        let (smtp, from, directory, templates_dir) = (smtp?, from?, directory?, templates_dir?);
        warn_of_traps(values, smtp.as_ref());
        let (delivery, from) = match (smtp, directory) {
            (Some(smtp), _) => {
                let missing = "is not set, and BACKEND_SMTP_URL needs it: every mail says who it is from";
                let from = from.ok_or_else(|| values.refuse(&catalogue::MAIL_FROM, missing))?;
                (MailDelivery::Smtp(smtp), from)
            }
            (None, Some(directory)) => {
                (MailDelivery::Directory(directory), from.unwrap_or_else(MailSender::of_development))
            }
            (None, None) => return Ok(None),
        };
        // The fault of the server is reported already.
        let account_url = account_url(values, server.ok_or(Invalid)?)?;
        Ok(Some(Self { delivery, from, templates_dir, account_url }))
    }
}

/// Settings that are right in themselves and surely not meant together.
fn warn_of_traps(values: &mut Values, smtp: Option<&SmtpSettings>) {
    let Some(smtp) = smtp else {
        if values.environment().is_production() && values.is_set(&catalogue::MAIL_DIR) {
            values.warn(&catalogue::MAIL_DIR, "keeps mails as files, and nobody receives them: set BACKEND_SMTP_URL");
        }
        return;
    };
    if values.is_set(&catalogue::MAIL_DIR) {
        values.warn(&catalogue::MAIL_DIR, "is not used: BACKEND_SMTP_URL is set");
    }
    let may_be_clear = smtp.tls == SmtpTls::Offered && smtp.credentials.is_none() && !smtp.is_on_this_machine();
    if may_be_clear && values.environment().is_production() {
        let advice = "sends mails and their links in the clear where the server offers no STARTTLS; ?tls=required at its \
                      end insists on TLS";
        values.warn(&catalogue::SMTP_URL, advice);
    }
}

/// The front end, or our own pages.
fn account_url(values: &mut Values, server: &ServerSettings) -> Result<Url, Invalid> {
    if let Some(url) = server.account_url() {
        return Ok(url);
    }
    if values.environment().is_production() {
        let problem = "is not set, and links in mails lead to it; set it, or BACKEND_PUBLIC_URL for our own pages";
        return Err(values.refuse(&catalogue::FRONTEND_URL, problem));
    }
    let scheme = if server.tls.is_some() { "https" } else { "http" };
    let own = Url::parse(&format!("{scheme}://localhost:{}", server.port)).map_err(|_| Invalid)?;
    Ok(own_pages(own))
}
