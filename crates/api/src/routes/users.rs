use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ore_domain::permissions::{UsersRead, UsersWrite};
use ore_domain::{AuditAction, ListPage, ListedUser, Locale, Profile, ProfileEdit, User, UserId};
use ore_errors::messages::Message;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_extract::{
    Authorized, ChangesOwner, ConditionalDelete, ConditionalUpdate, Idempotent, Key, Language, Permitted, SessionOf,
    SessionOfParameter, admit_credentials, require_fresh_of_oneself,
};
use ore_openapi::{ApiSection, ErrorResponses, ExampleContext};
use ore_schemas::{
    ApiResponse, CreateUserRequest, EditUserRequest, EndedSessions, Nothing, PageResponse, SessionResponse,
    UserResponse,
};
use ore_services::{AccountMail, Actor, AdministrationError, NewAccount, Services, UserChange};
use ore_web::credential_log::CredentialCall;
use ore_web::endpoint::Endpoint;
use ore_web::etag::etag_of;
use ore_web::list::{ListParameters, Listing, SessionList, SessionListParameters, UserList};
use ore_web::reply::Reply;
use ore_web::state::ApiState;
use serde_json::Value;
use utoipa::{IntoParams, OpenApi};

use super::account::example_user;
use super::sessions::{SessionPage, example_session};

pub(super) const SECTION: ApiSection = ApiSection { endpoints, document: Document::openapi, example };

type UserPage = PageResponse<UserResponse>;

#[derive(OpenApi)]
#[openapi(
    paths(
        users, create_user, user, update_user, delete_user, invite_user, reset_user_password, log_out_user, unlock_user,
        user_sessions, end_user_session
    ),
    components(schemas(UserPage)),
    tags((name = "users", description = "What administrators do with the accounts of others"))
)]
struct Document;

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/api/v1/users").get(users).post(create_user),
        Endpoint::at("/api/v1/users/{id}").get(user).patch(update_user).delete(delete_user),
        Endpoint::at("/api/v1/users/{id}/invitation").post(invite_user),
        Endpoint::at("/api/v1/users/{id}/password-reset").post(reset_user_password),
        Endpoint::at("/api/v1/users/{id}/logout").post(log_out_user),
        Endpoint::at("/api/v1/users/{id}/unlock").post(unlock_user),
        Endpoint::at("/api/v1/users/{id}/sessions").get(user_sessions),
        Endpoint::at("/api/v1/users/{id}/sessions/{sid}").delete(end_user_session),
    ]
}

/// What the list of users takes beside what every list takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the document has it")]
struct UserListParameters {
    /// How the address or the name begins, in any case.
    #[param(required = false, max_length = 320)]
    q: String,
    /// Whether they may log in.
    #[param(required = false)]
    is_active: bool,
    /// Whether their address was shown to be theirs.
    #[param(required = false)]
    email_verified: bool,
    /// A role that they have.
    #[param(required = false, max_length = 64)]
    role: String,
    /// They were made after this time.
    #[param(required = false, format = DateTime)]
    created_after: String,
    /// They were made before this time.
    #[param(required = false, format = DateTime)]
    created_before: String,
    /// `id`, `email`, `created_at` or `last_login_at`; with a `-` before it, the greatest comes first.
    #[param(required = false, default = "-created_at", pattern = "^-?(id|email|created_at|last_login_at)$")]
    sort: String,
}

/// List the users
///
/// The newest comes first, where the query does not say otherwise.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", security(("bearer" = ["users.read"]), ("api_key" = ["users.read"])),
    params(ListParameters, UserListParameters), responses(
    (status = 200, description = "A page of the users", body = ApiResponse<UserPage>),
    ErrorResponses<Authorized<Permitted<UsersRead>, Listing<UserList>>>,
))]
async fn users(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    Authorized(_by, listing): Authorized<Permitted<UsersRead>, Listing<UserList>>,
) -> Result<Reply<UserPage>, ApiError> {
    let (asked, selection) = listing.split();
    let ListPage { items, next, total } = services.administration.list(asked).await?;
    let items = items.into_iter().filter_map(readable).collect();
    selection.reply(&request, &state, ListPage { items, next, total })
}

