//! Whether the roles that the settings name are there.

use ore_domain::{BlockingStoreExt, RoleName, StoreError};
use ore_persistence::Database;

/// Why the settings cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleCheckError {
    /// The settings name a role that is not there.
    #[error("BACKEND_REQUIRE_MFA names the role {0}, which does not exist; make it, or name another")]
    UnknownRole(RoleName),
    /// The database did not answer.
    #[error("the roles of BACKEND_REQUIRE_MFA could not be looked for: {0}")]
    Store(String),
}

/// Looks for these roles: one that is misspelt would protect nobody.
///
/// # Errors
/// As [`RoleCheckError`] says.
pub(crate) fn check_roles(database: &Database, roles: &[RoleName]) -> Result<(), RoleCheckError> {
    let wanted = roles.to_vec();
    let missing = database.read(move |r| {
        for role in &wanted {
            if !role.is_built_in() && r.roles().find_role(role)?.is_none() {
                return Ok(Some(role.clone()));
            }
        }
        Ok::<_, StoreError>(None)
    });
    match missing {
        Ok(None) => Ok(()),
        Ok(Some(role)) => Err(RoleCheckError::UnknownRole(role)),
        Err(error) => Err(RoleCheckError::Store(error.to_string())),
    }
}
