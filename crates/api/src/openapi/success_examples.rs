use std::time::Duration;

use ore_domain::{EmailAddress, PasswordHash, User, UserId};
use ore_schemas::{ApiResponse, HealthCheck, ReadinessResponse, TokenResponse, UserResponse};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::{OpenApi, RefOr};

use super::document::Voice;
use super::operations::{operations, responses};
use crate::messages::Message;

/// Three parts, as RFC 7515 (7.1) has them, and no signature that anyone could mistake for one.
const TOKEN: &str =
    "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGFAZXhhbXBsZS5vcmciLCJ1aWQiOjF9.c2lnbmF0dXJl";

/// Gives the success of every operation the answer that it would give to the example of its request.
pub(super) fn add(document: &mut OpenApi, voice: &Voice<'_>, token_lifetime: Duration) {
    let version = document.info.version.clone();
    for (_, operation) in operations(document) {
        let name = operation.operation_id.clone().unwrap_or_default();
        let example = example(&name, voice, &version, token_lifetime);
        let contents = responses(operation).filter(|(status, _)| *status == "200");
        for content in contents.flat_map(|(_, response)| response.content.values_mut()) {
            if let RefOr::T(content) = content {
                content.example.clone_from(&example);
            }
        }
    }
}

fn example(operation: &str, voice: &Voice<'_>, version: &str, token_lifetime: Duration) -> Option<Value> {
    let token = TokenResponse::bearer(TOKEN, token_lifetime);
    match operation {
        "register" => envelope(voice, token, Message::Registered),
        "login" => envelope(voice, token, Message::LoggedIn),
        "me" => envelope(voice, user()?, Message::Done),
        "health" => envelope(voice, HealthCheck::healthy(version, Voice::moment()), Message::Done),
        "readiness" => serde_json::to_value(ReadinessResponse::READY).ok(),
        "metrics" => Some("auth_attempts_total{result=\"success\"} 1\n".into()),
        _ => None,
    }
}

fn envelope<T: Serialize + ToSchema>(voice: &Voice<'_>, data: T, message: Message) -> Option<Value> {
    serde_json::to_value(ApiResponse::new(data, voice.text(message), Voice::moment())).ok()
}

fn user() -> Option<UserResponse> {
    let user = User {
        id: UserId::new(1),
        email: EmailAddress::parse("ada@example.org").ok()?,
        password_hash: PasswordHash::new(String::new()),
        is_active: true,
        created_at: Voice::moment(),
    };
    Some(UserResponse::from(&user))
}
