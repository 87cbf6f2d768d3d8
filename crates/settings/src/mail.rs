//! How mails leave, and what stands in them.

use std::path::PathBuf;

use ore_domain::EmailAddress;
use url::Url;

use super::declaration::DefaultValue::{In, Unset};
use super::declaration::{Environment, NOT_SET};
use super::form::{Form, Rejected, secret, text};
use super::forms::DIRECTORY;
use super::server::{FRONTEND_URL, PUBLIC_URL, ServerSettings};
use super::smtp_url::{SmtpSettings, SmtpTls};
use super::table::settings;
use super::values::Values;

const SERVER: Form<SmtpSettings> = secret("smtp-url", |text, _| SmtpSettings::parse(text));
const SENDER: Form<MailSender> = text("mailbox", |text, _| MailSender::parse(text));

settings! {
    /// What is set for mails.
    pub(super) struct MailValues in "Mail" {
        /// Mail server: smtp:// uses STARTTLS where it is offered, ?tls=required at its end insists; smtps:// is TLS
        /// from the start.
        SMTP_URL(SERVER, NOT_SET, "smtps://ore:password@mail.example.org") => smtp: Option<SmtpSettings>;
        /// Who mails are from; needed with BACKEND_SMTP_URL.
        MAIL_FROM(
            SENDER, Unset("ore-backend@localhost while mails go to BACKEND_MAIL_DIR"), "MyApp <no-reply@example.org>"
        ) => from: Option<MailSender>;
        /// Directory that mails are written to as .eml files while BACKEND_SMTP_URL is not set; made if it is missing.
        MAIL_DIR(
            DIRECTORY, In { environment: Environment::Development, text: "./mail", elsewhere: None }, "./mail"
        ) => directory: Option<PathBuf>;
        /// Directory of templates that take the place of the built-in ones of the same name.
        MAIL_TEMPLATES_DIR(DIRECTORY, NOT_SET, "/etc/ore/mail") => templates_dir: Option<PathBuf>;
    }
}

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
            return Err(Rejected::new("has a name that holds a control character or one of < > \" \\"));
        }
        if name.chars().count() > MAXIMUM_NAME_CHARACTERS {
            return Err(Rejected::new(format!("has a name of more than {MAXIMUM_NAME_CHARACTERS} characters")));
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
    let refused = |error| Rejected::new(format!("is not name@example.org or Name <name@example.org>: {error}"));
    checked.map(drop).map_err(refused)
}

impl MailValues {
    /// None when no mail is sent: in production without a server and without a directory.
    pub(super) fn settings(self, server: &ServerSettings, values: &mut Values) -> Option<MailSettings> {
        warn_of_traps(values, self.smtp.as_ref());
        let delivery = match (self.smtp, self.directory) {
            (Some(smtp), _) => MailDelivery::Smtp(smtp),
            (None, Some(directory)) => MailDelivery::Directory(directory),
            (None, None) => return None,
        };
        if self.from.is_none() && matches!(delivery, MailDelivery::Smtp(_)) {
            let problem = "is not set, and BACKEND_SMTP_URL needs it: every mail says who it is from";
            values.refuse(&MAIL_FROM, problem);
        }
        if server.account_url().is_none() && values.is_production() {
            let problem = "is not set, and links in mails lead to it; set it, or BACKEND_PUBLIC_URL for our own pages";
            values.refuse_beside(&[&PUBLIC_URL], &FRONTEND_URL, problem);
        }
        Some(MailSettings {
            delivery,
            from: self.from.unwrap_or_else(MailSender::of_development),
            templates_dir: self.templates_dir,
            account_url: server.account_url().or_else(|| server.local_pages())?,
        })
    }
}

/// Settings that are right in themselves and surely not meant together.
fn warn_of_traps(values: &mut Values, smtp: Option<&SmtpSettings>) {
    let Some(smtp) = smtp else {
        if values.is_production() && values.is_set(&MAIL_DIR) {
            values.warn(&MAIL_DIR, "keeps mails as files, and nobody receives them: set BACKEND_SMTP_URL");
        }
        return;
    };
    if values.is_set(&MAIL_DIR) {
        values.warn(&MAIL_DIR, "is not used: BACKEND_SMTP_URL is set");
    }
    let may_be_clear = smtp.tls == SmtpTls::Offered && smtp.credentials.is_none() && !smtp.is_on_this_machine();
    if may_be_clear && values.is_production() {
        let advice = "sends mails and their links in the clear where the server offers no STARTTLS; ?tls=required at \
                      its end insists on TLS";
        values.warn(&SMTP_URL, advice);
    }
}
