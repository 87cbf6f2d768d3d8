use actix_web::http::header::PRAGMA;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ore_domain::AuditAction;
use ore_errors::{ApiError, OAuthProblem, of_refresh};
use ore_extract::{ClientCredentials, Form, IntrospectionCall, OAuthCall};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{ActorResponse, IntrospectionResponse, OAuthErrorResponse, OAuthTokenResponse, RevocationResponse};
use ore_services::{
    Client, ExchangeRequest, Introspection, IssuedToken, OpenedSession, RefreshError, Revocation, Services,
};
use ore_web::endpoint::Endpoint;
use serde_json::Value;
use utoipa::OpenApi;

use super::oauth_forms::{OAuthTokenForm, OAuthTokenNameForm};
use super::refresh_token_call::RefreshTokenCall;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

/// RFC 6750, section 6.1.1.
const BEARER: &str = "Bearer";
/// RFC 8693, sections 2.1 and 3.
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

#[derive(OpenApi)]
#[openapi(
    paths(token, introspect, revoke),
    components(schemas(
        OAuthTokenForm,
        OAuthTokenNameForm,
        OAuthErrorResponse,
        OAuthTokenResponse,
        IntrospectionResponse,
        ActorResponse,
        RevocationResponse
    )),
    tags((name = "oauth", description = "For clients and services that speak OAuth 2.0"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/oauth/token").post(token),
        Endpoint::at("/oauth/introspect").post(introspect),
        Endpoint::at("/oauth/revoke").post(revoke),
    ]
}

/// Get a token
///
/// `client_credentials`: a service account acts for itself. It authenticates with its id and one of its API keys, with
/// HTTP Basic or in the body. The token ends with the API key, and never allows more than the service account may do.
/// `refresh_token`: as `POST /api/v1/auth/refresh`; the client needs nothing but the token.
/// `urn:ietf:params:oauth:grant-type:token-exchange`: a service account gets a token with which it acts for the user of
/// an access token at another service (RFC 8693). This API refuses it.
#[utoipa::path(post, path = "/oauth/token", tag = "oauth",
    request_body(content = OAuthTokenForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The tokens (RFC 6749, section 5.1)", body = OAuthTokenResponse),
    ErrorResponses<OAuthCall>,
))]
async fn token(
    request: HttpRequest,
    refreshing: RefreshTokenCall,
    OAuthCall { form, credentials }: OAuthCall,
) -> Result<HttpResponse, ApiError> {
    let tokens = match form.require("grant_type")? {
        "client_credentials" => issue_to_client(&credentials.authenticate(&request).await?, &form, &refreshing).await?,
        TOKEN_EXCHANGE => issue_by_exchange(&credentials.authenticate(&request).await?, &form, &refreshing).await?,
        "refresh_token" => {
            require_known(&request, &credentials).await?;
            of_session(refreshing.exchange(form.require("refresh_token")?).await?.map_err(grant_error)?)
        }
        _ => return Err(OAuthProblem::UnsupportedGrantType.into()),
    };
    Ok(HttpResponse::Ok().insert_header((PRAGMA, "no-cache")).json(tokens))
}

async fn issue_to_client(
    client: &Client,
    form: &Form,
    call: &RefreshTokenCall,
) -> Result<OAuthTokenResponse, ApiError> {
    let issued = call.services.client_tokens.issue(client, form.get("scope"), &call.origin).await;
    call.state.credential_log.client_token(AuditAction::IssueToken, client, &issued);
    Ok(of_client(issued?))
}

async fn issue_by_exchange(
    client: &Client,
    form: &Form,
    call: &RefreshTokenCall,
) -> Result<OAuthTokenResponse, ApiError> {
    let (wanted, services) = (exchange_request(form)?, &call.services);
    let issued = services.client_tokens.exchange(&services.authentication, client, wanted, &call.origin).await;
    call.state.credential_log.client_token(AuditAction::ExchangeToken, client, &issued);
    Ok(OAuthTokenResponse { issued_token_type: Some(ACCESS_TOKEN), ..of_client(issued?) })
}

/// What is asked for in exchange for what: access tokens alone, and nobody acts beside the client.
fn exchange_request(form: &Form) -> Result<ExchangeRequest<'_>, ApiError> {
    let is_access_token = |name| [ACCESS_TOKEN, JWT].contains(&name);
    let subject_token = form.require("subject_token")?;
    if !is_access_token(form.require("subject_token_type")?) {
        return Err(OAuthProblem::InvalidRequest("The subject_token_type is not that of access tokens.").into());
    }
    if !form.get("requested_token_type").is_none_or(is_access_token) {
        return Err(OAuthProblem::InvalidRequest("The requested_token_type is not that of access tokens.").into());
    }
    if form.get("actor_token").is_some() || form.get("actor_token_type").is_some() {
        return Err(OAuthProblem::InvalidRequest("The client itself acts, and no actor_token.").into());
    }
    // Services have names here, and no URLs beside them.
    let audience = form.get("audience").filter(|_| form.get("resource").is_none());
    Ok(ExchangeRequest { subject_token, audience, scope: form.get("scope") })
}

/// A client with a refresh token needs no client id. If it sends one, it must authenticate as that client.
async fn require_known(request: &HttpRequest, credentials: &ClientCredentials) -> Result<(), ApiError> {
    match credentials {
        ClientCredentials::None => Ok(()),
        shown => shown.authenticate(request).await.map(drop),
    }
}

