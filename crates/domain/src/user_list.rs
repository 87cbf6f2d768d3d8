use crate::{ListRequest, RoleName, Timestamp};

/// The sort orders of the list of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserSort {
    /// The key.
    Id,
    /// The canonical address, by its bytes.
    Email,
    /// When the account was made.
    CreatedAt,
    /// When the user last logged in; those who never did stand before all others.
    LastLoginAt,
}

/// Which users a list has: those that fit everything that is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilters {
    /// How the canonical address or the name begins, as [`folded`](crate::folded) writes it.
    pub prefix: Option<String>,
    /// Whether they may log in.
    pub is_active: Option<bool>,
    /// Whether their address was shown to be theirs.
    pub email_verified: Option<bool>,
    /// A role that they have.
    pub role: Option<RoleName>,
    /// They were made after this time.
    pub created_after: Option<Timestamp>,
    /// They were made before this time.
    pub created_before: Option<Timestamp>,
}

/// A request for a page of users.
pub type UserListRequest = ListRequest<UserSort, UserFilters>;
