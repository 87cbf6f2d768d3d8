use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::ChangePasswordRequest;
use ore_web::credential_log::CredentialCall;

use crate::completed_action::CompletedAction;
use crate::components::back;
use crate::form::{FormView, Kind};
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::session_proof::SessionWithFactor;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const FIELDS: [(&str, FormField); 3] =
    [("current_password", FormField::Text), ("new_password", FormField::Text), ("end_other_sessions", FormField::Box)];

pub(super) async fn page(page: SessionWithFactor) -> HttpResponse {
    page.render(Text::PasswordTitle, &content(&page.blank()))
}

pub(super) async fn submit(
    SubmittedForm(page, form): SubmittedForm<SessionWithFactor>,
) -> Result<HttpResponse, ApiError> {
    match change(&page, &form).await {
        Ok(()) => page.with_new_cookie(see_other(&CompletedAction::PasswordChanged.at("/account"))).await,
        Err(error) => page.refused(error, Text::PasswordTitle, &form, content),
    }
}

async fn change(page: &PageSession, form: &PageForm) -> Result<(), ApiError> {
    let (user, call) = (&page.current.user, CredentialCall::ChangePassword);
    page.current.require_own(&page.request).await?;
    let request: ChangePasswordRequest = form.decode(&FIELDS, &page.state.body_rules)?;
    page.admit(call).await?;
    if request.new_password.is_address(&user.email) {
        return Err(ApiError::common_password("new_password"));
    }
    let (passwords, end_others) = ([request.current_password, request.new_password], request.end_other_sessions);
    let (sessions, session) = (&page.services.sessions, page.current.id);
    let result = sessions.change_password(user.id, session, passwords, end_others, page.locale, &page.act()).await;
    page.log_own_password(call, result)
}

fn content(view: &FormView<'_>) -> Markup {
    let fields = html! {
        (view.field("current_password", Text::CurrentPassword, Kind::CurrentPassword))
        (view.field("new_password", Text::NewPassword, Kind::NewPassword))
        (view.tick("end_other_sessions", "true", view.text(Text::EndOtherSessions), true))
    };
    html! {
        (view.form("/account/password", Text::ChangePassword, &fields))
        (back(view.page))
    }
}
