use crate::uuid_key::uuid_key;
use crate::{PermissionSet, ServiceAccountId, Timestamp, TokenHash, UserId};

uuid_key! {
    /// The key of an API key, which is no secret.
    ApiKeyId
}

/// The owner of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyOwner {
    /// A user.
    User(UserId),
    /// A service account.
    ServiceAccount(ServiceAccountId),
}

/// An API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The key.
    pub id: ApiKeyId,
    /// The owner.
    pub owner: KeyOwner,
    /// The name that the owner chose.
    pub name: String,
    /// How its text begins, so that its owner knows it again.
    pub prefix: String,
    /// The permissions of the key; `None` for all permissions of its owner.
    pub permissions: Option<PermissionSet>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to a minute.
    pub last_used_at: Option<Timestamp>,
}

impl ApiKey {
    /// The permissions of the key, given those of its owner.
    pub fn allowed(&self, of_owner: PermissionSet) -> PermissionSet {
        self.permissions.map_or(of_owner, |permissions| permissions.intersection(of_owner))
    }
}

/// An API key about to be stored.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// The key.
    pub key: ApiKey,
    /// The hash of its text.
    pub token_hash: TokenHash,
    /// Whether the user who made it had shown that the address is theirs.
    pub is_proven: bool,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{Permission, Uuid};

    fn key(permissions: Option<PermissionSet>) -> ApiKey {
        ApiKey {
            id: ApiKeyId::new(Uuid::from_u128(1)),
            owner: KeyOwner::User(UserId::new(1)),
            name: String::new(),
            prefix: String::new(),
            permissions,
            created_at: DateTime::UNIX_EPOCH,
            expires_at: DateTime::UNIX_EPOCH,
            last_used_at: None,
        }
    }

    #[test]
    fn a_key_allows_no_more_than_its_owner_may_do() {
        let read: PermissionSet = [Permission::UsersRead].into_iter().collect();
        let write: PermissionSet = [Permission::UsersWrite].into_iter().collect();
        assert_eq!(key(Some(read)).allowed(PermissionSet::ALL), read);
        assert_eq!(key(Some(read)).allowed(write), PermissionSet::NONE);
        assert_eq!(key(None).allowed(write), write);
    }
}
