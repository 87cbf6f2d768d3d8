use std::sync::Arc;

use ore_domain::{Factors, RoleName, User, UserRoles};

/// The roles whose users must have a second factor. The role `user` means everybody.
#[derive(Debug, Clone, Default)]
pub struct SecondFactorPolicy(Arc<[RoleName]>);

impl SecondFactorPolicy {
    /// The holders of these roles must.
    pub fn new(roles: impl IntoIterator<Item = RoleName>) -> Self {
        Self(roles.into_iter().collect())
    }

    /// Whether this user must.
    pub fn requires(&self, user: &User) -> bool {
        self.requires_of(&user.roles)
    }

    /// The roles in the access tokens of a user with these roles and factors. There are none while the user lacks a
    /// second factor that is required: other services check nothing but the token.
    pub(crate) fn claimed_roles(&self, roles: UserRoles, factors: Factors) -> UserRoles {
        if !factors.has_second_factor() && self.requires_of(&roles) { UserRoles::default() } else { roles }
    }

    fn requires_of(&self, roles: &UserRoles) -> bool {
        self.0.iter().any(|role| *role == RoleName::user() || roles.names().contains(role))
    }

    /// Whether this user must, and has none.
    pub fn awaits_enrolment(&self, user: &User) -> bool {
        !user.factors.has_second_factor() && self.requires(user)
    }
}
