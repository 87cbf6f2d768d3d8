use actix_web::web::Data;
use ore_domain::UserId;
use ore_domain::permissions::UsersWrite;
use ore_errors::messages::Message;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_extract::{
    Admitted, Authorized, Credentials, EnrolTotp, Key, Language, MakeRecoveryCodes, PermittedReauthenticated,
    Reauthenticated, RemoveTotp, RequestOrigin, ResetSecondFactors, SessionClient, SessionCredentials,
};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{
    ApiResponse, ConfirmTotpRequest, Nothing, RecoveryCodesResponse, TokenResponse, TotpEnrolmentResponse,
    VerifySecondFactorRequest,
};
use ore_services::{OwnSession, RecoveryCodes, SecondFactorError, SecondFactorProof, Services};
use ore_telemetry::metrics::Metrics;
use ore_web::credential_log::CredentialCall;
use ore_web::endpoint::Endpoint;
use ore_web::qr_code;
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::OpenApi;

use super::auth::{ACCOUNT, example_opening, tokens_of};
use super::passkey_log_in::proof_of;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(verify_second_factor, enrol_totp, confirm_totp, remove_totp, make_recovery_codes, reset_second_factors),
    components(schemas(TotpEnrolmentResponse, RecoveryCodesResponse)),
    tags((name = "second factors", description = "What users show beside their password"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/auth/mfa/verify").post(verify_second_factor),
        Endpoint::at("/api/v1/auth/totp/enrol").post(enrol_totp).open_for_enrolment(),
        Endpoint::at("/api/v1/auth/totp/confirm").post(confirm_totp).open_for_enrolment(),
        Endpoint::at("/api/v1/auth/totp").delete(remove_totp),
        Endpoint::at("/api/v1/auth/recovery-codes").post(make_recovery_codes),
        Endpoint::at("/api/v1/users/{id}/mfa").delete(reset_second_factors),
    ]
}

/// Show the second factor of a log-in
///
/// The token is that of the answer `MFA_REQUIRED`: it is for five minutes and five tries. A wrong code is a failure of the
/// account, as a wrong password is. With `remember_device` this device logs in without the second factor for 180 days, until the
/// password or a factor is another.
#[utoipa::path(post, path = "/api/v1/auth/mfa/verify", tag = "second factors",
    request_body = VerifySecondFactorRequest, responses(
    (status = 200, description = "The session has started", body = ApiResponse<TokenResponse>),
    ErrorResponses<(Credentials<VerifySecondFactorRequest>, SecondFactorError)>,
))]
async fn verify_second_factor(
    state: Data<ApiState>,
    services: Data<Services>,
    metrics: Data<Metrics>,
    client: SessionClient,
    Language(locale): Language,
    Credentials(request): Credentials<VerifySecondFactorRequest>,
) -> Result<Reply<TokenResponse>, ApiError> {
    let attempt = metrics.login.begin();
    let (token, remembers) = (request.mfa_token.clone(), request.remember_device);
    let proof = proof_in(request)?;
    let device_token = client.device_cookie.as_ref().map(|token| token.as_str());
    let (sessions, origin) = (&services.sessions, &client.origin);
    let result = sessions.verify_second_factor(&token, proof, remembers, origin, device_token, locale).await;
    state.credential_log.second_factor(&result);
    if let Err(SecondFactorError::Throttled { .. }) = result {
        metrics.rate_limits.refuse(ACCOUNT);
    }
    let session = result?;
    attempt.succeed();
    Ok(tokens_of(&session, client.wants_cookie).with_message(Message::LoggedIn))
}

fn proof_in(request: VerifySecondFactorRequest) -> Result<SecondFactorProof, ApiError> {
    match (request.code, request.recovery_code, request.passkey) {
        (Some(code), ..) => Ok(SecondFactorProof::Code(code)),
        (None, Some(code), _) => Ok(SecondFactorProof::RecoveryCode(code)),
        (None, None, Some(passkey)) => Ok(SecondFactorProof::Passkey(Box::new(proof_of(passkey)))),
        (None, None, None) => Err(Problem::BadRequest.into()),
    }
}

