use std::fmt;
use std::str::FromStr;

/// Declares each permission once: its name here, the type that handlers name, and its text.
macro_rules! permissions {
    ($($(#[$documentation:meta])* $name:ident => $text:literal),* $(,)?) => {
        /// Something that a user, a key or a service account may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Permission {
            $($(#[$documentation])* $name,)*
        }

        impl Permission {
            /// Every permission, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The dotted name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }

        /// A type for each permission, for the signatures of handlers.
        pub mod permissions {
            use super::{Permission, RequiredPermission};

            $(
                $(#[$documentation])*
                pub enum $name {}

                impl RequiredPermission for $name {
                    const PERMISSION: Permission = Permission::$name;
                }
            )*
        }
    };
}

// The code of an endpoint adds its own.
permissions! {
    /// To see every user, their sessions and the roles.
    UsersRead => "users.read",
    /// To make, change and delete users.
    UsersWrite => "users.write",
    /// To act as another user.
    UsersImpersonate => "users.impersonate",
    /// To make, change and delete roles.
    RolesWrite => "roles.write",
    /// To see the API keys and the service accounts of others.
    KeysRead => "keys.read",
    /// To make service accounts, and to delete the API keys of others.
    KeysWrite => "keys.write",
    /// To read the audit log.
    AuditRead => "audit.read",
    /// To ask whether tokens are valid.
    TokensVerify => "tokens.verify",
    /// To see the mails that were not sent.
    MailRead => "mail.read",
}

impl Permission {
    /// Whether it lets one change who may do what: accounts, their sessions and credentials, roles and keys.
    pub const fn changes_access(self) -> bool {
        matches!(self, Self::UsersWrite | Self::UsersImpersonate | Self::RolesWrite | Self::KeysWrite)
    }
}

/// A permission that a type stands for.
pub trait RequiredPermission: 'static {
    /// The permission.
    const PERMISSION: Permission;
}

/// No permission has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such permission")]
pub struct UnknownPermission;

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|permission| permission.name() == text).ok_or(UnknownPermission)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Several permissions, each once. Printed as the claim `scope` has them (RFC 8693, 4.2).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PermissionSet(u64);

const _: () = assert!(Permission::ALL.len() < 64, "a set has a bit for each permission");

impl PermissionSet {
    /// No permission.
    pub const NONE: Self = Self(0);
    /// Every permission.
    pub const ALL: Self = Self((1 << Permission::ALL.len()) - 1);

    /// Those of the names, separated by spaces, that are permissions. Another version may have had others.
    pub fn of_names(text: &str) -> Self {
        text.split(' ').filter_map(|name| name.parse().ok()).collect()
    }

    /// Whether the permission is one of them.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// Those of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// One of the others that is not among these.
    pub fn missing_of(self, others: Self) -> Option<Permission> {
        Self(others.0 & !self.0).iter().next()
    }

    /// Each of them, in the order of the declaration.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | 1 << permission as u8))
    }
}

impl fmt::Display for PermissionSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, permission) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { " " };
            write!(formatter, "{separator}{permission}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_written_as_names_and_read_from_them() {
        let set: PermissionSet = [Permission::MailRead, Permission::UsersRead].into_iter().collect();
        assert_eq!(set.to_string(), "users.read mail.read");
        assert_eq!(PermissionSet::of_names("mail.read of.another.version users.read"), set);
        assert_eq!(PermissionSet::of_names(&PermissionSet::ALL.to_string()), PermissionSet::ALL);
        assert_eq!(PermissionSet::of_names(""), PermissionSet::NONE);
    }

    #[test]
    fn what_is_missing_is_named() {
        let set: PermissionSet = [Permission::UsersRead].into_iter().collect();
        assert_eq!(set.missing_of(set), None);
        assert_eq!(PermissionSet::ALL.missing_of(set), None);
        assert_eq!(set.missing_of(PermissionSet::ALL), Some(Permission::UsersWrite));
    }

    #[test]
    fn no_two_permissions_have_one_name() {
        for permission in Permission::ALL {
            assert_eq!(permission.name().parse(), Ok(*permission));
        }
    }
}
