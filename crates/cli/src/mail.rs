use ore_domain::{AuditOrigin, Clock, EmailAddress, ListedMail, MailId, SystemClock, UserId};
use ore_jobs::{MailTemplate, OutgoingMail, TemplateValues};
use ore_security::random::random_bytes;
use ore_server::backend::Backend;
use ore_settings::Settings;
use serde_json::{Value, json};

use crate::console::{print, printable};
use crate::json_array::print_array;
use crate::mail_arguments::MailAction;
use crate::operator_call::NO_MAIL;
use crate::table::{Table, moment};
use crate::{Failure, advice, database};

/// The number of mails that are shown.
const LIMIT: u32 = 1000;
const HEADINGS: [&str; 8] = ["ID", "STATE", "KIND", "USER", "CREATED", "ATTEMPTS", "NEXT ATTEMPT", "LAST ERROR"];

/// Looks after the mails that wait, and tries the mail server out.
pub(crate) async fn run(settings: &Settings, action: MailAction) -> Result<(), Failure> {
    match action {
        MailAction::List { json } => list(settings, json).await,
        MailAction::Retry { id } => retry(settings, id.as_deref()).await,
        MailAction::Test { email } => test(settings, &email).await,
    }
}

async fn list(settings: &Settings, json: bool) -> Result<(), Failure> {
    database::require_file(settings)?;
    let backend = Backend::with_database(settings, database::to_read(settings))?;
    let mails = backend.mail_queue().list_unsent(LIMIT).await.map_err(|error| advice::explain_store(&error))?;
    if json {
        return print_array(mails.iter().map(object));
    }
    Table::new(HEADINGS).print(mails.iter().map(row))
}

/// The address is sealed in the database, and no error names it.
fn row(mail: &ListedMail) -> [String; 8] {
    let ListedMail { id, kind, user, state, attempts, created_at, next_attempt_at, last_error } = mail;
    let user = user.map(|user| user.to_string()).unwrap_or_default();
    let (created, next) = (moment(*created_at), moment(*next_attempt_at));
    let error = last_error.clone().unwrap_or_default();
    [id.to_string(), state.clone(), kind.clone(), user, created, attempts.to_string(), next, error]
}

fn object(mail: &ListedMail) -> Value {
    json!({
        "id": mail.id.to_string(),
        "state": mail.state,
        "kind": mail.kind,
        "user_id": mail.user.map(UserId::get),
        "created_at": moment(mail.created_at),
        "attempts": mail.attempts,
        "next_attempt_at": moment(mail.next_attempt_at),
        "last_error": mail.last_error,
    })
}

async fn retry(settings: &Settings, id: Option<&str>) -> Result<(), Failure> {
    let id = id.map(str::parse::<MailId>).transpose();
    let id = id.map_err(|_| Failure::Usage("the key of a mail is a UUID, as `mail list` shows it".to_owned()))?;
    database::require_file(settings)?;
    let backend = Backend::with_database(settings, database::to_write(settings))?;
    database::await_write_lock(&backend.database)?;
    let retried = backend.mail_queue().retry(id, &AuditOrigin::operator()).await;
    let retried = retried.map_err(|error| advice::explain_store(&error))?;
    if id.is_some() && retried == 0 {
        return Err(Failure::because("no mail with this key was given up"));
    }
    print(&format!("mails that are tried again: {retried}\n"))
}

async fn test(settings: &Settings, email: &str) -> Result<(), Failure> {
    let email = EmailAddress::parse(email).map_err(|error| Failure::Usage(format!("{email}: {error}")))?;
    let backend = Backend::with_database(settings, database::to_read(settings))?;
    let delivery = backend.delivery(settings)?.ok_or_else(|| Failure::because(NO_MAIL))?;
    let outgoing = OutgoingMail {
        id: MailId::from_random_bytes(random_bytes().map_err(Failure::because)?).uuid(),
        template: MailTemplate::Test,
        to: email.as_str().to_owned(),
        locale: settings.default_locale,
        created_at: SystemClock.now(),
        values: TemplateValues::default(),
    };
    let sent = delivery.deliver(&outgoing).await;
    sent.map_err(|error| Failure::because(format!("the mail was not sent: {error}")))?;
    print(&format!("sent a mail to {}\n", printable(email.as_str())))
}
