use ore_domain::{Repositories, StoreError, User};

/// Why somebody could not stop to be an admin.
#[derive(Debug, thiserror::Error)]
pub enum LastAdmin {
    /// No other admin is active and can sign in.
    #[error("nobody else could administer the service: make another user an admin first")]
    Refused,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Fails for the last one who can administer the service.
pub(crate) fn require_another_admin(r: &mut dyn Repositories, user: &User) -> Result<(), LastAdmin> {
    let counts = user.grants.is_admin() && user.is_active && user.has_password();
    if counts && !r.roles().is_another_admin_there(user.id)? { Err(LastAdmin::Refused) } else { Ok(()) }
}
