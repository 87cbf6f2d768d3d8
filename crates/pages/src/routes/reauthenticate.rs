use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_schemas::ReauthenticateRequest;
use ore_services::{OpenedSession, OwnPasswordError};
use ore_web::credential_log::CredentialCall;
use ore_web::error::ApiError;
use ore_web::extract::{FormField, PageForm, admit_credentials};

use crate::components::back;
use crate::form::{FormView, Kind};
use crate::member::Member;
use crate::return_path;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::keep;

pub(super) async fn page(member: Member) -> HttpResponse {
    let path = return_path::of_query(&member.request);
    member.page(Text::ReauthenticateTitle, &content(&member.blank(), path))
}

pub(super) async fn submit(Submitted(member, form): Submitted<Member>) -> Result<HttpResponse, ApiError> {
    let path = return_path::checked(form.get("return_to"));
    match reauthenticate(&member, &form).await {
        // The session goes on with another token (ASVS 5.0, 7.2.4).
        Ok(session) => Ok(keep(&session, path)),
        Err(error) => member.refused(error, Text::ReauthenticateTitle, &form, |view| content(view, path)),
    }
}

async fn reauthenticate(member: &Member, form: &PageForm) -> Result<OpenedSession, ApiError> {
    let (user, call) = (&member.current.user, CredentialCall::Reauthenticate);
    member.current.require_own(&member.request).await?;
    let request: ReauthenticateRequest = form.decode(&[("password", FormField::Text)], &member.state.body_rules)?;
    admit_credentials(&member.request, call, Some(user.email.canonical())).await?;
    let (sessions, session) = (&member.services.sessions, member.current.id);
    let result = sessions.reauthenticate(user.id, session, request.password, &member.act()).await;
    member.state.credential_log.own_password(call, user, &result);
    if let Err(OwnPasswordError::Throttled { .. }) = result {
        member.count_throttled();
    }
    Ok(result?)
}

fn content(view: &FormView<'_>, path: &str) -> Markup {
    let fields = html! {
        input type="hidden" name="return_to" value=(path);
        (view.field("password", Text::CurrentPassword, Kind::CurrentPassword))
    };
    html! {
        p { (view.text(Text::ReauthenticateIntro)) }
        (view.form("/account/reauthenticate", Text::Continue, &fields))
        (back(view.visit))
    }
}