/// Another program wrote what no user can have; nobody else is harmed.
fn readable(user: ListedUser) -> Option<UserResponse> {
    user.map(|user| UserResponse::from(&user))
        .inspect_err(|error| tracing::warn!(exception = %error, "A user was left out of a list"))
        .ok()
}

/// Make an account
///
/// Without a password the user is invited by mail to set one.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", security(("bearer" = ["users.write"]), ("api_key" = ["users.write"])),
    request_body = CreateUserRequest, responses(
    (status = 201, description = "The user", body = ApiResponse<UserResponse>),
    ErrorResponses<(Authorized<Permitted<UsersWrite>, Idempotent<CreateUserRequest>>, AdministrationError)>,
))]
async fn create_user(
    call: HttpRequest,
    services: Data<Services>,
    Language(locale): Language,
    Authorized(actor, idempotent): Authorized<Permitted<UsersWrite>, Idempotent<CreateUserRequest>>,
) -> Result<HttpResponse, ApiError> {
    idempotent.answer(&services, &actor.origin, |request| make_user(&call, &services, &actor, request, locale)).await
}

async fn make_user(
    call: &HttpRequest,
    services: &Services,
    actor: &Actor,
    request: CreateUserRequest,
    language: Locale,
) -> Result<Reply<UserResponse>, ApiError> {
    let CreateUserRequest { email, password, display_name, locale, roles, send_invitation } = request;
    if password.is_some() {
        admit_credentials(call, CredentialCall::CreateUser, Some(email.canonical())).await?;
    }
    let profile = Profile { display_name: display_name.apply(None), locale: locale.apply(None), changed_at: None };
    let new = NewAccount { email, password, profile, roles, sends_invitation: send_invitation };
    let user = services.administration.create(actor, new, language).await?;
    let location = format!("users/{}", user.id);
    Ok(Reply::created(UserResponse::from(&user), location).with_etag(etag(&user)))
}

/// Tell about a user
///
/// The `ETag` is what a change of the user needs.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", security(("bearer" = ["users.read"]), ("api_key" = ["users.read"])), params(Key),
    responses(
    (status = 200, description = "The user", body = ApiResponse<UserResponse>),
    ErrorResponses<Authorized<Permitted<UsersRead>, Key>>,
))]
async fn user(
    services: Data<Services>,
    Authorized(_by, Key(id)): Authorized<Permitted<UsersRead>, Key>,
) -> Result<Reply<UserResponse>, ApiError> {
    let user = services.administration.find(UserId::new(id)).await?;
    Ok(Reply::new(UserResponse::from(&user)).with_etag(etag(&user)))
}

/// Change a user
///
/// What is left out stays as it is. `If-Match` has to name the `ETag` of what is changed.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", security(("bearer" = ["users.write"]), ("api_key" = ["users.write"])), params(Key),
    request_body = EditUserRequest, responses(
    (status = 200, description = "The user", body = ApiResponse<UserResponse>),
    ErrorResponses<(
        Authorized<Permitted<UsersWrite>, (Key, ConditionalUpdate<EditUserRequest>)>,
        (ChangesOwner, AdministrationError)
    )>,
))]
async fn update_user(
    call: HttpRequest,
    services: Data<Services>,
    Language(language): Language,
    Authorized(actor, (Key(id), update)): Authorized<Permitted<UsersWrite>, (Key, ConditionalUpdate<EditUserRequest>)>,
) -> Result<Reply<UserResponse>, ApiError> {
    let id = UserId::new(id);
    let current = services.administration.find_to_change(&actor, AuditAction::UpdateUser, id).await?;
    let (if_match, request) = update.check(&etag(&current))?;
    let EditUserRequest { email, email_verified, display_name, locale, is_active, roles } = request;
    if email.is_some() {
        require_fresh_of_oneself(&actor, id, &call).await?;
    }
    let profile = ProfileEdit { display_name, locale };
    let change = UserChange { email, email_verified, profile, is_active, roles };
    let user = services.administration.update(&actor, id, if_match.into_precondition(etag), change, language).await?;
    Ok(Reply::new(UserResponse::from(&user)).with_etag(etag(&user)))
}

