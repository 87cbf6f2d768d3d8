use crate::uuid_key::uuid_key;
use crate::{PermissionSet, Timestamp};

uuid_key! {
    /// The key of a service account.
    ServiceAccountId
}

/// A program that calls with keys of its own. It has no password and outlives its maker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    /// The key.
    pub id: ServiceAccountId,
    /// The name.
    pub name: String,
    /// The permissions.
    pub permissions: PermissionSet,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed, or made.
    pub updated_at: Timestamp,
}
