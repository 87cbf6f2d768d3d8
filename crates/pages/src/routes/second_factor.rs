use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::{ApiError, Problem};
use ore_extract::page_cookie::presented_device;
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::VerifySecondFactorRequest;
use ore_services::{OpenedSession, SecondFactorError, SecondFactorProof};
use ore_web::credential_log::CredentialCall;

use super::{log_in_form, passkey_proof};
use crate::components::link;
use crate::form::{FormView, Kind};
use crate::page_request::PageRequest;
use crate::passkey_form::Ceremony;
use crate::return_path;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const FIELDS: [(&str, FormField); 4] = [
    ("mfa_token", FormField::Text),
    ("code", FormField::OptionalText),
    ("recovery_code", FormField::OptionalText),
    ("remember_device", FormField::Box),
];

/// The log-in that lacks its second factor.
struct Pending<'a> {
    token: &'a str,
    /// The possible second factors, by their names in answers.
    methods: &'a str,
    path: &'a str,
}

/// Asks for the second factor of the log-in that this token stands for, whose user can show this.
pub(super) fn ask(page: &PageRequest, token: &str, methods: &str, path: &str) -> HttpResponse {
    page.render(Text::SecondFactorTitle, &content(&page.blank(), &Pending { token, methods, path }))
}

pub(super) async fn submit(SubmittedForm(page, form): SubmittedForm<PageRequest>) -> Result<HttpResponse, ApiError> {
    let result = verify(&page, &form).await;
    finish(&page, &form, result).await
}

/// As [`submit`], with a passkey.
pub(super) async fn submit_passkey(
    SubmittedForm(page, form): SubmittedForm<PageRequest>,
) -> Result<HttpResponse, ApiError> {
    let result = verify_passkey(&page, &form).await;
    finish(&page, &form, result).await
}

async fn finish(
    page: &PageRequest,
    form: &PageForm,
    result: Result<OpenedSession, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let path = return_path::of_form(form);
    match result {
        Ok(session) => page.sign_in(&session, &path).await,
        Err(error) if error.problem() == Some(Problem::InvalidMfaToken) => {
            page.refused(error, Text::LogInTitle, form, |view| log_in_form::content(view, &path))
        }
        Err(error) => {
            let [token, methods] = ["mfa_token", "methods"].map(|name| form.get(name).unwrap_or_default());
            let pending = Pending { token, methods, path: &path };
            page.refused(error, Text::SecondFactorTitle, form, |view| content(view, &pending))
        }
    }
}

async fn verify(page: &PageRequest, form: &PageForm) -> Result<OpenedSession, ApiError> {
    let request: VerifySecondFactorRequest = form.decode(&FIELDS, &page.state.body_rules)?;
    let proof = match (request.code, request.recovery_code) {
        (Some(code), _) => SecondFactorProof::Code(code),
        (None, Some(code)) => SecondFactorProof::RecoveryCode(code),
        (None, None) => return Err(Problem::BadRequest.into()),
    };
    prove(page, &request.mfa_token, proof, request.remember_device).await
}

async fn verify_passkey(page: &PageRequest, form: &PageForm) -> Result<OpenedSession, ApiError> {
    let proof = SecondFactorProof::Passkey(Box::new(passkey_proof::of_form(form, page)?));
    prove(page, form.get("mfa_token").unwrap_or_default(), proof, form.get("remember_device").is_some()).await
}

async fn prove(
    page: &PageRequest,
    token: &str,
    proof: SecondFactorProof,
    remembers: bool,
) -> Result<OpenedSession, ApiError> {
    let (attempt, origin) = (page.metrics.login.begin(), page.origin());
    admit_credentials(&page.request, CredentialCall::VerifySecondFactor, None).await?;
    let device_token = presented_device(&page.request);
    let device_token = device_token.as_ref().map(|token| token.as_str());
    let sessions = &page.services.sessions;
    let result = sessions.verify_second_factor(token, proof, remembers, &origin, device_token, page.locale).await;
    page.state.credential_log.second_factor(&result);
    if let Err(SecondFactorError::Throttled { .. }) = result {
        page.count_throttled();
    }
    let session = result?;
    attempt.succeed();
    Ok(session)
}

fn content(view: &FormView<'_>, pending: &Pending<'_>) -> Markup {
    let can_show = |method: &str| pending.methods.split(' ').any(|it| it == method);
    let lead = html! {
        input type="hidden" name="mfa_token" value=(pending.token);
        input type="hidden" name="methods" value=(pending.methods);
        (return_path::field(pending.path))
    };
    let remember = view.tick("remember_device", "yes", view.text(Text::RememberDevice), false);
    let fields = html! {
        (lead)
        @if can_show("totp") { (view.optional("code", Text::Code, Kind::Code, None)) }
        (view.optional("recovery_code", Text::RecoveryCode, Kind::Code, None))
        (remember)
    };
    html! {
        p { (view.text(Text::SecondFactorIntro)) }
        (view.form("/account/second-factor", Text::LogIn, &fields))
        @if can_show("passkey") && passkey_proof::are_offered(view.page) {
            @let fields = html! { (lead) (remember) };
            (view.passkey_form("/account/second-factor/passkey", Ceremony::Show, Text::ShowPasskey, &fields))
        }
        (link(view.page, "/account/login", Text::LogInLink))
    }
}