/// Get the secret for an authenticator app
///
/// RFC 6238 with SHA-1, six digits and steps of 30 seconds. It is in force once a code of it was confirmed in this
/// session, within 15 minutes; until then what the user has stays as it is. The user has to have authenticated within
/// `BACKEND_REAUTH_SECONDS`.
#[utoipa::path(post, path = "/api/v1/auth/totp/enrol", tag = "second factors", security(("bearer" = [])), responses(
    (status = 200, description = "The secret", body = ApiResponse<TotpEnrolmentResponse>),
    ErrorResponses<(Authorized<Reauthenticated, Admitted<EnrolTotp>>, Enrolment)>,
))]
async fn enrol_totp(
    state: Data<ApiState>,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Language(locale): Language,
    Authorized(Reauthenticated(current), _): Authorized<Reauthenticated, Admitted<EnrolTotp>>,
) -> Result<Reply<TotpEnrolmentResponse>, ApiError> {
    let own = OwnSession { user: current.user.id, session: current.id, locale };
    let result = services.second_factors.offer_totp(own, &current.user.email, &current.act(origin)).await;
    state.credential_log.factors(CredentialCall::EnrolTotp, own.user, &result);
    let offered = result?;
    let qr_svg = qr_code::svg(&offered.url).ok_or(Problem::InternalError)?;
    let (secret, otpauth_url) = (offered.secret.to_string(), offered.url.to_string());
    Ok(Reply::new(TotpEnrolmentResponse { secret, otpauth_url, qr_svg }))
}

/// Show the first code of an authenticator app
///
/// From now on the user shows a code at each log-in. The first second factor comes with ten recovery codes. The session of the
/// call counts as one with a second factor.
#[utoipa::path(post, path = "/api/v1/auth/totp/confirm", tag = "second factors", security(("bearer" = [])),
    request_body = ConfirmTotpRequest, responses(
    (status = 200, description = "The recovery codes", body = ApiResponse<RecoveryCodesResponse>),
    ErrorResponses<(SessionCredentials<ConfirmTotpRequest>, Confirmation)>,
))]
async fn confirm_totp(
    state: Data<ApiState>,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Language(locale): Language,
    SessionCredentials(current, ConfirmTotpRequest { code }): SessionCredentials<ConfirmTotpRequest>,
) -> Result<Reply<RecoveryCodesResponse>, ApiError> {
    let own = OwnSession { user: current.user.id, session: current.id, locale };
    let result = services.second_factors.confirm_totp(own, code, &current.act(origin)).await;
    state.credential_log.factors(CredentialCall::ConfirmTotp, own.user, &result);
    Ok(Reply::new(codes_response(result?.as_ref())))
}

/// Remove the authenticator app
///
/// With the last second factor the recovery codes end. The user has to have authenticated within `BACKEND_REAUTH_SECONDS`, with
/// a second factor.
#[utoipa::path(delete, path = "/api/v1/auth/totp", tag = "second factors", security(("bearer" = [])), responses(
    (status = 200, description = "The authenticator app is gone", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Reauthenticated, Admitted<RemoveTotp>>, Removal)>,
))]
async fn remove_totp(
    state: Data<ApiState>,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Language(locale): Language,
    Authorized(Reauthenticated(current), _): Authorized<Reauthenticated, Admitted<RemoveTotp>>,
) -> Result<Reply<Nothing>, ApiError> {
    let own = OwnSession { user: current.user.id, session: current.id, locale };
    let result = services.second_factors.remove_totp(own, &current.act(origin)).await;
    state.credential_log.factors(CredentialCall::RemoveTotp, own.user, &result);
    result?;
    Ok(Reply::new(Nothing))
}

