use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::AuditOrigin;
use ore_schemas::VerifySecondFactorRequest;
use ore_services::{OpenedSession, SecondFactorError, SecondFactorProof};
use ore_web::credential_log::CredentialCall;
use ore_web::error::{ApiError, Problem};
use ore_web::extract::{FormField, PageForm, admit_credentials};
use ore_web::page_cookie::presented_device;

use super::log_in_form;
use crate::components::link;
use crate::form::{FormView, Kind};
use crate::return_path;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::Visit;

const FIELDS: [(&str, FormField); 4] = [
    ("mfa_token", FormField::Text),
    ("code", FormField::OptionalText),
    ("recovery_code", FormField::OptionalText),
    ("remember_device", FormField::Box),
];

/// Asks for the second factor of the log-in that this token stands for.
pub(super) fn ask(visit: &Visit, token: &str, path: &str) -> HttpResponse {
    visit.page(Text::SecondFactorTitle, &content(&visit.blank(), token, path))
}

pub(super) async fn submit(Submitted(visit, form): Submitted<Visit>) -> Result<HttpResponse, ApiError> {
    let path = return_path::checked(form.get("return_to"));
    let token = form.get("mfa_token").unwrap_or_default();
    match verify(&visit, &form, &visit.origin()).await {
        Ok(session) => visit.sign_in(&session, &path).await,
        Err(error) if error.problem() == Some(Problem::InvalidMfaToken) => {
            visit.refused(error, Text::LogInTitle, &form, |view| log_in_form::content(view, &path))
        }
        Err(error) => visit.refused(error, Text::SecondFactorTitle, &form, |view| content(view, token, &path)),
    }
}

async fn verify(visit: &Visit, form: &PageForm, origin: &AuditOrigin) -> Result<OpenedSession, ApiError> {
    let attempt = visit.metrics.login.begin();
    let request: VerifySecondFactorRequest = form.decode(&FIELDS, &visit.state.body_rules)?;
    admit_credentials(&visit.request, CredentialCall::VerifySecondFactor, None).await?;
    let proof = match (request.code, request.recovery_code) {
        (Some(code), _) => SecondFactorProof::Code(code),
        (None, Some(code)) => SecondFactorProof::RecoveryCode(code),
        (None, None) => return Err(Problem::BadRequest.into()),
    };
    let device_token = presented_device(&visit.request);
    let device_token = device_token.as_ref().map(|token| token.as_str());
    let (token, remembers, sessions) = (&request.mfa_token, request.remember_device, &visit.services.sessions);
    let result = sessions.verify_second_factor(token, proof, remembers, origin, device_token, visit.locale).await;
    visit.state.credential_log.second_factor(&result);
    if let Err(SecondFactorError::Throttled { .. }) = result {
        visit.count_throttled();
    }
    let session = result?;
    attempt.succeed();
    Ok(session)
}

fn content(view: &FormView<'_>, token: &str, path: &str) -> Markup {
    let fields = html! {
        input type="hidden" name="mfa_token" value=(token);
        input type="hidden" name="return_to" value=(path);
        (view.optional("code", Text::Code, Kind::Code, None))
        (view.optional("recovery_code", Text::RecoveryCode, Kind::Code, None))
        (view.tick("remember_device", "yes", view.text(Text::RememberDevice), false))
    };
    html! {
        p { (view.text(Text::SecondFactorIntro)) }
        (view.form("/account/second-factor", Text::LogIn, &fields))
        (link(view.visit, "/account/login", Text::LogInLink))
    }
}
