use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::ResetPasswordRequest;
use ore_web::credential_log::CredentialCall;

use super::log_out::leave;
use crate::components::link;
use crate::done::Done;
use crate::form::{FormView, Kind};
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::Visit;

const FIELDS: [(&str, FormField); 2] = [("token", FormField::Text), ("new_password", FormField::Text)];

/// How the page of a token is worded that sets a password.
struct Wording {
    path: &'static str,
    title: Text,
    text: Text,
}

const RESET: Wording = Wording { path: "/account/reset", title: Text::ResetTitle, text: Text::ResetIntro };
const INVITATION: Wording = Wording { path: "/account/invite", title: Text::InviteTitle, text: Text::InviteIntro };

/// Uses no token up: scanners of mails open links too.
pub(super) async fn page(visit: Visit) -> HttpResponse {
    visit.page(RESET.title, &content(&visit.blank(), &RESET))
}

/// As [`page`], for somebody who was invited.
pub(super) async fn invitation_page(visit: Visit) -> HttpResponse {
    visit.page(INVITATION.title, &content(&visit.blank(), &INVITATION))
}

pub(super) async fn submit(Submitted(visit, form): Submitted<Visit>) -> Result<HttpResponse, ApiError> {
    finish(&visit, &form, &RESET).await
}

pub(super) async fn submit_invitation(Submitted(visit, form): Submitted<Visit>) -> Result<HttpResponse, ApiError> {
    finish(&visit, &form, &INVITATION).await
}

/// Every session of the user has ended, and the user logs in with the new password.
async fn finish(visit: &Visit, form: &PageForm, wording: &Wording) -> Result<HttpResponse, ApiError> {
    match reset(visit, form).await {
        Ok(()) => Ok(leave(Done::PasswordSet)),
        Err(error) => visit.refused(error, wording.title, form, |view| content(view, wording)),
    }
}

async fn reset(visit: &Visit, form: &PageForm) -> Result<(), ApiError> {
    let ResetPasswordRequest { token, new_password } = form.decode(&FIELDS, &visit.state.body_rules)?;
    admit_credentials(&visit.request, CredentialCall::ResetPassword, None).await?;
    let result = visit.services.recovery.reset(&token, new_password, visit.locale, &visit.origin()).await;
    visit.state.credential_log.mail_token(CredentialCall::ResetPassword, result.as_ref().copied());
    result?;
    (visit.site.on_reset)(&token);
    Ok(())
}

fn content(view: &FormView<'_>, wording: &Wording) -> Markup {
    let fields = html! {
        (view.field("token", Text::MailToken, Kind::Token))
        (view.field("new_password", Text::NewPassword, Kind::NewPassword))
    };
    html! {
        p { (view.text(wording.text)) }
        (view.form(wording.path, Text::SetPassword, &fields))
        (link(view.visit, "/account/forgot", Text::ForgotLink))
    }
}
