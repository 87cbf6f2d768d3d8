use std::sync::Arc;

use ore_domain::{Factors, Grants, RoleName, User};

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
        self.requires_of(&user.grants)
    }

    /// What access tokens of a user with these factors say of these grants: nothing before there is a factor that the user
    /// must have, since other services ask nobody whether there is.
    pub(crate) fn told(&self, grants: Grants, factors: Factors) -> Grants {
        if !factors.has_second_factor() && self.requires_of(&grants) { Grants::default() } else { grants }
    }

    fn requires_of(&self, grants: &Grants) -> bool {
        self.0.iter().any(|role| *role == RoleName::user() || grants.roles().contains(role))
    }

    /// Whether this user must, and has none.
    pub fn awaits_enrolment(&self, user: &User) -> bool {
        !user.factors.has_second_factor() && self.requires(user)
    }
}
