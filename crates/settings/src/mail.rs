//! How mails leave, and what stands in them.

use std::path::PathBuf;

use ore_domain::{MailDelivery, MailSender, SmtpServer, SmtpTls};
use url::Url;

use super::declaration::DefaultValue::{In, NotSet, Unset};
use super::declaration::Environment::Development;
use super::declaration::ValueType;
use super::form::{DIRECTORY, Form, parsed};
use super::server::{FRONTEND_URL, PUBLIC_URL, ServerSettings};
use super::table::settings;
use super::values::Values;

const SERVER: Form<SmtpServer> = parsed(ValueType::Secret("smtp-url"));
const SENDER: Form<MailSender> = parsed(ValueType::Text("mailbox"));

settings! {
    /// What is set for mails.
    pub(super) struct MailValues in "Mail" {
        /// Mail server: smtp:// uses STARTTLS where it is offered, ?tls=required at its end insists; smtps:// is TLS
        /// from the start.
        SMTP_URL(SERVER, NotSet, "smtps://ore:password@mail.example.org") => smtp: Option<SmtpServer>;
        /// Who mails are from; needed with BACKEND_SMTP_URL.
        MAIL_FROM(
            SENDER, Unset("ore-backend@localhost while mails go to BACKEND_MAIL_DIR"), "MyApp <no-reply@example.org>"
        ) => from: Option<MailSender>;
        /// Directory that mails are written to as .eml files while BACKEND_SMTP_URL is not set; made if it is missing.
        MAIL_DIR(DIRECTORY, In(Development, "./mail", None), "./mail") => directory: Option<PathBuf>;
        /// Directory of templates that take the place of the built-in ones of the same name.
        MAIL_TEMPLATES_DIR(DIRECTORY, NotSet, "/etc/ore/mail") => templates_dir: Option<PathBuf>;
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
            from: self.from.unwrap_or_else(MailSender::of_this_machine),
            templates_dir: self.templates_dir,
            account_url: server.account_url().or_else(|| server.local_pages())?,
        })
    }
}

/// Settings that are right in themselves and surely not meant together.
fn warn_of_traps(values: &mut Values, smtp: Option<&SmtpServer>) {
    match smtp {
        None if values.is_production() && values.is_set(&MAIL_DIR) => {
            values.warn(&MAIL_DIR, "keeps mails as files, and nobody receives them: set BACKEND_SMTP_URL");
        }
        Some(_) if values.is_set(&MAIL_DIR) => values.warn(&MAIL_DIR, "is not used: BACKEND_SMTP_URL is set"),
        _ => {}
    }
    let may_be_clear = |smtp: &SmtpServer| smtp.enforced_tls() == SmtpTls::Offered && !smtp.is_on_this_machine();
    if values.is_production() && smtp.is_some_and(may_be_clear) {
        let advice = "sends mails and their links in the clear where the server offers no STARTTLS; ?tls=required at \
                      its end insists on TLS";
        values.warn(&SMTP_URL, advice);
    }
}
