use actix_web::web::Data;
use ore_domain::AuditAction;
use ore_errors::messages::Message;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_extract::{
    Authorized, Credentials, Language, OptionalSession, RequestOrigin, SessionClient, SessionCredentials,
};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_pages::ResetHook;
use ore_schemas::{
    ApiResponse, ChangeEmailRequest, EmailRequest, NextStep, Nothing, ResetPasswordRequest, UserResponse,
    VerifyEmailRequest,
};
use ore_services::{LinkProof, MailTokenError, OwnPasswordError, RequestMailError, Services};
use ore_telemetry::metrics::Metrics;
use ore_web::credential_log::CredentialCall;
use ore_web::endpoint::Endpoint;
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

use super::account::{count_throttled, example_user};
use super::auth::ACCOUNT;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(forgot_password, reset_password, verify_email, resend_verification, change_email),
    components(schemas(NextStep)),
    tags((name = "recovery", description = "What goes by mail: forgotten passwords and the addresses of accounts"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/auth/password/forgot").post(forgot_password),
        Endpoint::at("/api/v1/auth/password/reset").post(reset_password),
        Endpoint::at("/api/v1/auth/email/verify").post(verify_email),
        Endpoint::at("/api/v1/auth/email/resend").post(resend_verification),
        Endpoint::at("/api/v1/auth/email/change").post(change_email),
    ]
}

/// Ask for a mail with a link to a new password
///
/// The answer is the same for every address. The link is valid for 30 minutes, and an address gets one mail in a
/// minute.
#[utoipa::path(post, path = "/api/v1/auth/password/forgot", tag = "recovery", request_body = EmailRequest, responses(
    (status = 200, description = "A mail is on its way if the address has an account", body = ApiResponse<Nothing>),
    ErrorResponses<(Credentials<EmailRequest>, RequestMailError)>,
))]
async fn forgot_password(
    state: Data<ApiState>,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Language(locale): Language,
    Credentials(request): Credentials<EmailRequest>,
) -> Result<Reply<Nothing>, ApiError> {
    let (log, action) = (&state.credential_log, AuditAction::ForgotPassword);
    log.mail_requested(CredentialCall::RequestMail, action, request.email.canonical());
    services.recovery.forgot(request.email, locale, &origin).await?;
    Ok(Reply::new(Nothing).with_message(Message::MailRequested))
}

/// Set a new password with the token from a mail
///
/// Every session ends and none is opened. The address counts as verified.
#[utoipa::path(post, path = "/api/v1/auth/password/reset", tag = "recovery", request_body = ResetPasswordRequest,
    responses(
    (status = 200, description = "The password is set", body = ApiResponse<Nothing>),
    ErrorResponses<(Credentials<ResetPasswordRequest>, MailTokenError)>,
))]
async fn reset_password(
    state: Data<ApiState>,
    services: Data<Services>,
    on_reset: Data<ResetHook>,
    RequestOrigin(origin): RequestOrigin,
    Language(locale): Language,
    Credentials(request): Credentials<ResetPasswordRequest>,
) -> Result<Reply<Nothing>, ApiError> {
    let result = services.recovery.reset(&request.token, request.new_password, locale, &origin).await;
    state.credential_log.mail_token(CredentialCall::ResetPassword, result.as_ref().copied());
    result?;
    on_reset(&request.token);
    Ok(Reply::new(Nothing).with_message(Message::PasswordChanged))
}

