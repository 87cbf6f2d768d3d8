use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use ore_domain::{Changed, Role, RoleName, Roles, Stale, StoreError, UserId};

use super::find_one::find_one;
use crate::connection::DatabaseConnection;
use crate::role_rows::{NewRoleRow, RoleRow};
use crate::schema::{roles, user_roles};
use crate::static_query::static_query;
use crate::stored_timestamp::StoredTimestamp;

const IS_ANOTHER_ADMIN_THERE: &str = "
    SELECT EXISTS (SELECT 1 FROM user_roles JOIN users ON users.id = user_roles.user_id
        WHERE user_roles.role = 'admin' AND users.id <> $1 AND users.is_active AND users.hashed_password <> ''
            AND (NOT $2 OR COALESCE(users.verified_email = users.email_canonical, FALSE)))
    AS is_there";

#[derive(QueryableByName)]
struct Existence {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

impl Roles for DatabaseConnection {
    fn list_roles(&mut self) -> Result<Vec<Role>, StoreError> {
        let query = roles::table.order(roles::name).select(RoleRow::as_select());
        let rows = self.query(|connection| query.load::<RoleRow>(connection))?;
        let mut roles: Vec<_> = rows.into_iter().map(RoleRow::into_role).collect::<Result<_, _>>()?;
        // By bytes, whatever the collation of the database.
        roles.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(roles)
    }

    fn find_role(&mut self, name: &RoleName) -> Result<Option<Role>, StoreError> {
        let row = find_one!(self, roles::table.find(name.as_str()).select(RoleRow::as_select()), RoleRow)?;
        row.map(RoleRow::into_role).transpose()
    }

    fn insert_role(&mut self, role: &Role) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(roles::table).values(NewRoleRow::from(role));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn update_role(&mut self, role: &Role) -> Result<Changed<bool>, StoreError> {
        let update = diesel::update(roles::table.find(role.name.as_str())).set((
            roles::description.eq(role.description.as_deref()),
            roles::permissions.eq(role.permissions.to_string()),
            roles::updated_at.eq(StoredTimestamp::from(role.updated_at)),
        ));
        self.query(|connection| update.execute(connection)).map(change_of)
    }

    fn delete_role(&mut self, name: &RoleName) -> Result<Changed<bool>, StoreError> {
        let deletion = diesel::delete(roles::table.find(name.as_str()));
        self.query(|connection| deletion.execute(connection)).map(change_of)
    }

    fn set_roles_of(&mut self, user: UserId, names: &[RoleName]) -> Result<Changed<()>, StoreError> {
        let deletion = diesel::delete(user_roles::table.filter(user_roles::user_id.eq(user.get())));
        self.query(|connection| deletion.execute(connection))?;
        for name in names {
            let row = (user_roles::user_id.eq(user.get()), user_roles::role.eq(name.as_str()));
            let insertion = diesel::insert_into(user_roles::table).values(row);
            self.query(|connection| insertion.execute(connection))?;
        }
        Ok(Changed::new((), Stale::User(user)))
    }

    fn is_another_admin_there(&mut self, than: UserId, is_verified: bool) -> Result<bool, StoreError> {
        self.find_role(&RoleName::admin())?;
        let query = static_query(IS_ANOTHER_ADMIN_THERE).bind::<BigInt, _>(than.get()).bind::<Bool, _>(is_verified);
        self.query(|connection| query.get_result::<Existence>(connection)).map(|found| found.is_there)
    }
}

fn change_of(changed_rows: usize) -> Changed<bool> {
    Changed::new(changed_rows == 1, Stale::EveryUser)
}
