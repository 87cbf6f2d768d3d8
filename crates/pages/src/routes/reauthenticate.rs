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
use crate::member::Member;
use crate::passkey_form::Ceremony;
use crate::return_path;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::keep;

const FIELDS: [(&str, FormField); 2] = [("password", FormField::OptionalText), ("code", FormField::OptionalText)];

pub(super) async fn page(member: Member) -> HttpResponse {
    let path = return_path::of_query(&member.request);
    let content = content(&member.blank(), &path, member.current.user.factors);
    member.page(Text::ReauthenticateTitle, &content)
}

pub(super) async fn submit(Submitted(member, form): Submitted<Member>) -> Result<HttpResponse, ApiError> {
    let proof = form.decode(&FIELDS, &member.state.body_rules).map(|request| {
        let ReauthenticateRequest { password, code, .. } = request;
        ReauthenticationProof::Password { password, code }
    });
    finish(&member, &form, proof).await
}

/// As [`submit`], with a passkey, which is enough.
pub(super) async fn submit_passkey(Submitted(member, form): Submitted<Member>) -> Result<HttpResponse, ApiError> {
    let proof = passkey_proof::of_form(&form, &member);
    let proof = proof.map(|proof| ReauthenticationProof::Passkey(Box::new(proof)));
    finish(&member, &form, proof).await
}

async fn finish(
    member: &Member,
    form: &PageForm,
    proof: Result<ReauthenticationProof, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let path = return_path::of_form(form);
    let result = match proof {
        Ok(proof) => reauthenticate(member, proof).await,
        Err(error) => Err(error),
    };
    match result {
        // The session goes on with another token (ASVS 5.0, 7.2.4).
        Ok(session) => Ok(keep(&session, &path)),
        Err(error) => {
            let factors = member.current.user.factors;
            member.refused(error, Text::ReauthenticateTitle, form, |view| content(view, &path, factors))
        }
    }
}

async fn reauthenticate(member: &Member, proof: ReauthenticationProof) -> Result<OpenedSession, ApiError> {
    member.current.require_own(&member.request).await?;
    member.admit(CredentialCall::Reauthenticate).await?;
    let (sessions, user, session) = (&member.services.sessions, member.current.user.id, member.current.id);
    let result = sessions.reauthenticate(user, (session, None), proof, &member.act(), member.locale).await;
    member.tell_own_password(CredentialCall::Reauthenticate, result)
}

/// The password is not enough of who has a second factor, and of no use beside a passkey alone.
fn content(view: &FormView<'_>, path: &str, factors: Factors) -> Markup {
    let lead = return_path::field(path);
    let fields = html! {
        (lead)
        (view.field("password", Text::CurrentPassword, Kind::CurrentPassword))
        @if factors.totp { (view.field("code", Text::Code, Kind::Code)) }
    };
    let takes_password = factors.totp || !factors.passkey;
    html! {
        p { (view.text(Text::ReauthenticateIntro)) }
        @if takes_password {
            (view.form("/account/reauthenticate", Text::Continue, &fields))
        } @else {
            (view.fault_notice())
            noscript { p { (view.text(Text::PasskeysNeedScripts)) } }
        }
        @if factors.passkey {
            (view.passkey_form("/account/reauthenticate/passkey", Ceremony::Show, Text::ShowPasskey, &lead))
        }
        (back(view.visit))
    }
}
