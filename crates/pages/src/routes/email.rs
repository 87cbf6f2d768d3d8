use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::ChangeEmailRequest;
use ore_web::credential_log::CredentialCall;

use crate::components::{back, notice};
use crate::done::Done;
use crate::form::{FormView, Kind};
use crate::fresh::Proven;
use crate::member::Member;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::see_other;

const FIELDS: [(&str, FormField); 2] = [("new_email", FormField::Text), ("password", FormField::Text)];

pub(super) async fn page(member: Proven) -> HttpResponse {
    member.page(Text::EmailTitle, &content(&member.blank(), member.current.user.email.as_str()))
}

pub(super) async fn submit(Submitted(member, form): Submitted<Proven>) -> Result<HttpResponse, ApiError> {
    match change(&member, &form).await {
        Ok(()) => Ok(see_other(&Done::MailSent.at("/account/email"))),
        Err(error) => {
            let present = member.current.user.email.as_str();
            member.refused(error, Text::EmailTitle, &form, |view| content(view, present))
        }
    }
}

async fn change(member: &Member, form: &PageForm) -> Result<(), ApiError> {
    member.current.require_own(&member.request).await?;
    let ChangeEmailRequest { new_email, password } = form.decode(&FIELDS, &member.state.body_rules)?;
    member.admit(CredentialCall::ChangeEmail).await?;
    let (sessions, user, session) = (&member.services.sessions, member.current.user.id, member.current.id);
    let result =
        sessions.request_address_change(user, session, new_email, password, member.locale, &member.act()).await;
    member.tell_own_password(CredentialCall::ChangeEmail, result)
}

fn content(view: &FormView<'_>, present: &str) -> Markup {
    let fields = html! {
        (view.field("new_email", Text::NewEmail, Kind::Email))
        (view.field("password", Text::CurrentPassword, Kind::CurrentPassword))
    };
    html! {
        (notice(view.visit))
        p { (view.text(Text::PresentEmail)) " " strong { (present) } }
        p { (view.text(Text::EmailIntro)) }
        (view.form("/account/email", Text::SendMail, &fields))
        (back(view.visit))
    }
}
