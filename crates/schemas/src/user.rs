use ore_domain::{Timestamp, User};
use serde::Serialize;
use utoipa::ToSchema;

use crate::timestamp;

/// A user as clients see one.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserResponse {
    /// The key of the user.
    #[schema(example = 1)]
    id: i64,
    /// The address as the user wrote it.
    #[schema(example = "ada@example.org", format = Email)]
    email: String,
    /// Whether the user may log in.
    is_active: bool,
    /// When the account was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<&User> for UserResponse {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.get(),
            email: user.email.as_str().to_owned(),
            is_active: user.is_active,
            created_at: user.created_at,
        }
    }
}
