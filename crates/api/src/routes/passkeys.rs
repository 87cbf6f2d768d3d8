use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ore_domain::{AuditOrigin, ListPage, Locale, Passkey, PasskeyId, UserId, Uuid};
use ore_errors::ApiError;
use ore_errors::messages::Message;
use ore_extract::{
    Admitted, AnySession, Authorized, BeginPasskey, Body, CurrentSession, DeletePasskey, IdempotentCredentials,
    Language, Reauthenticated, RenamePasskey, RequestOrigin, UuidKey, UuidKeyParameter,
};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{
    ApiResponse, CreatedPasskeyResponse, Nothing, PageResponse, PasskeyOptionsResponse, PasskeyResponse,
    RegisterPasskeyRequest, RenamePasskeyRequest,
};
use ore_services::{CreatedPasskey, OwnSession, PasskeyError, PasskeyOptions, PasskeyProof, PasskeyRequest, Services};
use ore_web::endpoint::Endpoint;
use ore_web::list::{ListParameters, Listing, PasskeyList, PasskeyListParameters};
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::{Value, json};
use utoipa::OpenApi;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

type PasskeyPage = PageResponse<PasskeyResponse>;

#[derive(OpenApi)]
#[openapi(
    paths(passkey_registration_options, register_passkey, passkeys, rename_passkey, delete_passkey),
    components(schemas(CreatedPasskeyResponse, PasskeyOptionsResponse, PasskeyPage, PasskeyResponse)),
    tags((name = "passkeys", description = "Passkeys (WebAuthn level 3), with which users log in without a password"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/auth/passkeys/registration/options")
            .post(passkey_registration_options)
            .open_for_enrolment(),
        Endpoint::at("/api/v1/auth/passkeys").post(register_passkey).open_for_enrolment().get(passkeys),
        Endpoint::at("/api/v1/auth/passkeys/{id}").patch(rename_passkey).delete(delete_passkey),
    ]
}

/// Ask the authenticator of the user to make a passkey
///
/// The options are for `navigator.credentials.create`; what it gives goes to `POST /api/v1/auth/passkeys`, with the
/// ceremony. The user has to have authenticated within `BACKEND_REAUTH_SECONDS`.
#[utoipa::path(post, path = "/api/v1/auth/passkeys/registration/options", tag = "passkeys",
    security(("bearer" = [])), responses(
    (status = 200, description = "What to ask", body = ApiResponse<PasskeyOptionsResponse>),
    ErrorResponses<(Authorized<Reauthenticated, Admitted<BeginPasskey>>, PasskeyError)>,
))]
async fn passkey_registration_options(
    services: Data<Services>,
    Authorized(Reauthenticated(current), _): Authorized<Reauthenticated, Admitted<BeginPasskey>>,
) -> Result<Reply<PasskeyOptionsResponse>, ApiError> {
    Ok(Reply::new(options_response(services.passkeys.registration_options(&current.user).await?)))
}

pub(super) fn options_response(PasskeyOptions { public_key, ceremony }: PasskeyOptions) -> PasskeyOptionsResponse {
    PasskeyOptionsResponse { public_key, ceremony }
}

/// Keep a passkey of the user
///
/// At most ten. From now on the user logs in with it, or with the password and a second factor. The first second factor comes
/// with recovery codes.
#[utoipa::path(post, path = "/api/v1/auth/passkeys", tag = "passkeys", security(("bearer" = [])),
    request_body = RegisterPasskeyRequest, responses(
    (status = 201, description = "The passkey", body = ApiResponse<CreatedPasskeyResponse>),
    ErrorResponses<(IdempotentCredentials<RegisterPasskeyRequest>, PasskeyError)>,
))]
async fn register_passkey(
    state: Data<ApiState>,
    services: Data<Services>,
    Language(locale): Language,
    RequestOrigin(origin): RequestOrigin,
    IdempotentCredentials(current, idempotent): IdempotentCredentials<RegisterPasskeyRequest>,
) -> Result<HttpResponse, ApiError> {
    let (origin, caller) = (current.act(origin), caller(&current, locale));
    idempotent.answer(&services, &origin, |request| keep_passkey(&state, &services, caller, &origin, request)).await
}

fn caller(current: &CurrentSession, locale: Locale) -> OwnSession {
    OwnSession { user: current.user.id, session: current.id, locale }
}

async fn keep_passkey(
    state: &ApiState,
    services: &Services,
    caller: OwnSession,
    origin: &AuditOrigin,
    request: RegisterPasskeyRequest,
) -> Result<Reply<CreatedPasskeyResponse>, ApiError> {
    let RegisterPasskeyRequest { credential, ceremony, name } = request;
    let name = name.unwrap_or_else(|| PasskeyRequest::default_name(origin));
    let request = PasskeyRequest { proof: PasskeyProof { credential, ceremony }, name };
    let result = services.passkeys.register(caller, request, origin).await;
    state.credential_log.passkey(caller.user, &result);
    let CreatedPasskey { passkey, recovery_codes } = result?;
    let location = format!("passkeys/{}", passkey.id);
    let codes = recovery_codes.map(|codes| codes.expose().iter().map(|code| code.as_str().to_owned()).collect());
    Ok(Reply::created(CreatedPasskeyResponse::new(passkey.into(), codes), location))
}