/// Delete a user
///
/// The sessions end, and nothing is left of the user. `If-Match` has to name the `ETag` of what is deleted.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", security(("bearer" = ["users.write"]), ("api_key" = ["users.write"])), params(Key),
    responses(
    (status = 200, description = "The user is gone", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Permitted<UsersWrite>, (Key, ConditionalDelete)>, (ChangesOwner, AdministrationError))>,
))]
async fn delete_user(
    call: HttpRequest,
    services: Data<Services>,
    Authorized(actor, (Key(id), deletion)): Authorized<Permitted<UsersWrite>, (Key, ConditionalDelete)>,
) -> Result<Reply<Nothing>, ApiError> {
    let id = UserId::new(id);
    let current = services.administration.find_to_change(&actor, AuditAction::DeleteUser, id).await?;
    require_fresh_of_oneself(&actor, id, &call).await?;
    let if_match = deletion.check(&etag(&current))?;
    services.administration.delete(&actor, id, if_match.into_precondition(etag)).await?;
    Ok(Reply::new(Nothing))
}

/// Invite a user again
///
/// The link in the mail sets the first password. Earlier links are no longer valid. Where no mail is configured, this
/// is refused.
#[utoipa::path(post, path = "/api/v1/users/{id}/invitation", tag = "users", security(("bearer" = ["users.write"]), ("api_key" = ["users.write"])),
    params(Key), responses(
    (status = 200, description = "The mail was asked for", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Permitted<UsersWrite>, Key>, (ChangesOwner, SendsMail))>,
))]
async fn invite_user(
    services: Data<Services>,
    Language(locale): Language,
    Authorized(actor, Key(id)): Authorized<Permitted<UsersWrite>, Key>,
) -> Result<Reply<Nothing>, ApiError> {
    let id = UserId::new(id);
    services.administration.send_mail(&actor, id, AccountMail::Invitation, locale).await?;
    Ok(Reply::new(Nothing).with_message(Message::MailRequested))
}

/// Send a user a link that sets another password
///
/// It is valid for thirty minutes. Earlier links are no longer valid. Where no mail is configured, this is refused.
#[utoipa::path(post, path = "/api/v1/users/{id}/password-reset", tag = "users",
    security(("bearer" = ["users.write"]), ("api_key" = ["users.write"])), params(Key), responses(
    (status = 200, description = "The mail was asked for", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Permitted<UsersWrite>, Key>, (ChangesOwner, SendsMail))>,
))]
async fn reset_user_password(
    services: Data<Services>,
    Language(locale): Language,
    Authorized(actor, Key(id)): Authorized<Permitted<UsersWrite>, Key>,
) -> Result<Reply<Nothing>, ApiError> {
    let id = UserId::new(id);
    services.administration.send_mail(&actor, id, AccountMail::PasswordReset, locale).await?;
    Ok(Reply::new(Nothing).with_message(Message::MailRequested))
}

/// What calls refuse that do nothing but write a mail.
struct SendsMail;

impl DeclaresProblems for SendsMail {
    fn problems() -> Vec<Problem> {
        vec![Problem::NotConfigured]
    }
}

/// End every session of a user
///
/// Its access tokens and refresh tokens are refused from now on.
#[utoipa::path(post, path = "/api/v1/users/{id}/logout", tag = "users", security(("bearer" = ["users.write"]), ("api_key" = ["users.write"])),
    params(Key), responses(
    (status = 200, description = "The sessions have ended", body = ApiResponse<EndedSessions>),
    ErrorResponses<(Authorized<Permitted<UsersWrite>, Key>, ChangesOwner)>,
))]
async fn log_out_user(
    services: Data<Services>,
    Authorized(actor, Key(id)): Authorized<Permitted<UsersWrite>, Key>,
) -> Result<Reply<EndedSessions>, ApiError> {
    let ended = services.administration.log_out(&actor, UserId::new(id)).await?;
    Ok(Reply::new(EndedSessions { ended }))
}

