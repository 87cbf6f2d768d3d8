use ore_domain::{EmailAddress, PasswordHash, User, UserId};
use ore_schemas::{TokenResponse, UserResponse};
use ore_web::messages::Message;
use serde_json::Value;
use utoipa::OpenApi;

use super::super::document::Voice;
use super::Subject;
use crate::routes::auth;

pub(super) const SUBJECT: Subject = Subject { document: Auth::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(auth::register, auth::login, auth::me),
    components(schemas(TokenResponse, UserResponse)),
    tags((name = "auth", description = "Accounts and their sessions"))
)]
struct Auth;

/// Three parts, as RFC 7515 (7.1) has them, and no signature that anyone could mistake for one.
const TOKEN: &str =
    "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGFAZXhhbXBsZS5vcmciLCJ1aWQiOjF9.c2lnbmF0dXJl";

fn example(operation: &str, voice: &Voice<'_>) -> Option<Value> {
    let token = TokenResponse::bearer(TOKEN, voice.token_lifetime);
    match operation {
        "register" => voice.envelope(token, Message::Registered),
        "login" => voice.envelope(token, Message::LoggedIn),
        "me" => voice.envelope(user()?, Message::Done),
        _ => None,
    }
}

fn user() -> Option<UserResponse> {
    let user = User {
        id: UserId::new(1),
        email: EmailAddress::parse("ada@example.org").ok()?,
        password_hash: PasswordHash::new(String::new()),
        is_active: true,
        created_at: Voice::moment(),
        credentials_changed_at: None,
    };
    Some(UserResponse::from(&user))
}