/// List the passkeys of the user
///
/// In the order in which they were made, where the query does not say otherwise.
#[utoipa::path(get, path = "/api/v1/auth/passkeys", tag = "passkeys", security(("bearer" = [])),
    params(ListParameters, PasskeyListParameters), responses(
    (status = 200, description = "A page of the passkeys", body = ApiResponse<PasskeyPage>),
    ErrorResponses<Authorized<AnySession, Listing<PasskeyList>>>,
))]
async fn passkeys(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    Authorized(AnySession(current), listing): Authorized<AnySession, Listing<PasskeyList>>,
) -> Result<Reply<PasskeyPage>, ApiError> {
    let (page, selection) = listing.page_of(services.passkeys.list(current.user.id).await?);
    selection.reply(&request, &state, page.map(PasskeyResponse::from))
}

/// Give a passkey another name
///
/// The user has to have authenticated within `BACKEND_REAUTH_SECONDS`.
#[utoipa::path(patch, path = "/api/v1/auth/passkeys/{id}", tag = "passkeys", security(("bearer" = [])),
    params(UuidKeyParameter), request_body = RenamePasskeyRequest, responses(
    (status = 200, description = "The passkey", body = ApiResponse<PasskeyResponse>),
    ErrorResponses<(Authorized<Reauthenticated, Admitted<RenamePasskey, RenameParts>>, PasskeyError)>,
))]
async fn rename_passkey(
    services: Data<Services>,
    RequestOrigin(origin): RequestOrigin,
    Authorized(Reauthenticated(current), Admitted { rest: (UuidKey(id), Body(request)), .. }): Authorized<
        Reauthenticated,
        Admitted<RenamePasskey, RenameParts>,
    >,
) -> Result<Reply<PasskeyResponse>, ApiError> {
    let renamed = services.passkeys.rename(current.user.id, id, request.name, &current.act(origin)).await?;
    Ok(Reply::new(PasskeyResponse::from(renamed)))
}

/// Which passkey gets which name.
type RenameParts = (UuidKey<PasskeyId>, Body<RenamePasskeyRequest>);

/// Delete a passkey
///
/// It is refused from now on. The user has to have authenticated within `BACKEND_REAUTH_SECONDS`.
#[utoipa::path(delete, path = "/api/v1/auth/passkeys/{id}", tag = "passkeys", security(("bearer" = [])),
    params(UuidKeyParameter), responses(
    (status = 200, description = "The passkey is gone", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Reauthenticated, Admitted<DeletePasskey, UuidKey<PasskeyId>>>, PasskeyError)>,
))]
async fn delete_passkey(
    services: Data<Services>,
    Language(locale): Language,
    RequestOrigin(origin): RequestOrigin,
    Authorized(Reauthenticated(current), Admitted { rest: UuidKey(id), .. }): Authorized<
        Reauthenticated,
        Admitted<DeletePasskey, UuidKey<PasskeyId>>,
    >,
) -> Result<Reply<Nothing>, ApiError> {
    services.passkeys.delete(caller(&current, locale), id, &current.act(origin)).await?;
    Ok(Reply::new(Nothing))
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    let passkey = || PasskeyResponse::from(example_passkey());
    match operation {
        "passkey_registration_options" => context.envelope(example_options(), Message::Done),
        "register_passkey" => context.envelope(CreatedPasskeyResponse::new(passkey(), None), Message::Created),
        "passkeys" => {
            let page = ListPage { items: vec![passkey()], next: None, total: None };
            context.envelope(PageResponse::new(page, None), Message::Done)
        }
        "rename_passkey" => context.envelope(passkey(), Message::Done),
        "delete_passkey" => context.envelope(Nothing, Message::Done),
        _ => None,
    }
}

fn example_options() -> PasskeyOptionsResponse {
    let public_key = json!({
        "rp": { "id": "api.example.com", "name": "MyApp API" },
        "user": { "id": "kQ3bq1vPTyeX0dQe8rLw5A", "name": "ada@example.org", "displayName": "Ada" },
        "challenge": EXAMPLE_CHALLENGE,
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "timeout": 300_000,
        "excludeCredentials": [],
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required"
        },
        "attestation": "none",
        "extensions": { "credProps": true },
    });
    PasskeyOptionsResponse { public_key, ceremony: EXAMPLE_CEREMONY.to_owned() }
}

pub(super) const EXAMPLE_CHALLENGE: &str = "m4dnVd0Wl7fWkMPtfJ1lC5S6ZrVt1nQGcQb1a9oJ3pE";
pub(super) const EXAMPLE_CEREMONY: &str = "q8mOzT5kN1…";

fn example_passkey() -> Passkey {
    let at = ExampleContext::timestamp();
    Passkey {
        id: PasskeyId::new(Uuid::from_u128(0x3b0a_6c1e_9d1f_4f0e_8a57_6d2f_5b1c_8f21)),
        user_id: UserId::new(1),
        credential_id: Vec::new(),
        name: "Firefox, Windows".to_owned(),
        created_at: at,
        last_used_at: Some(at),
    }
}