fn of_client(issued: IssuedToken) -> OAuthTokenResponse {
    OAuthTokenResponse {
        access_token: issued.access_token.into_string(),
        issued_token_type: None,
        token_type: BEARER,
        expires_in: issued.expires_in.as_secs(),
        scope: issued.scope.to_string(),
        refresh_token: None,
        refresh_expires_in: None,
    }
}

fn of_session(session: OpenedSession) -> OAuthTokenResponse {
    OAuthTokenResponse {
        access_token: session.access_token.into_string(),
        issued_token_type: None,
        token_type: BEARER,
        expires_in: session.expires_in.as_secs(),
        scope: session.scope,
        refresh_token: Some(session.refresh_token.expose().to_owned()),
        refresh_expires_in: Some(session.refresh_expires_in.as_secs()),
    }
}

fn grant_error(error: RefreshError) -> ApiError {
    match error {
        RefreshError::Invalid(_) => OAuthProblem::InvalidGrant.into(),
        other => of_refresh(other, false),
    }
}

/// Ask what a token says
///
/// For those with the permission `tokens.verify`: with the id of a service account and its API key, as at `/oauth/token`, or with
/// an access token or an API key as in the rest of the API. Refresh tokens and API keys are never active.
#[utoipa::path(post, path = "/oauth/introspect", tag = "oauth",
    request_body(content = OAuthTokenNameForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "What the token says (RFC 7662, section 2.2)", body = IntrospectionResponse),
    ErrorResponses<IntrospectionCall>,
))]
async fn introspect(
    services: Data<Services>,
    IntrospectionCall(token): IntrospectionCall,
) -> Result<HttpResponse, ApiError> {
    let found = services.authentication.introspect(&token).await?;
    Ok(HttpResponse::Ok().json(found.map(introspected).unwrap_or_default()))
}

fn introspected(Introspection { claims, scope }: Introspection) -> IntrospectionResponse {
    IntrospectionResponse {
        active: true,
        scope: Some(scope.to_string()),
        client_id: Some(claims.client_id),
        token_type: Some(BEARER.into()),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        sub: Some(claims.sub),
        aud: Some(claims.aud),
        iss: Some(claims.iss),
        jti: Some(claims.jti),
        sid: Some(claims.sid),
        uid: claims.uid,
        auth_time: claims.extra.auth_time,
        act: claims.extra.act.map(|act| ActorResponse { sub: act.sub }),
    }
}

/// End a token
///
/// Whoever has an access token or a refresh token may end its session; so may who has one that a client got in
/// exchange, which has the session of its subject. A token that is not valid gets the same answer. What a client got
/// for an API key ends with that.
#[utoipa::path(post, path = "/oauth/revoke", tag = "oauth",
    request_body(content = OAuthTokenNameForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The token is no longer valid (RFC 7009, section 2.2)", body = RevocationResponse),
    ErrorResponses<OAuthCall>,
))]
async fn revoke(
    request: HttpRequest,
    ending: RefreshTokenCall,
    OAuthCall { form, credentials }: OAuthCall,
) -> Result<HttpResponse, ApiError> {
    require_known(&request, &credentials).await?;
    let (services, token) = (&ending.services, form.require("token")?);
    match services.sessions.revoke(&services.authentication, token, ending.locale, &ending.origin).await? {
        Revocation::AccessToken { has_ended } => ending.state.credential_log.done(AuditAction::LogOut, has_ended),
        Revocation::RefreshToken(left) => {
            ending.log_end(&left, false).await?;
            match left {
                Ok(()) | Err(RefreshError::Invalid(_)) => {}
                Err(error) => return Err(of_refresh(error, false)),
            }
        }
        Revocation::Nothing => {}
        Revocation::Unsupported => return Err(OAuthProblem::UnsupportedTokenType.into()),
    }
    Ok(HttpResponse::Ok().json(RevocationResponse {}))
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    let at = u64::try_from(ExampleContext::timestamp().timestamp()).ok()?;
    let lifetime = context.token_lifetime.as_secs();
    match operation {
        "token" => serde_json::to_value(OAuthTokenResponse {
            access_token: "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.…".to_owned(),
            issued_token_type: None,
            token_type: BEARER,
            expires_in: lifetime,
            scope: "tokens.verify".to_owned(),
            refresh_token: None,
            refresh_expires_in: None,
        }),
        "introspect" => serde_json::to_value(IntrospectionResponse {
            active: true,
            scope: Some("users.read".to_owned()),
            client_id: Some("ore-first-party".to_owned()),
            token_type: Some(BEARER.into()),
            exp: Some(at + lifetime),
            iat: Some(at),
            sub: Some("ada@example.org".to_owned()),
            aud: Some("ore".to_owned()),
            iss: Some("https://id.example.org".to_owned()),
            jti: Some("5f3c1b9a-8f6e-4f0a-9c39-0d6b7a51c3de".to_owned()),
            sid: Some("7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10".to_owned()),
            uid: Some(1),
            auth_time: Some(at),
            act: None,
        }),
        "revoke" => serde_json::to_value(RevocationResponse {}),
        _ => return None,
    }
    .ok()
}
