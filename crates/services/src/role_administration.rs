use std::sync::Arc;

use ore_domain::{
    AuditAction, Clock, Constraint, Edit, PermissionSet, Repositories, Role, RoleName, Store, StoreError, StoreExt,
    Timestamp,
};

use crate::Actor;
use crate::administration::require;
use crate::administration_error::AdministrationError;
use crate::audit::AuditWriter;
use crate::impersonation_grounds::end_void_impersonations;
use crate::precondition::{Precondition, any_state, expect};
use crate::revocations::revoke_tokens_of_role;

/// The roles: made, changed and deleted by those who have all that they allow.
pub struct RoleAdministration {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    audit: AuditWriter,
}

/// A new role.
#[derive(Debug, Clone)]
pub struct NewRole {
    /// The name.
    pub name: RoleName,
    /// The description.
    pub description: Option<String>,
    /// The permissions.
    pub permissions: PermissionSet,
}

/// A change of a role; `None` leaves a field as it is.
#[derive(Debug, Clone)]
pub struct RoleChange {
    /// Of the description.
    pub description: Edit<String>,
    /// The permissions.
    pub permissions: Option<PermissionSet>,
}

impl RoleAdministration {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        let audit = AuditWriter::new(Arc::clone(&store));
        Self { store, clock, audit }
    }

    /// Every role, built-in ones too, by name.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn list(&self) -> Result<Vec<Role>, StoreError> {
        let mut roles = self.store.read(|r| r.roles().list_roles()).await?;
        let since = roles.iter().find(|role| role.name.is_admin()).map(|admin| admin.created_at);
        roles.extend(since.map(user_role));
        roles.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(roles)
    }

    /// The role with this name.
    ///
    /// # Errors
    /// [`AdministrationError::NotFound`], [`AdministrationError::Store`].
    pub async fn find(&self, name: RoleName) -> Result<Role, AdministrationError> {
        self.store.read(move |r| find(r, &name)).await
    }

    /// The role, if this actor may change it at all. A refusal is recorded as one of this action.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn find_to_change(
        &self,
        actor: &Actor,
        action: AuditAction,
        name: RoleName,
    ) -> Result<Role, AdministrationError> {
        let (actor, now, act) = (actor.clone(), self.clock.now(), actor.act(action).about_role(&name));
        let found = self.store.read(move |r| {
            let may = actor.may(r, now)?;
            find_to_change(r, may, &name, &any_state())
        });
        self.audit.record(&act, found.await, now).await
    }

    /// Makes a role.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn create(&self, actor: &Actor, new: NewRole) -> Result<Role, AdministrationError> {
        let NewRole { name, description, permissions } = new;
        let (actor, now) = (actor.clone(), self.clock.now());
        let act = actor.act(AuditAction::CreateRole).about_role(&name).with_details(names(permissions));
        let role = Role { name, description, permissions, created_at: now, updated_at: now };
        let done = act.clone();
        let created = self.store.write(move |r| {
            if role.name.is_built_in() {
                return Err(AdministrationError::RoleIsBuiltIn);
            }
            require(actor.may(r, now)?, permissions)?;
            r.roles().insert_role(&role).map_err(|error| match error {
                StoreError::Conflict(Constraint::RoleName) => AdministrationError::RoleAlreadyExists,
                error => error.into(),
            })?;
            done.succeed(r, now)?;
            Ok(role.clone())
        });
        self.audit.record(&act, created.await, now).await
    }

    /// Changes a role that is as expected.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn update(
        &self,
        actor: &Actor,
        name: RoleName,
        expected: Precondition<Role>,
        change: RoleChange,
    ) -> Result<Role, AdministrationError> {
        let (actor, now) = (actor.clone(), self.clock.now());
        let act = actor.act(AuditAction::UpdateRole).about_role(&name).with_details(change.permissions.map(names));
        let done = act.clone();
        let updated = self.store.write(move |r| {
            let may = actor.may(r, now)?;
            let role = find_to_change(r, may, &name, &expected)?;
            let RoleChange { description, permissions } = change.clone();
            let permissions = permissions.unwrap_or(role.permissions);
            require(may, permissions)?;
            if permissions.missing_of(role.permissions).is_some() {
                revoke_tokens_of_role(r, &role.name, now)?;
            }
            let description = description.apply(role.description);
            let role = Role { description, permissions, updated_at: now, ..role };
            r.roles().update_role(&role)?.invalidate(r);
            end_void_impersonations(r, now)?;
            done.succeed(r, now)?;
            Ok(role)
        });
        self.audit.record(&act, updated.await, now).await
    }

    /// Deletes a role that is as expected, and takes it from its holders.
    ///
    /// # Errors
    /// As [`AdministrationError`] says.
    pub async fn delete(
        &self,
        actor: &Actor,
        name: RoleName,
        expected: Precondition<Role>,
    ) -> Result<(), AdministrationError> {
        let (actor, now) = (actor.clone(), self.clock.now());
        let act = actor.act(AuditAction::DeleteRole).about_role(&name);
        let done = act.clone();
        let deleted = self.store.write(move |r| {
            let may = actor.may(r, now)?;
            find_to_change(r, may, &name, &expected)?;
            revoke_tokens_of_role(r, &name, now)?;
            r.roles().delete_role(&name)?.invalidate(r);
            end_void_impersonations(r, now)?;
            Ok(done.succeed(r, now)?)
        });
        self.audit.record(&act, deleted.await, now).await
    }
}

fn names(permissions: PermissionSet) -> serde_json::Value {
    serde_json::json!({ "permissions": permissions.to_string() })
}

fn find(r: &mut dyn Repositories, name: &RoleName) -> Result<Role, AdministrationError> {
    if name.is_user() {
        let admin = r.roles().find_role(&RoleName::admin())?.ok_or(AdministrationError::NotFound)?;
        return Ok(user_role(admin.created_at));
    }
    r.roles().find_role(name)?.ok_or(AdministrationError::NotFound)
}

fn find_to_change(
    r: &mut dyn Repositories,
    may: PermissionSet,
    name: &RoleName,
    expected: &Precondition<Role>,
) -> Result<Role, AdministrationError> {
    let role = find(r, name)?;
    if role.name.is_built_in() {
        return Err(AdministrationError::RoleIsBuiltIn);
    }
    require(may, role.permissions)?;
    Ok(expect(Some(role), expected)?)
}

/// Every user has it, so it is not stored.
fn user_role(since: Timestamp) -> Role {
    let (name, permissions) = (RoleName::user(), PermissionSet::NONE);
    Role { name, description: None, permissions, created_at: since, updated_at: since }
}
