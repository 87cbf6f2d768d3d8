use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::ChangePasswordRequest;
use ore_web::credential_log::CredentialCall;

use crate::components::back;
use crate::done::Done;
use crate::form::{FormView, Kind};
use crate::fresh::Proven;
use crate::member::Member;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::see_other;

const FIELDS: [(&str, FormField); 3] =
    [("current_password", FormField::Text), ("new_password", FormField::Text), ("end_other_sessions", FormField::Box)];

pub(super) async fn page(member: Proven) -> HttpResponse {
    member.page(Text::PasswordTitle, &content(&member.blank()))
}

pub(super) async fn submit(Submitted(member, form): Submitted<Proven>) -> Result<HttpResponse, ApiError> {
    match change(&member, &form).await {
        Ok(()) => member.go_on(see_other(&Done::PasswordChanged.at("/account"))).await,
        Err(error) => member.refused(error, Text::PasswordTitle, &form, content),
    }
}

async fn change(member: &Member, form: &PageForm) -> Result<(), ApiError> {
    let (user, call) = (&member.current.user, CredentialCall::ChangePassword);
    member.current.require_own(&member.request).await?;
    let request: ChangePasswordRequest = form.decode(&FIELDS, &member.state.body_rules)?;
    member.admit(call).await?;
    if request.new_password.is_address(&user.email) {
        return Err(ApiError::common_password("new_password"));
    }
    let (passwords, end_others) = ([request.current_password, request.new_password], request.end_other_sessions);
    let (sessions, session) = (&member.services.sessions, member.current.id);
    let result = sessions.change_password(user.id, session, passwords, end_others, member.locale, &member.act()).await;
    member.tell_own_password(call, result)
}

fn content(view: &FormView<'_>) -> Markup {
    let fields = html! {
        (view.field("current_password", Text::CurrentPassword, Kind::CurrentPassword))
        (view.field("new_password", Text::NewPassword, Kind::NewPassword))
        (view.tick("end_other_sessions", "true", view.text(Text::EndOtherSessions), true))
    };
    html! {
        (view.form("/account/password", Text::ChangePassword, &fields))
        (back(view.visit))
    }
}
