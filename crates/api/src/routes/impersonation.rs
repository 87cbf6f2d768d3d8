use actix_web::web::Data;
use ore_domain::UserId;
use ore_domain::permissions::UsersImpersonate;
use ore_errors::messages::Message;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_extract::{Authorized, Body, Key, PermittedReauthenticated};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{ApiResponse, ImpersonateRequest, TokenResponse};
use ore_services::{IMPERSONATION_LIFETIME, Services};
use ore_web::endpoint::Endpoint;
use ore_web::reply::Reply;
use serde_json::Value;
use utoipa::OpenApi;

use super::auth::EXAMPLE_TOKEN;

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

#[derive(OpenApi)]
#[openapi(paths(impersonate_user))]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::at("/api/v1/users/{id}/impersonate").post(impersonate_user)]
}

/// The user, and why somebody acts as them, which counts once it is known that they may.
type Impersonation = (Key, Result<Body<ImpersonateRequest>, ApiError>);

/// Act as another user
///
/// The access token speaks for the user for 15 minutes, and the claim `act` says who acts. There is no refresh token. Nobody acts
/// as somebody who may do more, or who is disabled. The session ends with the session of this call, and when its user may not act
/// so any more. It changes no credential, session, key, account or role, and the audit log has who acts. The user has to have
/// authenticated within `BACKEND_REAUTH_SECONDS`.
#[utoipa::path(post, path = "/api/v1/users/{id}/impersonate", tag = "users", security(("bearer" = ["users.impersonate"])),
    params(Key), request_body = ImpersonateRequest, responses(
    (status = 200, description = "The session has started", body = ApiResponse<TokenResponse>),
    ErrorResponses<(Authorized<PermittedReauthenticated<UsersImpersonate>, Impersonation>, Impersonate)>,
))]
async fn impersonate_user(
    services: Data<Services>,
    Authorized(PermittedReauthenticated(actor), (Key(id), body)): Authorized<
        PermittedReauthenticated<UsersImpersonate>,
        Impersonation,
    >,
) -> Result<Reply<TokenResponse>, ApiError> {
    let (sessions, id, origin) = (&services.sessions, UserId::new(id), &actor.origin);
    sessions.may_impersonate(id, origin).await?;
    let Body(ImpersonateRequest { reason }) = body?;
    let started = sessions.impersonate(id, &reason, origin).await?;
    tracing::info!(impersonated_user_id = id.get(), session_id = %started.session, "A user acts as another");
    Ok(Reply::new(TokenResponse::bearer_alone(started.access_token.expose(), started.expires_in)))
}

/// What [`impersonate_user`] refuses.
struct Impersonate;

impl DeclaresProblems for Impersonate {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotImpersonable]
    }
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    match operation {
        "impersonate_user" => {
            context.envelope(TokenResponse::bearer_alone(EXAMPLE_TOKEN, IMPERSONATION_LIFETIME), Message::Done)
        }
        _ => None,
    }
}
