use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::AuditAction;
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::EmailRequest;
use ore_web::credential_log::CredentialCall;

use crate::components::link;
use crate::form::{FormView, Kind};
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::{Visit, see_other};

pub(super) async fn page(visit: Visit) -> HttpResponse {
    visit.page(Text::ForgotTitle, &content(&visit.blank()))
}

pub(super) async fn submit(Submitted(visit, form): Submitted<Visit>) -> Result<HttpResponse, ApiError> {
    match forgot(&visit, &form).await {
        Ok(()) => Ok(see_other("/account/check-mail")),
        Err(error) => visit.refused(error, Text::ForgotTitle, &form, content),
    }
}

async fn forgot(visit: &Visit, form: &PageForm) -> Result<(), ApiError> {
    let EmailRequest { email } = form.decode(&[("email", FormField::Text)], &visit.state.body_rules)?;
    let (call, action) = (CredentialCall::RequestMail, AuditAction::ForgotPassword);
    admit_credentials(&visit.request, call, Some(email.canonical())).await?;
    visit.state.credential_log.mail_requested(call, action, email.canonical());
    Ok(visit.services.recovery.forgot(email, visit.locale, &visit.origin()).await?)
}

fn content(view: &FormView<'_>) -> Markup {
    html! {
        p { (view.text(Text::ForgotIntro)) }
        (view.form("/account/forgot", Text::SendMail, &view.field("email", Text::Email, Kind::Email)))
        (link(view.visit, "/account/reset", Text::ResetLink))
        (link(view.visit, "/account/login", Text::LogInLink))
    }
}
