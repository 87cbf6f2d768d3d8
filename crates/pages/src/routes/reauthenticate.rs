use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::Factors;
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::ReauthenticateRequest;
use ore_services::{OpenedSession, ReauthenticationProof};
use ore_web::credential_log::CredentialCall;

use super::passkey_proof;
use crate::components::back;
use crate::form::{FormView, Kind};
use crate::page_request::redirect_with_session;
use crate::page_session::PageSession;
use crate::passkey_form::Ceremony;
use crate::return_path;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const FIELDS: [(&str, FormField); 2] = [("password", FormField::OptionalText), ("code", FormField::OptionalText)];

pub(super) async fn page(page: PageSession) -> HttpResponse {
    let path = return_path::of_query(&page.request);
    let content = content(&page.blank(), &path, page.current.user.factors);
    page.render(Text::ReauthenticateTitle, &content)
}

pub(super) async fn submit(SubmittedForm(page, form): SubmittedForm<PageSession>) -> Result<HttpResponse, ApiError> {
    let proof = form.decode(&FIELDS, &page.state.body_rules).map(|request| {
        let ReauthenticateRequest { password, code, .. } = request;
        ReauthenticationProof::Password { password, code }
    });
    finish(&page, &form, proof).await
}

/// As [`submit`], with a passkey, which is enough.
pub(super) async fn submit_passkey(
    SubmittedForm(page, form): SubmittedForm<PageSession>,
) -> Result<HttpResponse, ApiError> {
    let proof = passkey_proof::of_form(&form, &page);
    let proof = proof.map(|proof| ReauthenticationProof::Passkey(Box::new(proof)));
    finish(&page, &form, proof).await
}

async fn finish(
    page: &PageSession,
    form: &PageForm,
    proof: Result<ReauthenticationProof, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let path = return_path::of_form(form);
    let result = match proof {
        Ok(proof) => reauthenticate(page, proof).await,
        Err(error) => Err(error),
    };
    match result {
        // The session goes on with another token (ASVS 5.0, 7.2.4).
        Ok(session) => Ok(redirect_with_session(&session, &path)),
        Err(error) => {
            let factors = page.current.user.factors;
            page.refused(error, Text::ReauthenticateTitle, form, |view| content(view, &path, factors))
        }
    }
}

async fn reauthenticate(page: &PageSession, proof: ReauthenticationProof) -> Result<OpenedSession, ApiError> {
    page.current.require_own(&page.request).await?;
    page.admit(CredentialCall::Reauthenticate).await?;
    let (sessions, user, session) = (&page.services.sessions, page.current.user.id, page.current.id);
    let result = sessions.reauthenticate(user, (session, None), proof, &page.act(), page.locale).await;
    page.log_own_password(CredentialCall::Reauthenticate, result)
}

/// The password is not enough of who has a second factor, and of no use beside a passkey alone.
fn content(view: &FormView<'_>, path: &str, factors: Factors) -> Markup {
    let lead = return_path::field(path);
    let fields = html! {
        (lead)
        (view.field("password", Text::CurrentPassword, Kind::CurrentPassword))
        @if factors.totp { (view.field("code", Text::Code, Kind::Code)) }
    };
    let (takes_password, takes_passkey) =
        (factors.totp || !factors.passkey, factors.passkey && passkey_proof::are_offered(view.page));
    html! {
        p { (view.text(Text::ReauthenticateIntro)) }
        @if takes_password {
            (view.form("/account/reauthenticate", Text::Continue, &fields))
        } @else {
            (view.error_notice())
            @if takes_passkey {
                noscript { p { (view.text(Text::PasskeysNeedScripts)) } }
            } @else {
                p.quiet { (view.text(Text::NotOffered)) }
            }
        }
        @if takes_passkey {
            (view.passkey_form("/account/reauthenticate/passkey", Ceremony::Show, Text::ShowPasskey, &lead))
        }
        (back(view.page))
    }
}
