use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_schemas::ReauthenticateRequest;
use ore_services::{OpenedSession, OwnPasswordError, ReauthenticationProof};
use ore_web::credential_log::CredentialCall;
use ore_web::error::ApiError;
use ore_web::extract::{FormField, PageForm, admit_credentials};

use crate::components::back;
use crate::form::{FormView, Kind};
use crate::member::Member;
use crate::return_path;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::{keep, uncompressed};

const FIELDS: [(&str, FormField); 2] = [("password", FormField::OptionalText), ("code", FormField::OptionalText)];

pub(super) async fn page(member: Member) -> HttpResponse {
    let path = return_path::of_query(&member.request);
    uncompressed(member.page(Text::ReauthenticateTitle, &content(&member.blank(), &path, has_factor(&member))))
}

pub(super) async fn submit(Submitted(member, form): Submitted<Member>) -> Result<HttpResponse, ApiError> {
    let path = return_path::checked(form.get("return_to"));
    match reauthenticate(&member, &form).await {
        // The session goes on with another token (ASVS 5.0, 7.2.4).
        Ok(session) => Ok(keep(&session, &path)),
        Err(error) => {
            member.refused(error, Text::ReauthenticateTitle, &form, |view| content(view, &path, has_factor(&member)))
        }
    }
}

async fn reauthenticate(member: &Member, form: &PageForm) -> Result<OpenedSession, ApiError> {
    let (user, call) = (&member.current.user, CredentialCall::Reauthenticate);
    member.current.require_own(&member.request).await?;
    let ReauthenticateRequest { password, code, .. } = form.decode(&FIELDS, &member.state.body_rules)?;
    admit_credentials(&member.request, call, Some(user.email.canonical())).await?;
    let proof = ReauthenticationProof::Password { password, code };
    let (sessions, session) = (&member.services.sessions, member.current.id);
    let result = sessions.reauthenticate(user.id, session, proof, &member.act(), member.locale).await;
    member.state.credential_log.own_password(call, user, &result);
    if let Err(OwnPasswordError::Throttled { .. }) = result {
        member.count_throttled();
    }
    Ok(result?)
}

fn has_factor(member: &Member) -> bool {
    member.current.user.factors.has_second_factor()
}

fn content(view: &FormView<'_>, path: &str, has_factor: bool) -> Markup {
    let fields = html! {
        input type="hidden" name="return_to" value=(path);
        (view.field("password", Text::CurrentPassword, Kind::CurrentPassword))
        @if has_factor { (view.field("code", Text::Code, Kind::Code)) }
    };
    html! {
        p { (view.text(Text::ReauthenticateIntro)) }
        (view.form("/account/reauthenticate", Text::Continue, &fields))
        (back(view.visit))
    }
}
