use ore_domain::{ApiKey, Role, Session, User, UserId};
use ore_errors::ApiError;
use ore_schemas::UserResponse;
use ore_web::etag::etag_of;

use crate::page_session::PageSession;

/// Which form of the page was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserForm {
    Profile,
    Address,
    Roles,
    /// One without fields that anybody types into.
    Action,
}

/// The data on the page of a user.
pub(super) struct UserDetails {
    pub(super) user: User,
    pub(super) roles: Vec<Role>,
    pub(super) sessions: Vec<Session>,
    /// The API keys, if the caller may see them.
    pub(super) keys: Option<Vec<ApiKey>>,
}

/// The user whom the path names.
pub(super) fn user_of(page: &PageSession) -> Result<UserId, ApiError> {
    Ok(UserId::new(page.key("id")?))
}

pub(super) fn path_of(user: UserId) -> String {
    format!("/admin/users/{user}")
}

/// The entity tag that the API gives it.
pub(super) fn tag_of(user: &User) -> String {
    etag_of(&UserResponse::from(user).without_log_in())
}
