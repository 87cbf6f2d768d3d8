//! `workflow-server key`.

use ore_domain::{ApiKey, ApiKeyId, AuditOrigin, AuditParty, KeyOwner, Permission, PermissionSet, ServiceAccountId};
use ore_schemas::{ApiKeyResponse, AuditPartyResponse, CreateAccountKeyRequest, CreatedApiKeyResponse};
use ore_services::Actor;
use ore_settings::Settings;
use serde::Serialize;

use crate::console::print;
use crate::creation_list::each_page;
use crate::json_array::{JsonArray, print_array};
use crate::key_arguments::{KeyAction, KeyListArguments, NewKeyArguments};
use crate::operator_call::{OperatorCall, explain};
use crate::table::{Table, list as names, moment};
use crate::user_selection::{has_no_account, select};
use crate::{Failure, advice};

/// A key in the form of the API, and its owner.
#[derive(Serialize)]
struct OwnedKey<K> {
    owner: AuditPartyResponse,
    #[serde(flatten)]
    key: K,
}

/// Looks after API keys, on the database itself.
pub(crate) async fn run(settings: &Settings, action: KeyAction) -> Result<(), Failure> {
    match action {
        KeyAction::List(arguments) => list(&OperatorCall::to_read(settings)?, arguments).await,
        KeyAction::Show { id, json } => show(&OperatorCall::to_read(settings)?, id, json).await,
        KeyAction::Create(arguments) => create(&OperatorCall::to_change(settings)?, arguments).await,
        KeyAction::Revoke { id } => revoke(&OperatorCall::to_change(settings)?, id).await,
    }
}

async fn list(operation: &OperatorCall, arguments: KeyListArguments) -> Result<(), Failure> {
    let KeyListArguments { user, service_account, json } = arguments;
    let owner = owner(operation, user, service_account).await?;
    let keys = &operation.services.api_keys;
    let mut table = Table::new(["ID", "OWNER", "CREATED", "EXPIRES", "LAST USED", "PREFIX", "NAME", "PERMISSIONS"]);
    let mut array = JsonArray::default();
    let print = |items: Vec<_>| {
        if json { array.print(items.into_iter().map(object)) } else { table.print(items.iter().map(row)) }
    };
    each_page(async |request| keys.list_with_permissions(owner, request).await, print).await?;
    if json { array.end() } else { Ok(()) }
}

async fn owner(
    operation: &OperatorCall,
    user: Option<String>,
    service_account: Option<ServiceAccountId>,
) -> Result<Option<KeyOwner>, Failure> {
    let services = &operation.services;
    if let Some(user) = user {
        let found = services.administration.find(select(&user)?).await;
        let found = found.map_err(|error| explain(error, &has_no_account(&user)))?;
        return Ok(Some(KeyOwner::User(found.id)));
    }
    let Some(id) = service_account else { return Ok(None) };
    let found = services.service_accounts.find(id).await;
    found.map_err(|error| explain(error, &no_service_account(id)))?;
    Ok(Some(KeyOwner::ServiceAccount(id)))
}

pub(crate) fn no_service_account(id: ServiceAccountId) -> String {
    format!("there is no service account {id}")
}

fn object((key, permissions): (ApiKey, PermissionSet)) -> OwnedKey<ApiKeyResponse> {
    let owner = AuditParty::from(key.owner).into();
    OwnedKey { owner, key: ApiKeyResponse::of_account(key, permissions) }
}

fn row((key, permissions): &(ApiKey, PermissionSet)) -> [String; 8] {
    [
        key.id.to_string(),
        AuditParty::from(key.owner).to_string(),
        moment(key.created_at),
        moment(key.expires_at),
        moment(key.last_used_at),
        key.prefix.clone(),
        key.name.clone(),
        names(permissions.iter().map(Permission::name)),
    ]
}

async fn show(operation: &OperatorCall, id: ApiKeyId, json: bool) -> Result<(), Failure> {
    let found = operation.services.api_keys.find(id).await.map_err(|error| advice::explain_store(&error))?;
    let found = found.ok_or_else(|| Failure::because(no_key(id)))?;
    if json {
        return print_array([object(found)]);
    }
    let labels = ["id", "owner", "created", "expires", "last used", "prefix", "name", "permissions"];
    let rows = labels.map(str::to_owned).into_iter().zip(row(&found));
    Table::without_headings().print(rows.map(|(label, value)| [label, value]))
}

fn no_key(id: ApiKeyId) -> String {
    format!("there is no API key {id}")
}

/// The text stands alone, so that a shell can take it.
async fn create(operation: &OperatorCall, arguments: NewKeyArguments) -> Result<(), Failure> {
    let NewKeyArguments { service_account: id, name, expires_in_days, json } = arguments;
    let lifetime = CreateAccountKeyRequest::lifetime(expires_in_days);
    let created = operation.services.service_accounts.create_key(&Actor::operator(), id, name, lifetime).await;
    let (account, created) = created.map_err(|error| explain(error, &no_service_account(id)))?;
    let text = created.token.expose();
    if !json {
        return print(&format!("{text}\n"));
    }
    let owner = AuditParty::from(created.key.owner).into();
    let key = ApiKeyResponse::of_account(created.key, account.permissions);
    print_array([OwnedKey { owner, key: CreatedApiKeyResponse::new(key, text) }])
}

async fn revoke(operation: &OperatorCall, id: ApiKeyId) -> Result<(), Failure> {
    let revoked = operation.services.api_keys.revoke(id, &AuditOrigin::operator()).await;
    if !revoked.map_err(|error| advice::explain_store(&error))? {
        return Err(Failure::because(no_key(id)));
    }
    print(&format!("revoked API key {id}\n"))
}
