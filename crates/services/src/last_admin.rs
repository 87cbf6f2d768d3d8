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

/// Which admins count: those who can sign in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastAdminRule {
    /// Whether nobody logs in before the address was shown to be theirs.
    pub needs_verified_email: bool,
}

impl LastAdminRule {
    /// Fails for the last one who can administer the service.
    pub(crate) fn require_another(self, r: &mut dyn Repositories, user: &User) -> Result<(), LastAdmin> {
        let can_sign_in = user.is_active && user.has_password() && (user.email_verified || !self.needs_verified_email);
        let is_effective_admin = user.roles.is_admin() && can_sign_in;
        if is_effective_admin && !r.roles().is_another_admin_there(user.id, self.needs_verified_email)? {
            return Err(LastAdmin::Refused);
        }
        Ok(())
    }
}