/// Reset the failed log-ins of a user
///
/// Nobody is delayed or locked out any more.
#[utoipa::path(post, path = "/api/v1/users/{id}/unlock", tag = "users", security(("bearer" = ["users.write"]), ("api_key" = ["users.write"])),
    params(Key), responses(
    (status = 200, description = "The failures are forgotten", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Permitted<UsersWrite>, Key>, ChangesOwner)>,
))]
async fn unlock_user(
    services: Data<Services>,
    Authorized(actor, Key(id)): Authorized<Permitted<UsersWrite>, Key>,
) -> Result<Reply<Nothing>, ApiError> {
    services.administration.unlock(&actor, UserId::new(id)).await?;
    Ok(Reply::new(Nothing))
}

/// List the sessions of a user
///
/// The one that was used last comes first, where the query does not say otherwise.
#[utoipa::path(get, path = "/api/v1/users/{id}/sessions", tag = "users", security(("bearer" = ["users.read"]), ("api_key" = ["users.read"])),
    params(Key, ListParameters, SessionListParameters), responses(
    (status = 200, description = "A page of the sessions", body = ApiResponse<SessionPage>),
    ErrorResponses<Authorized<Permitted<UsersRead>, (Key, Listing<SessionList>)>>,
))]
async fn user_sessions(
    request: HttpRequest,
    state: Data<ApiState>,
    services: Data<Services>,
    Authorized(actor, (Key(id), listing)): Authorized<Permitted<UsersRead>, (Key, Listing<SessionList>)>,
) -> Result<Reply<SessionPage>, ApiError> {
    let user = services.administration.find(UserId::new(id)).await?;
    let (page, selection) = listing.page_of(services.sessions.of_user(&user).await?);
    let current = actor.origin.session_id;
    selection.reply(&request, &state, page.map(|session| SessionResponse::new(session, current)))
}

/// End a session of a user
///
/// Its access tokens and its refresh token are refused from now on.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions/{sid}", tag = "users",
    security(("bearer" = ["users.write"]), ("api_key" = ["users.write"])), params(SessionOfParameter), responses(
    (status = 200, description = "The session has ended", body = ApiResponse<Nothing>),
    ErrorResponses<(Authorized<Permitted<UsersWrite>, SessionOf>, ChangesOwner)>,
))]
async fn end_user_session(
    services: Data<Services>,
    Authorized(actor, SessionOf { user, session }): Authorized<Permitted<UsersWrite>, SessionOf>,
) -> Result<Reply<Nothing>, ApiError> {
    services.administration.find_to_change(&actor, AuditAction::EndSession, user).await?;
    let has_ended = services.sessions.end(user, session, &actor.origin).await?;
    if has_ended { Ok(Reply::new(Nothing)) } else { Err(Problem::NotFound.into()) }
}

fn etag(user: &User) -> String {
    etag_of(&UserResponse::from(user).without_log_in())
}

fn example(operation: &str, context: &ExampleContext<'_>) -> Option<Value> {
    let user = || example_user().map(|user| UserResponse::from(&user));
    match operation {
        "users" => {
            let page = ListPage { items: vec![user()?], next: None, total: None };
            context.envelope(PageResponse::new(page, None), Message::Done)
        }
        "create_user" => context.envelope(user()?, Message::Created),
        "user" | "update_user" => context.envelope(user()?, Message::Done),
        "invite_user" | "reset_user_password" => context.envelope(Nothing, Message::MailRequested),
        "log_out_user" => context.envelope(EndedSessions { ended: 2 }, Message::Done),
        "delete_user" | "unlock_user" | "end_user_session" => context.envelope(Nothing, Message::Done),
        "user_sessions" => {
            let items = vec![SessionResponse::new(example_session(), None)];
            context.envelope(PageResponse::new(ListPage { items, next: None, total: None }, None), Message::Done)
        }
        _ => None,
    }
}
