use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::AuditAction;
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::EmailRequest;
use ore_web::credential_log::CredentialCall;

use crate::components::{by_mail, link};
use crate::form::{FormView, Kind};
use crate::page_request::{PageRequest, see_other};
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

pub(super) async fn page(page: PageRequest) -> HttpResponse {
    page.render(Text::ForgotTitle, &content(&page.blank()))
}

pub(super) async fn submit(SubmittedForm(page, form): SubmittedForm<PageRequest>) -> Result<HttpResponse, ApiError> {
    match forgot(&page, &form).await {
        Ok(()) => Ok(see_other("/account/check-mail")),
        Err(error) => page.refused(error, Text::ForgotTitle, &form, content),
    }
}

async fn forgot(page: &PageRequest, form: &PageForm) -> Result<(), ApiError> {
    let EmailRequest { email } = form.decode(&[("email", FormField::Text)], &page.state.body_rules)?;
    let (call, action) = (CredentialCall::RequestMail, AuditAction::ForgotPassword);
    admit_credentials(&page.request, call, Some(email.canonical())).await?;
    page.state.credential_log.mail_requested(call, action, email.canonical());
    Ok(page.services.recovery.forgot(email, page.locale, &page.origin()).await?)
}

fn content(view: &FormView<'_>) -> Markup {
    let form = html! {
        p { (view.text(Text::ForgotIntro)) }
        (view.form("/account/forgot", Text::SendMail, &view.field("email", Text::Email, Kind::Email)))
    };
    html! {
        (by_mail(view.page, &form))
        (link(view.page, "/account/reset", Text::ResetLink))
        (link(view.page, "/account/login", Text::LogInLink))
    }
}
