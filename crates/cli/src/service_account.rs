//! `workflow-server service-account`.

use std::sync::Arc;

use ore_domain::{Permission, ServiceAccount, ServiceAccountId};
use ore_schemas::ServiceAccountResponse;
use ore_services::{Actor, AdministrationError, ServiceAccountChange};
use ore_settings::Settings;

use crate::Failure;
use crate::console::{confirm, print, printable};
use crate::creation_list::each_page;
use crate::json_array::{JsonArray, print_array};
use crate::key::no_service_account;
use crate::operator_call::{OperatorCall, explain};
use crate::service_account_arguments::{
    NewServiceAccountArguments, ServiceAccountAction, ServiceAccountArgument, ServiceAccountChangeArguments,
};
use crate::table::{Table, list as names, moment};

/// Looks after service accounts, on the database itself.
pub(crate) async fn run(settings: &Settings, action: ServiceAccountAction) -> Result<(), Failure> {
    match action {
        ServiceAccountAction::List { json } => list(&OperatorCall::to_read(settings)?, json).await,
        ServiceAccountAction::Show { account, json } => show(&OperatorCall::to_read(settings)?, account.id, json).await,
        ServiceAccountAction::Create(arguments) => create(&OperatorCall::to_make(settings)?, arguments).await,
        ServiceAccountAction::Update(arguments) => update(&OperatorCall::to_change(settings)?, arguments).await,
        ServiceAccountAction::Delete { account, yes } => delete(settings, account.id, yes).await,
    }
}

async fn list(operation: &OperatorCall, json: bool) -> Result<(), Failure> {
    let accounts = &operation.services.service_accounts;
    let mut table = Table::new(["ID", "CREATED", "NAME", "PERMISSIONS"]);
    let mut array = JsonArray::default();
    let print = |items: Vec<ServiceAccount>| {
        if json {
            array.print(items.iter().map(ServiceAccountResponse::from))
        } else {
            table.print(items.iter().map(row))
        }
    };
    each_page(async |request| accounts.list(request).await, print).await?;
    if json { array.end() } else { Ok(()) }
}

fn row(account: &ServiceAccount) -> [String; 4] {
    [account.id.to_string(), moment(account.created_at), account.name.clone(), permissions(account)]
}

fn permissions(account: &ServiceAccount) -> String {
    names(account.permissions.iter().map(Permission::name))
}

async fn show(operation: &OperatorCall, id: ServiceAccountId, json: bool) -> Result<(), Failure> {
    let found = operation.services.service_accounts.find(id).await;
    let account = found.map_err(|error| refused(error, id))?;
    if json {
        return print_array([ServiceAccountResponse::from(&account)]);
    }
    let rows = [
        ["id", &account.id.to_string()],
        ["name", &account.name],
        ["permissions", &permissions(&account)],
        ["created", &moment(account.created_at)],
        ["updated", &moment(account.updated_at)],
    ];
    Table::without_headings().print(rows.map(|row| row.map(str::to_owned)))
}

async fn create(operation: &OperatorCall, arguments: NewServiceAccountArguments) -> Result<(), Failure> {
    let NewServiceAccountArguments { name, permissions, json } = arguments;
    let permissions = permissions.into_iter().collect();
    let created = operation.services.service_accounts.create(&Actor::operator(), name, permissions).await;
    let account = created.map_err(Failure::because)?;
    if json {
        return print_array([ServiceAccountResponse::from(&account)]);
    }
    print_done("created", account.id, &account.name)
}

async fn update(operation: &OperatorCall, arguments: ServiceAccountChangeArguments) -> Result<(), Failure> {
    let ServiceAccountChangeArguments { account: ServiceAccountArgument { id }, name, permissions, no_permissions } =
        arguments;
    let is_told = no_permissions || !permissions.is_empty();
    let change = ServiceAccountChange { name, permissions: is_told.then(|| permissions.into_iter().collect()) };
    let accounts = &operation.services.service_accounts;
    let updated = accounts.update(&Actor::operator(), id, Arc::new(|_| true), change).await;
    print_done("updated", id, &updated.map_err(|error| refused(error, id))?.name)
}

async fn delete(settings: &Settings, id: ServiceAccountId, yes: bool) -> Result<(), Failure> {
    if !yes {
        confirm(&format!("Delete service account {id}, with its keys?"))?;
    }
    let accounts = OperatorCall::to_change(settings)?.services.service_accounts;
    let deleted = accounts.delete(&Actor::operator(), id, Arc::new(|_| true)).await;
    deleted.map_err(|error| refused(error, id))?;
    print(&format!("deleted service account {id}\n"))
}

fn refused(error: AdministrationError, id: ServiceAccountId) -> Failure {
    explain(error, &no_service_account(id))
}

fn print_done(did: &str, id: ServiceAccountId, name: &str) -> Result<(), Failure> {
    print(&format!("{did} service account {id} {}\n", printable(name)))
}