/// Show that an address is yours
///
/// Takes the token from a mail, and a session of the account or its password. Without them the token stays valid, so
/// that nobody verifies an account that a stranger made with their address. Also confirms a change of the address; sessions
/// go on.
#[utoipa::path(post, path = "/api/v1/auth/email/verify", tag = "recovery", security((), ("bearer" = [])),
    request_body = VerifyEmailRequest, responses(
    (status = 200, description = "The address is verified", body = ApiResponse<UserResponse>),
    ErrorResponses<(Authorized<OptionalSession, Credentials<VerifyEmailRequest>>, VerifyEmail)>,
))]
async fn verify_email(
    state: Data<ApiState>,
    services: Data<Services>,
    metrics: Data<Metrics>,
    client: SessionClient,
    Language(locale): Language,
    Authorized(OptionalSession(session), Credentials(request)): Authorized<
        OptionalSession,
        Credentials<VerifyEmailRequest>,
    >,
) -> Result<Reply<UserResponse>, ApiError> {
    let origin = session.as_ref().map_or_else(|| client.origin.clone(), |session| session.act(client.origin.clone()));
    let proof = LinkProof { session: session.map(|session| session.user.id), password: request.password };
    let result = services.sessions.verify_address(&request.token, proof, &origin, locale).await;
    state.credential_log.mail_token(CredentialCall::VerifyEmail, result.as_ref().map(|user| user.id));
    if let Err(MailTokenError::Throttled { .. }) = result {
        metrics.rate_limits.refuse(ACCOUNT);
    }
    Ok(Reply::new(UserResponse::from(&result?)).with_message(Message::EmailVerified))
}

/// What [`verify_email`] refuses beside what every token from a mail is refused for.
struct VerifyEmail;

impl DeclaresProblems for VerifyEmail {
    fn problems() -> Vec<Problem> {
        let mut problems = MailTokenError::problems();
        problems.push(Problem::SignInToVerify);
        problems
    }
}

/// Ask once more for the mail that verifies an address
///
/// The answer is the same for every address. One mail goes to an address in a minute.
#[utoipa::path(post, path = "/api/v1/auth/email/resend", tag = "recovery", request_body = EmailRequest, responses(
    (status = 200, description = "A mail is on its way if there is something to verify", body = ApiResponse<Nothing>),
    ErrorResponses<(Credentials<EmailRequest>, RequestMailError)>,
))]
async fn resend_verification(
    state: Data<ApiState>,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Language(locale): Language,
    Credentials(request): Credentials<EmailRequest>,
) -> Result<Reply<Nothing>, ApiError> {
    let (log, action) = (&state.credential_log, AuditAction::ResendVerification);
    log.mail_requested(CredentialCall::RequestMail, action, request.email.canonical());
    services.sessions.resend_verification(request.email, locale, &origin).await?;
    Ok(Reply::new(Nothing).with_message(Message::MailRequested))
}

/// Ask for another address
///
/// Nothing changes until the link in the mail to the new address is shown. The present address is told. The answer is the
/// same when the new address has an account. Of a user with a second factor the session has to have shown it.
#[utoipa::path(post, path = "/api/v1/auth/email/change", tag = "recovery", security(("bearer" = [])),
    request_body = ChangeEmailRequest, responses(
    (status = 200, description = "Mails are on their way", body = ApiResponse<Nothing>),
    ErrorResponses<((SessionCredentials<ChangeEmailRequest>, OwnPasswordError), ChangeEmail)>,
))]
async fn change_email(
    state: Data<ApiState>,
    services: Data<Services>,
    metrics: Data<Metrics>,
    RequestOrigin(origin): RequestOrigin,
    Language(locale): Language,
    SessionCredentials(current, request): SessionCredentials<ChangeEmailRequest>,
) -> Result<Reply<Nothing>, ApiError> {
    let (user, ChangeEmailRequest { new_email, password }) = (&current.user, request);
    let (sessions, origin) = (&services.sessions, current.act(origin));
    let result = sessions.request_address_change(user.id, current.id, new_email, password, locale, &origin).await;
    state.credential_log.own_password(CredentialCall::ChangeEmail, user, &result);
    count_throttled(&metrics, &result);
    result?;
    Ok(Reply::new(Nothing).with_message(Message::CheckMail))
}

/// What [`change_email`] refuses beside what every call with a password is refused for.
struct ChangeEmail;

impl DeclaresProblems for ChangeEmail {
    fn problems() -> Vec<Problem> {
        vec![Problem::RegistrationClosed]
    }
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    match operation {
        "forgot_password" | "resend_verification" => context.envelope(Nothing, Message::MailRequested),
        "reset_password" => context.envelope(Nothing, Message::PasswordChanged),
        "verify_email" => context.envelope(UserResponse::from(&example_user()?), Message::EmailVerified),
        "change_email" => context.envelope(Nothing, Message::CheckMail),
        _ => None,
    }
}
