use crate::{Changed, Role, RoleName, StoreError, UserId};

/// The roles of a store, and who has them.
///
/// A change of a role makes stale what was read of every user.
pub trait Roles {
    /// Every stored role, by name.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot answer.
    fn list_roles(&mut self) -> Result<Vec<Role>, StoreError>;

    /// The role with this name.
    ///
    /// # Errors
    /// As [`Roles::list_roles`].
    fn find_role(&mut self, name: &RoleName) -> Result<Option<Role>, StoreError>;

    /// Stores a role.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with [`Constraint::RoleName`](crate::Constraint::RoleName) when there is one of that
    /// name, else as [`Roles::list_roles`].
    fn insert_role(&mut self, role: &Role) -> Result<(), StoreError>;

    /// Replaces the description, the permissions and the time of change of a role; whether there was one.
    ///
    /// # Errors
    /// As [`Roles::list_roles`].
    fn update_role(&mut self, role: &Role) -> Result<Changed<bool>, StoreError>;

    /// Deletes a role and takes it from its holders; whether there was one.
    ///
    /// # Errors
    /// As [`Roles::list_roles`].
    fn delete_role(&mut self, name: &RoleName) -> Result<Changed<bool>, StoreError>;

    /// Gives the user these roles and no others. All of them have to be there: `find_role` keeps one until the end of
    /// the transaction.
    ///
    /// # Errors
    /// As [`Roles::list_roles`].
    fn set_roles_of(&mut self, user: UserId, roles: &[RoleName]) -> Result<Changed<()>, StoreError>;

    /// Whether another active admin has a password, and if that is asked for, a verified address. Until the end of the transaction nobody else who asks this gets an
    /// answer.
    ///
    /// # Errors
    /// As [`Roles::list_roles`].
    fn is_another_admin_there(&mut self, than: UserId, is_verified: bool) -> Result<bool, StoreError>;
}
