//! `workflow-server role`.

use std::sync::Arc;

use ore_domain::{Edit, Role, RoleName};
use ore_schemas::RoleResponse;
use ore_services::{Actor, AdministrationError, NewRole, RoleChange};
use ore_settings::Settings;

use crate::console::{print, printable};
use crate::json_array::print_array;
use crate::operator_call::{OperatorCall, explain};
use crate::role_arguments::{NewRoleArguments, RoleAction, RoleChangeArguments};
use crate::table::{Table, list as names, moment};
use crate::{Failure, advice};

/// Looks after roles, on the database itself.
pub(crate) async fn run(settings: &Settings, action: RoleAction) -> Result<(), Failure> {
    match action {
        RoleAction::List { json } => list(&OperatorCall::to_read(settings)?, json).await,
        RoleAction::Show { name, json } => show(&OperatorCall::to_read(settings)?, name, json).await,
        RoleAction::Create(arguments) => create(&OperatorCall::to_change(settings)?, arguments).await,
        RoleAction::Update(arguments) => update(&OperatorCall::to_change(settings)?, arguments).await,
        RoleAction::Delete { name } => delete(&OperatorCall::to_change(settings)?, name).await,
    }
}

async fn list(operation: &OperatorCall, json: bool) -> Result<(), Failure> {
    let roles = operation.services.roles.list().await.map_err(|error| advice::explain_store(&error))?;
    if json {
        return print_array(roles.iter().map(RoleResponse::from));
    }
    Table::new(["NAME", "CREATED", "DESCRIPTION", "PERMISSIONS"]).print(roles.iter().map(row))
}

fn row(role: &Role) -> [String; 4] {
    let description = role.description.clone().unwrap_or_default();
    [role.name.to_string(), moment(role.created_at), description, names(role.permissions.iter())]
}

async fn show(operation: &OperatorCall, name: RoleName, json: bool) -> Result<(), Failure> {
    let role = operation.services.roles.find(name.clone()).await.map_err(|error| refused(error, &name))?;
    if json {
        return print_array([RoleResponse::from(&role)]);
    }
    let rows = [
        ["name", &role.name.to_string()],
        ["description", role.description.as_deref().unwrap_or_default()],
        ["permissions", &names(role.permissions.iter())],
        ["built in", if role.name.is_built_in() { "yes" } else { "no" }],
        ["created", &moment(role.created_at)],
        ["updated", &moment(role.updated_at)],
    ];
    Table::without_headings().print(rows.map(|row| row.map(str::to_owned)))
}

async fn create(operation: &OperatorCall, arguments: NewRoleArguments) -> Result<(), Failure> {
    let NewRoleArguments { name, permissions, description } = arguments;
    let permissions = permissions.into_iter().collect();
    let description = description.filter(|text| !text.is_empty());
    let new = NewRole { name: name.clone(), description, permissions };
    operation.services.roles.create(&Actor::operator(), new).await.map_err(|error| refused(error, &name))?;
    print_done("created", &name)
}

async fn update(operation: &OperatorCall, arguments: RoleChangeArguments) -> Result<(), Failure> {
    let RoleChangeArguments { name, permissions, no_permissions, description } = arguments;
    let description = match description {
        None => Edit::Keep,
        Some(text) if text.is_empty() => Edit::Clear,
        Some(text) => Edit::Set(text),
    };
    let is_told = no_permissions || !permissions.is_empty();
    let change = RoleChange { description, permissions: is_told.then(|| permissions.into_iter().collect()) };
    let updated = operation.services.roles.update(&Actor::operator(), name.clone(), Arc::new(|_| true), change).await;
    updated.map_err(|error| refused(error, &name))?;
    print_done("updated", &name)
}

async fn delete(operation: &OperatorCall, name: RoleName) -> Result<(), Failure> {
    let deleted = operation.services.roles.delete(&Actor::operator(), name.clone(), Arc::new(|_| true)).await;
    deleted.map_err(|error| refused(error, &name))?;
    print_done("deleted", &name)
}

fn refused(error: AdministrationError, name: &RoleName) -> Failure {
    explain(error, &format!("there is no role {name}"))
}

fn print_done(did: &str, name: &RoleName) -> Result<(), Failure> {
    print(&format!("{did} role {}\n", printable(name.as_str())))
}
