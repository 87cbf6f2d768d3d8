use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::ResetPasswordRequest;
use ore_web::credential_log::CredentialCall;

use super::log_out::leave;
use crate::completed_action::CompletedAction;
use crate::components::link;
use crate::form::{FormView, Kind};
use crate::page_request::PageRequest;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

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
pub(super) async fn page(page: PageRequest) -> HttpResponse {
    page.render(RESET.title, &content(&page.blank(), &RESET))
}

/// As [`page`], for somebody who was invited.
pub(super) async fn invitation_page(page: PageRequest) -> HttpResponse {
    page.render(INVITATION.title, &content(&page.blank(), &INVITATION))
}

pub(super) async fn submit(SubmittedForm(page, form): SubmittedForm<PageRequest>) -> Result<HttpResponse, ApiError> {
    finish(&page, &form, &RESET).await
}

pub(super) async fn submit_invitation(
    SubmittedForm(page, form): SubmittedForm<PageRequest>,
) -> Result<HttpResponse, ApiError> {
    finish(&page, &form, &INVITATION).await
}

/// Every session of the user has ended, and the user logs in with the new password.
async fn finish(page: &PageRequest, form: &PageForm, wording: &Wording) -> Result<HttpResponse, ApiError> {
    match reset(page, form).await {
        Ok(()) => Ok(leave(CompletedAction::PasswordSet)),
        Err(error) => page.refused(error, wording.title, form, |view| content(view, wording)),
    }
}

async fn reset(page: &PageRequest, form: &PageForm) -> Result<(), ApiError> {
    let ResetPasswordRequest { token, new_password } = form.decode(&FIELDS, &page.state.body_rules)?;
    admit_credentials(&page.request, CredentialCall::ResetPassword, None).await?;
    let result = page.services.recovery.reset(&token, new_password, page.locale, &page.origin()).await;
    page.state.credential_log.mail_token(CredentialCall::ResetPassword, result.as_ref().copied());
    result?;
    (page.site.on_reset)(&token);
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
        (link(view.page, "/account/forgot", Text::ForgotLink))
    }
}
