use actix_web::HttpResponse;
use ore_errors::ApiError;
use ore_extract::page_cookie::presented_device;
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::LoginRequest;
use ore_services::{LogInError, OpenedSession};
use ore_web::credential_log::CredentialCall;

use super::log_in_form::content;
use super::{passkey_proof, second_factor};
use crate::return_path;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::{Visit, see_other};

const FIELDS: [(&str, FormField); 2] = [("email", FormField::Text), ("password", FormField::Text)];

pub(super) async fn page(visit: Visit) -> HttpResponse {
    let path = return_path::of_query(&visit.request);
    if visit.session.is_some() {
        return see_other(&path);
    }
    visit.page(Text::LogInTitle, &content(&visit.blank(), &path))
}

pub(super) async fn submit(Submitted(visit, form): Submitted<Visit>) -> Result<HttpResponse, ApiError> {
    let path = return_path::of_form(&form);
    match log_in(&visit, &form).await {
        Ok(session) => visit.sign_in(&session, &path).await,
        Err(ApiError::SecondFactorRequired { token, methods }) => {
            Ok(second_factor::ask(&visit, token.expose(), &methods.join(" "), &path))
        }
        Err(error) => visit.refused(error, Text::LogInTitle, &form, |view| content(view, &path)),
    }
}

/// As [`submit`], by a passkey alone.
pub(super) async fn submit_passkey(Submitted(visit, form): Submitted<Visit>) -> Result<HttpResponse, ApiError> {
    let path = return_path::of_form(&form);
    match log_in_with_passkey(&visit, &form).await {
        Ok(session) => visit.sign_in(&session, &path).await,
        Err(error) => visit.refused(error, Text::LogInTitle, &form, |view| content(view, &path)),
    }
}

async fn log_in_with_passkey(visit: &Visit, form: &PageForm) -> Result<OpenedSession, ApiError> {
    let attempt = visit.metrics.login.begin();
    let proof = passkey_proof::of_form(form, visit)?;
    admit_credentials(&visit.request, CredentialCall::LogInWithPasskey, None).await?;
    let device_token = presented_device(&visit.request);
    let (sessions, device_token) = (&visit.services.sessions, device_token.as_ref().map(|token| token.as_str()));
    let result = sessions.log_in_with_passkey(&proof, &visit.origin(), device_token, visit.locale).await;
    visit.state.credential_log.passkey_log_in(&result);
    let session = result?;
    attempt.succeed();
    Ok(session)
}

async fn log_in(visit: &Visit, form: &PageForm) -> Result<OpenedSession, ApiError> {
    let attempt = visit.metrics.login.begin();
    let LoginRequest { email, password, .. } = form.decode(&FIELDS, &visit.state.body_rules)?;
    admit_credentials(&visit.request, CredentialCall::LogIn, Some(email.canonical())).await?;
    let device_token = presented_device(&visit.request);
    let device_token = device_token.as_ref().map(|token| token.as_str());
    let result = visit.services.sessions.log_in(&email, password, &visit.origin(), device_token).await;
    visit.state.credential_log.log_in(email.canonical(), &result);
    match &result {
        Ok(_) => attempt.succeed(),
        Err(LogInError::SecondFactorRequired(_)) => attempt.go_on(),
        Err(LogInError::Throttled { .. }) => visit.count_throttled(),
        Err(_) => {}
    }
    Ok(result?)
}
