use std::fmt;
use std::str::FromStr;

use crate::{Permission, PermissionSet, Timestamp};

/// The name of a role: a small letter, then at most 63 small letters, digits, `_`, `.` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(String);

/// A text that is no name of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is named by a small letter and at most 63 small letters, digits, `_`, `.` and `-` after it")]
pub struct InvalidRoleName;

impl RoleName {
    const MAX_LENGTH: usize = 64;
    const ADMIN: &'static str = "admin";
    const USER: &'static str = "user";

    /// The role with every permission, those of later versions too.
    pub fn admin() -> Self {
        Self(Self::ADMIN.to_owned())
    }

    /// The role that everybody has, which allows nothing.
    pub fn user() -> Self {
        Self(Self::USER.to_owned())
    }

    /// Whether it is [`RoleName::admin`].
    pub fn is_admin(&self) -> bool {
        self.0 == Self::ADMIN
    }

    /// Whether it is [`RoleName::user`].
    pub fn is_user(&self) -> bool {
        self.0 == Self::USER
    }

    /// Whether the role is always there and always the same.
    pub fn is_built_in(&self) -> bool {
        self.is_admin() || self.is_user()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoleName {
    type Err = InvalidRoleName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte);
        let starts_well = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        let is_name = starts_well && text.len() <= Self::MAX_LENGTH && text.bytes().all(is_inner);
        if is_name { Ok(Self(text.to_owned())) } else { Err(InvalidRoleName) }
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A named set of permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The name, which is its key.
    pub name: RoleName,
    /// A description for people.
    pub description: Option<String>,
    /// The permissions of users with the role.
    pub permissions: PermissionSet,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed, or made.
    pub updated_at: Timestamp,
}

/// How many bytes the permissions of somebody who has all of them take in a token, with the spaces between them.
const MAX_SCOPE_BYTES: usize = {
    let (mut index, mut bytes) = (0, 0);
    while index < Permission::ALL.len() {
        bytes += Permission::ALL[index].name().len() + 1;
        index += 1;
    }
    bytes
};

const _: () = assert!(MAX_SCOPE_BYTES <= 3 * UserRoles::MAX_CLAIM_BYTES / 4, "a token has room for some roles as well");

/// The roles of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRoles {
    names: Vec<RoleName>,
    permissions: PermissionSet,
}

impl UserRoles {
    /// How many bytes the claims `roles` and `scope` of a token have at most, which itself has at most 4 KiB.
    pub const MAX_CLAIM_BYTES: usize = 2048;

    /// Whether a token has room for these roles, whatever they allow now or later.
    pub fn fit_in_token(roles: &[RoleName]) -> bool {
        // Each has quotes around it and a comma.
        let names: usize = roles.iter().map(|role| role.0.len() + 3).sum();
        names + MAX_SCOPE_BYTES <= Self::MAX_CLAIM_BYTES
    }

    /// Of roles and what each allows. [`RoleName::user`], which everybody has, is not among them.
    pub fn new(roles: impl IntoIterator<Item = (RoleName, PermissionSet)>) -> Self {
        let mut all = Self::default();
        for (role, permissions) in roles.into_iter().filter(|(role, _)| !role.is_user()) {
            let permissions = if role.is_admin() { PermissionSet::ALL } else { permissions };
            all.permissions = all.permissions.union(permissions);
            all.names.push(role);
        }
        all.names.sort_unstable();
        all.names.dedup();
        all
    }

    /// The names of the roles, sorted.
    pub fn names(&self) -> &[RoleName] {
        &self.names
    }

    /// All permissions of the roles.
    pub const fn permissions(&self) -> PermissionSet {
        self.permissions
    }

    /// Whether [`RoleName::admin`] is among the roles.
    pub fn is_admin(&self) -> bool {
        self.names.iter().any(RoleName::is_admin)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::shortest("a", true)]
    #[case::all_characters("a0_.-z", true)]
    #[case::empty("", false)]
    #[case::begins_with_a_digit("0a", false)]
    #[case::capital("aB", false)]
    #[case::space("a b", false)]
    #[case::other_letters("aé", false)]
    #[case::longest(&"a".repeat(64), true)]
    #[case::longer(&"a".repeat(65), false)]
    fn a_role_has_a_plain_name(#[case] text: &str, #[case] is_name: bool) {
        assert_eq!(text.parse::<RoleName>().is_ok(), is_name);
    }

    #[test]
    fn a_token_has_room_for_so_many_roles() {
        let roles: Vec<RoleName> =
            (10..99).map(|number| format!("{}{number}", "r".repeat(62)).parse().unwrap()).collect();
        let most = (UserRoles::MAX_CLAIM_BYTES - MAX_SCOPE_BYTES) / 67;
        assert!(most >= 7 && UserRoles::fit_in_token(&roles[..most]) && !UserRoles::fit_in_token(&roles[..=most]));
    }

    #[test]
    fn the_permissions_are_what_the_roles_allow_together() {
        let of = |permission| [permission].into_iter().collect();
        let (reader, auditor) = ("reader".parse().unwrap(), "auditor".parse().unwrap());
        let roles = UserRoles::new([(reader, of(Permission::UsersRead)), (auditor, of(Permission::AuditRead))]);
        assert_eq!(roles.permissions().to_string(), "users.read audit.read");
        assert_eq!(roles.names().iter().map(RoleName::as_str).collect::<Vec<_>>(), ["auditor", "reader"]);
        assert!(!roles.is_admin());
    }

    #[test]
    fn an_admin_may_do_everything_and_a_user_nothing() {
        let admin = UserRoles::new([(RoleName::admin(), PermissionSet::NONE)]);
        assert!(admin.is_admin() && admin.permissions() == PermissionSet::ALL);
        assert_eq!(UserRoles::new([(RoleName::user(), PermissionSet::ALL)]), UserRoles::default());
    }
}
