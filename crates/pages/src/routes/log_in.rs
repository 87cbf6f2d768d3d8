use actix_web::HttpResponse;
use ore_errors::ApiError;
use ore_extract::page_cookie::presented_device;
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::LoginRequest;
use ore_services::{LogInError, OpenedSession};
use ore_web::credential_log::CredentialCall;

use super::log_in_form::content;
use super::{passkey_proof, second_factor};
use crate::page_request::{PageRequest, see_other};
use crate::return_path;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const FIELDS: [(&str, FormField); 2] = [("email", FormField::Text), ("password", FormField::Text)];

pub(super) async fn page(page: PageRequest) -> HttpResponse {
    let path = return_path::of_query(&page.request);
    if page.session.is_some() {
        return see_other(&path);
    }
    page.render(Text::LogInTitle, &content(&page.blank(), &path))
}

pub(super) async fn submit(SubmittedForm(page, form): SubmittedForm<PageRequest>) -> Result<HttpResponse, ApiError> {
    let path = return_path::of_form(&form);
    match log_in(&page, &form).await {
        Ok(session) => page.sign_in(&session, &path).await,
        Err(ApiError::SecondFactorRequired { token, methods }) => {
            Ok(second_factor::ask(&page, token.expose(), &methods.join(" "), &path))
        }
        Err(error) => page.refused(error, Text::LogInTitle, &form, |view| content(view, &path)),
    }
}

/// As [`submit`], by a passkey alone.
pub(super) async fn submit_passkey(
    SubmittedForm(page, form): SubmittedForm<PageRequest>,
) -> Result<HttpResponse, ApiError> {
    let path = return_path::of_form(&form);
    match log_in_with_passkey(&page, &form).await {
        Ok(session) => page.sign_in(&session, &path).await,
        Err(error) => page.refused(error, Text::LogInTitle, &form, |view| content(view, &path)),
    }
}

async fn log_in_with_passkey(page: &PageRequest, form: &PageForm) -> Result<OpenedSession, ApiError> {
    let attempt = page.metrics.login.begin();
    let proof = passkey_proof::of_form(form, page)?;
    admit_credentials(&page.request, CredentialCall::LogInWithPasskey, None).await?;
    let device_token = presented_device(&page.request);
    let (sessions, device_token) = (&page.services.sessions, device_token.as_ref().map(|token| token.as_str()));
    let result = sessions.log_in_with_passkey(&proof, &page.origin(), device_token, page.locale).await;
    page.state.credential_log.passkey_log_in(&result);
    let session = result?;
    attempt.succeed();
    Ok(session)
}

async fn log_in(page: &PageRequest, form: &PageForm) -> Result<OpenedSession, ApiError> {
    let attempt = page.metrics.login.begin();
    let LoginRequest { email, password, .. } = form.decode(&FIELDS, &page.state.body_rules)?;
    admit_credentials(&page.request, CredentialCall::LogIn, Some(email.canonical())).await?;
    let device_token = presented_device(&page.request);
    let device_token = device_token.as_ref().map(|token| token.as_str());
    let result = page.services.sessions.log_in(&email, password, &page.origin(), device_token).await;
    page.state.credential_log.log_in(email.canonical(), &result);
    match &result {
        Ok(_) => attempt.succeed(),
        Err(LogInError::SecondFactorRequired(_)) => attempt.defer_result(),
        Err(LogInError::Throttled { .. }) => page.count_throttled(),
        Err(_) => {}
    }
    Ok(result?)
}
