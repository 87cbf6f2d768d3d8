use std::sync::Arc;

use ore_domain::{RoleName, User};

/// Who must have a second factor: whoever has one of these roles. The role `user` stands for everybody.
#[derive(Debug, Clone, Default)]
pub struct SecondFactorPolicy(Arc<[RoleName]>);

impl SecondFactorPolicy {
    /// The holders of these roles must.
    pub fn new(roles: impl IntoIterator<Item = RoleName>) -> Self {
        Self(roles.into_iter().collect())
    }

    /// Whether this user must.
    pub fn requires(&self, user: &User) -> bool {
        self.0.iter().any(|role| *role == RoleName::user() || user.grants.roles().contains(role))
    }

    /// Whether this user must, and has none.
    pub fn awaits_enrolment(&self, user: &User) -> bool {
        !user.factors.has_second_factor() && self.requires(user)
    }
}
