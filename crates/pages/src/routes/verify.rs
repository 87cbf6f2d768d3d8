use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm, admit_credentials, require_enrolled_session};
use ore_schemas::VerifyEmailRequest;
use ore_services::{LinkProof, MailTokenError};
use ore_web::credential_log::CredentialCall;

use crate::completed_action::CompletedAction;
use crate::components::link;
use crate::form::{FormView, Kind};
use crate::page_request::{PageRequest, see_other};
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const FIELDS: [(&str, FormField); 2] = [("token", FormField::Text), ("password", FormField::OptionalText)];

/// Uses no token up: scanners of mails open links too.
pub(super) async fn page(page: PageRequest) -> HttpResponse {
    page.render(Text::VerifyTitle, &content(&page.blank()))
}

pub(super) async fn submit(SubmittedForm(page, form): SubmittedForm<PageRequest>) -> Result<HttpResponse, ApiError> {
    match verify(&page, &form).await {
        Ok(()) => {
            let path = if page.session.is_some() { "/account" } else { "/account/login" };
            Ok(see_other(&CompletedAction::EmailVerified.at(path)))
        }
        Err(error) => page.refused(error, Text::VerifyTitle, &form, content),
    }
}

/// The session is a proof, so the form has to be one of it.
async fn verify(page: &PageRequest, form: &PageForm) -> Result<(), ApiError> {
    let session = page.session.as_ref();
    if session.is_some_and(|session| !page.site.is_form_token(session.id, form.get("form"))) {
        return Err(Problem::CrossSite.into());
    }
    if let Some(session) = session {
        require_enrolled_session(session, &page.request).await?;
        session.require_own(&page.request).await?;
    }
    let VerifyEmailRequest { token, password } = form.decode(&FIELDS, &page.state.body_rules)?;
    admit_credentials(&page.request, CredentialCall::VerifyEmail, None).await?;
    let origin = session.map_or_else(|| page.origin(), |session| session.act(page.origin()));
    let proof = LinkProof { session: session.map(|session| session.user.id), password };
    let result = page.services.sessions.verify_address(&token, proof, &origin, page.locale).await;
    page.state.credential_log.mail_token(CredentialCall::VerifyEmail, result.as_ref().map(|user| user.id));
    if let Err(MailTokenError::Throttled { .. }) = result {
        page.count_throttled();
    }
    result?;
    Ok(())
}

fn content(view: &FormView<'_>) -> Markup {
    let is_signed_in = view.page.session.is_some();
    let fields = html! {
        (view.field("token", Text::MailToken, Kind::Token))
        @if !is_signed_in {
            (view.field("password", Text::AccountPassword, Kind::CurrentPassword))
        } @else if view.errors.is_some() {
            // Of another account than the one that is signed in.
            (view.optional("password", Text::AccountPassword, Kind::CurrentPassword, None))
        }
    };
    html! {
        p { (view.text(Text::VerifyIntro)) }
        (view.form("/account/verify", Text::Verify, &fields))
        @if view.page.sends_mail() { (link(view.page, "/account/resend", Text::ResendLink)) }
    }
}
