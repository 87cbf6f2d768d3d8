use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm, admit_credentials, require_enrolled_session};
use ore_schemas::VerifyEmailRequest;
use ore_services::{LinkProof, MailTokenError};
use ore_web::credential_log::CredentialCall;

use crate::components::link;
use crate::done::Done;
use crate::form::{FormView, Kind};
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::{Visit, see_other};

const FIELDS: [(&str, FormField); 2] = [("token", FormField::Text), ("password", FormField::OptionalText)];

/// Uses no token up: scanners of mails open links too.
pub(super) async fn page(visit: Visit) -> HttpResponse {
    visit.page(Text::VerifyTitle, &content(&visit.blank()))
}

pub(super) async fn submit(Submitted(visit, form): Submitted<Visit>) -> Result<HttpResponse, ApiError> {
    match verify(&visit, &form).await {
        Ok(()) => {
            let path = if visit.session.is_some() { "/account" } else { "/account/login" };
            Ok(see_other(&Done::EmailVerified.at(path)))
        }
        Err(error) => visit.refused(error, Text::VerifyTitle, &form, content),
    }
}

/// The session is a proof, so the form has to be one of it.
async fn verify(visit: &Visit, form: &PageForm) -> Result<(), ApiError> {
    let session = visit.session.as_ref();
    if session.is_some_and(|session| !visit.site.is_form_token(session.id, form.get("form"))) {
        return Err(Problem::CrossSite.into());
    }
    if let Some(session) = session {
        require_enrolled_session(session, &visit.request).await?;
        session.require_own(&visit.request).await?;
    }
    let VerifyEmailRequest { token, password } = form.decode(&FIELDS, &visit.state.body_rules)?;
    admit_credentials(&visit.request, CredentialCall::VerifyEmail, None).await?;
    let origin = session.map_or_else(|| visit.origin(), |session| session.act(visit.origin()));
    let proof = LinkProof { session: session.map(|session| session.user.id), password };
    let result = visit.services.sessions.verify_address(&token, proof, &origin, visit.locale).await;
    visit.state.credential_log.mail_token(CredentialCall::VerifyEmail, result.as_ref().map(|user| user.id));
    if let Err(MailTokenError::Throttled { .. }) = result {
        visit.count_throttled();
    }
    result?;
    Ok(())
}

fn content(view: &FormView<'_>) -> Markup {
    let is_signed_in = view.visit.session.is_some();
    let fields = html! {
        (view.field("token", Text::MailToken, Kind::Token))
        @if !is_signed_in {
            (view.field("password", Text::AccountPassword, Kind::CurrentPassword))
        } @else if view.fault.is_some() {
            // Of another account than the one that is signed in.
            (view.optional("password", Text::AccountPassword, Kind::CurrentPassword, None))
        }
    };
    html! {
        p { (view.text(Text::VerifyIntro)) }
        (view.form("/account/verify", Text::Verify, &fields))
        (link(view.visit, "/account/resend", Text::ResendLink))
    }
}
