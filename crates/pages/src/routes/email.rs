use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::ChangeEmailRequest;
use ore_web::credential_log::CredentialCall;

use crate::completed_action::CompletedAction;
use crate::components::{back, by_mail, notice};
use crate::form::{FormView, Kind};
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::session_proof::SessionWithFactor;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const FIELDS: [(&str, FormField); 2] = [("new_email", FormField::Text), ("password", FormField::Text)];

pub(super) async fn page(page: SessionWithFactor) -> HttpResponse {
    page.render(Text::EmailTitle, &content(&page.blank(), page.current.user.email.as_str()))
}

pub(super) async fn submit(
    SubmittedForm(page, form): SubmittedForm<SessionWithFactor>,
) -> Result<HttpResponse, ApiError> {
    match change(&page, &form).await {
        Ok(()) => Ok(see_other(&CompletedAction::MailSent.at("/account/email"))),
        Err(error) => {
            let present = page.current.user.email.as_str();
            page.refused(error, Text::EmailTitle, &form, |view| content(view, present))
        }
    }
}

async fn change(page: &PageSession, form: &PageForm) -> Result<(), ApiError> {
    page.current.require_own(&page.request).await?;
    let ChangeEmailRequest { new_email, password } = form.decode(&FIELDS, &page.state.body_rules)?;
    page.admit(CredentialCall::ChangeEmail).await?;
    let (sessions, user, session) = (&page.services.sessions, page.current.user.id, page.current.id);
    let result = sessions.request_address_change(user, session, new_email, password, page.locale, &page.act()).await;
    page.log_own_password(CredentialCall::ChangeEmail, result)
}

fn content(view: &FormView<'_>, present: &str) -> Markup {
    let fields = html! {
        (view.field("new_email", Text::NewEmail, Kind::Email))
        (view.field("password", Text::CurrentPassword, Kind::CurrentPassword))
    };
    let form = html! {
        p { (view.text(Text::EmailIntro)) }
        (view.form("/account/email", Text::SendMail, &fields))
    };
    html! {
        (notice(view.page))
        p { (view.text(Text::PresentEmail)) " " strong { (present) } }
        (by_mail(view.page, &form))
        (back(view.page))
    }
}
