use chrono::NaiveDateTime;
use diesel::dsl;
use diesel::prelude::*;
use diesel::sql_types::Text;
use ore_domain::{PermissionSet, Role, RoleName, StoreError, UserRoles};

use crate::schema::{roles, user_roles, users};
use crate::stored_timestamp::StoredTimestamp;

/// A row of `roles` as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = roles)]
pub(crate) struct RoleRow {
    name: String,
    description: Option<String>,
    permissions: String,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl RoleRow {
    pub(crate) fn into_role(self) -> Result<Role, StoreError> {
        let name: RoleName = self.name.parse().map_err(StoreError::other)?;
        let permissions = if name.is_admin() { PermissionSet::ALL } else { PermissionSet::of_names(&self.permissions) };
        Ok(Role {
            name,
            description: self.description,
            permissions,
            created_at: self.created_at.and_utc(),
            updated_at: self.updated_at.and_utc(),
        })
    }
}

/// A row of `roles` as it is written.
#[derive(Insertable)]
#[diesel(table_name = roles)]
pub(crate) struct NewRoleRow<'a> {
    name: &'a str,
    description: Option<&'a str>,
    permissions: String,
    created_at: StoredTimestamp,
    updated_at: StoredTimestamp,
}

impl<'a> From<&'a Role> for NewRoleRow<'a> {
    fn from(role: &'a Role) -> Self {
        Self {
            name: role.name.as_str(),
            description: role.description.as_deref(),
            permissions: role.permissions.to_string(),
            created_at: role.created_at.into(),
            updated_at: role.updated_at.into(),
        }
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// PostgreSQL has it, and SQLite since 3.44.
    #[aggregate]
    fn string_agg(text: Text, separator: Text) -> Nullable<Text>;
}

/// The roles of a user and what each allows, as one text.
#[dsl::auto_type]
pub(crate) fn granted_roles() -> _ {
    user_roles::table
        .inner_join(roles::table)
        .filter(user_roles::user_id.eq(users::id))
        .select(string_agg(roles::name.concat(" ").concat(roles::permissions), ","))
        .single_value()
}

/// The same, where a statement is written as text, of the user of this column.
macro_rules! granted_roles_of {
    ($user:literal) => {
        concat!(
            "(SELECT string_agg(roles.name || ' ' || roles.permissions, ',') FROM user_roles
                JOIN roles ON roles.name = user_roles.role WHERE user_roles.user_id = ",
            $user,
            ") AS granted_roles"
        )
    };
}

pub(crate) use granted_roles_of;

/// The roles in that text. A role whose name is none was written by another program, and allows nothing.
pub(crate) fn parse_user_roles(text: Option<&str>) -> UserRoles {
    let roles = text.into_iter().flat_map(|text| text.split(','));
    UserRoles::new(roles.filter_map(|role| {
        let (name, permissions) = role.split_once(' ')?;
        Some((name.parse().ok()?, PermissionSet::of_names(permissions)))
    }))
}
