use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::MailRead;
use ore_domain::{ListedMail, MailId, Permission, PermissionSet};
use ore_errors::{ApiError, Problem};

use crate::admin::{Admin, Operator, action_button, table};
use crate::completed_action::CompletedAction;
use crate::components::{by_mail, notice};
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;
use crate::timestamp::time;

const PATH: &str = "/admin/mail";
const RETRY: &str = "/admin/mail/retry";

/// More mails than anybody looks through.
const MOST: u32 = 200;

/// The state of a mail that is not tried any more.
const DEAD: &str = "dead";

const COLUMNS: [Text; 6] =
    [Text::MailKind, Text::Subject, Text::State, Text::MadeAt, Text::NextAttempt, Text::LastError];

pub(super) async fn page(admin: Admin<MailRead>) -> Result<HttpResponse, ApiError> {
    let mails = admin.services.mail_queue.list_unsent(MOST).await?;
    let may_retry = admin.permissions() == PermissionSet::ALL && admin.sends_mail();
    let rows: Vec<_> = mails.iter().map(|mail| row(&admin, mail, may_retry)).collect();
    let content = html! {
        (notice(&admin))
        (by_mail(&admin, &html! { p { (admin.text(Text::MailIntro)) } }))
        (table(&admin, Text::AdminMail, &COLUMNS, &rows))
        @if may_retry && mails.iter().any(|mail| mail.state == DEAD) {
            (action_button(&admin, RETRY, Text::RetryAllMails, None, &[]))
        }
    };
    Ok(admin.render(Text::AdminMail, &content))
}

/// One mail, or all that were given up.
pub(super) async fn retry(SubmittedForm(operator, form): SubmittedForm<Operator>) -> Result<HttpResponse, ApiError> {
    let id = match form.get("id") {
        Some(text) => Some(text.parse::<MailId>().map_err(|_| Problem::NotFound)?),
        None => None,
    };
    operator.services.mail_queue.retry(id, &operator.act()).await?;
    Ok(see_other(&CompletedAction::MailRetried.at(PATH)))
}

fn row(page: &PageSession, mail: &ListedMail, may_retry: bool) -> Vec<Markup> {
    let (is_dead, id) = (mail.state == DEAD, mail.id.to_string());
    vec![
        html! { code { (mail.kind) } },
        html! { @if let Some(user) = mail.user { (user_link(page, user.get())) } },
        html! {
            (page.text(if is_dead { Text::MailDead } else { Text::MailWaiting })) " · " (mail.attempts)
            @if is_dead && may_retry {
                (action_button(page, RETRY, Text::RetryMail, Some(&id), &[("id", id.as_str())]))
            }
        },
        time(mail.created_at, page.locale),
        html! { @if !is_dead { (time(mail.next_attempt_at, page.locale)) } },
        html! { @if let Some(error) = &mail.last_error { code { (error) } } },
    ]
}

/// A link to the page of the user, if the administrator may see it.
fn user_link(page: &PageSession, user: i64) -> Markup {
    html! {
        @if page.permissions().contains(Permission::UsersRead) {
            a href={ "/admin/users/" (user) } { "user:" (user) }
        } @else {
            "user:" (user)
        }
    }
}