/// Make new recovery codes
///
/// Those from before do not count any more. The user has to have authenticated within `BACKEND_REAUTH_SECONDS`, with a second
/// factor.
#[utoipa::path(post, path = "/api/v1/auth/recovery-codes", tag = "second factors", security(("bearer" = [])), responses(
    (status = 200, description = "Ten recovery codes", body = ApiResponse<RecoveryCodesResponse>),
    ErrorResponses<(Authorized<Reauthenticated, Admitted<MakeRecoveryCodes>>, NoFactor)>,
))]
async fn make_recovery_codes(
    state: Data<ApiState>,
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Language(locale): Language,
    Authorized(Reauthenticated(current), _): Authorized<Reauthenticated, Admitted<MakeRecoveryCodes>>,
) -> Result<Reply<RecoveryCodesResponse>, ApiError> {
    let own = OwnSession { user: current.user.id, session: current.id, locale };
    let result = services.second_factors.make_recovery_codes(own, &current.act(origin)).await;
    state.credential_log.factors(CredentialCall::MakeRecoveryCodes, own.user, &result);
    Ok(Reply::new(codes_response(Some(&result?))))
}

/// Take the second factors from a user who has lost them
///
/// The user logs in with the password alone until there is a new one, and is told by mail. The caller has to have authenticated
/// within `BACKEND_REAUTH_SECONDS`. Who must have a second factor does not take their own.
#[utoipa::path(delete, path = "/api/v1/users/{id}/mfa", tag = "users", security(("bearer" = ["users.write"])), params(Key),
    responses(
    (status = 200, description = "The second factors are gone", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<PermittedReauthenticated<UsersWrite>, Admitted<ResetSecondFactors, Key>>, OwnFactors)>,
))]
async fn reset_second_factors(
    services: Data<Services>,
    Language(locale): Language,
    Authorized(PermittedReauthenticated(actor), Admitted { rest: Key(id), .. }): Authorized<
        PermittedReauthenticated<UsersWrite>,
        Admitted<ResetSecondFactors, Key>,
    >,
) -> Result<Reply<Nothing>, ApiError> {
    services.administration.reset_second_factors(&actor, UserId::new(id), locale).await?;
    Ok(Reply::new(Nothing))
}

fn codes_response(codes: Option<&RecoveryCodes>) -> RecoveryCodesResponse {
    let codes = codes.map(RecoveryCodes::expose).unwrap_or_default();
    RecoveryCodesResponse { recovery_codes: codes.iter().map(|code| code.to_string()).collect() }
}

/// What [`enrol_totp`] refuses.
struct Enrolment;

impl DeclaresProblems for Enrolment {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotConfigured]
    }
}

/// What [`confirm_totp`] refuses.
struct Confirmation;

impl DeclaresProblems for Confirmation {
    fn problems() -> Vec<Problem> {
        vec![Problem::InvalidCode]
    }
}

/// What [`make_recovery_codes`] refuses.
struct NoFactor;

impl DeclaresProblems for NoFactor {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound]
    }
}

/// What [`reset_second_factors`] refuses.
struct OwnFactors;

impl DeclaresProblems for OwnFactors {
    fn problems() -> Vec<Problem> {
        vec![Problem::MfaIsRequired]
    }
}

/// What [`remove_totp`] refuses.
struct Removal;

impl DeclaresProblems for Removal {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotFound, Problem::MfaIsRequired]
    }
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    match operation {
        "verify_second_factor" => context.envelope(example_opening(context), Message::LoggedIn),
        "enrol_totp" => context.envelope(example_enrolment(), Message::Done),
        "confirm_totp" | "make_recovery_codes" => {
            let recovery_codes = vec!["0123-4567-89AB-CDEF".to_owned()];
            context.envelope(RecoveryCodesResponse { recovery_codes }, Message::Done)
        }
        "remove_totp" | "reset_second_factors" => context.envelope(Nothing, Message::Done),
        _ => None,
    }
}

/// The secret is that of RFC 6238, so that nobody takes it for one that was leaked.
fn example_enrolment() -> TotpEnrolmentResponse {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned();
    let otpauth_url = format!("otpauth://totp/ORE:ada%40example.org?secret={secret}&issuer=ORE");
    TotpEnrolmentResponse { secret, otpauth_url, qr_svg: "<svg>…</svg>".to_owned() }
}
