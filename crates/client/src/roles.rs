use crate::call::Call;
use crate::idempotency::new_key;
use crate::{Client, Error, NewRole, Pages, Role, RoleEdit, Tagged};

impl Client {
    /// The roles, by name. Permission: `users.read`.
    pub fn roles(&self) -> Pages<Role> {
        self.pages(Call::get(&["roles"]))
    }

    /// A role. Permission: `users.read`.
    ///
    /// # Errors
    /// [`Error::Api`] 404 when there is none.
    pub async fn role(&self, name: &str) -> Result<Tagged<Role>, Error> {
        self.tagged(Call::get(&["roles", name])).await
    }

    /// Creates a role. Permission: `roles.write`. Retries have the same `Idempotency-Key`, so it is created once.
    ///
    /// # Errors
    /// [`Error::Api`] 403 if it has a permission that the caller lacks.
    pub async fn create_role(&self, role: &NewRole) -> Result<Tagged<Role>, Error> {
        self.tagged(Call::post(&["roles"]).json(&role.to_json()).once(&new_key()?)).await
    }

    /// Changes a role if it still has this `ETag`; `*` matches any. Permission: `roles.write`.
    ///
    /// # Errors
    /// [`Error::Api`] 412 when somebody else has changed it, 400 `ROLE_IS_BUILT_IN`.
    pub async fn update_role(&self, name: &str, etag: &str, edit: &RoleEdit) -> Result<Tagged<Role>, Error> {
        self.tagged(Call::patch(&["roles", name]).json(&edit.to_json()).if_match(etag)).await
    }

    /// Deletes a role if it still has this `ETag`; `*` matches any. Users lose the role. Permission: `roles.write`.
    ///
    /// # Errors
    /// [`Error::Api`] 412 when somebody else has changed it, 400 `ROLE_IS_BUILT_IN`.
    pub async fn delete_role(&self, name: &str, etag: &str) -> Result<(), Error> {
        self.done(Call::delete(&["roles", name]).if_match(etag)).await
    }
}
