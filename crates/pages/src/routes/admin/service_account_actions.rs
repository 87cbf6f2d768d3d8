use actix_web::HttpResponse;
use ore_domain::AuditAction;
use ore_domain::permissions::KeysWrite;
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm};
use ore_schemas::EditServiceAccountRequest;
use ore_services::ServiceAccountChange;

use super::account_path::{PATH, path_of, tag_of};
use super::service_account::{AccountForm, refused};
use crate::admin::{Admin, expected_by};
use crate::completed_action::CompletedAction;
use crate::form::key_in;
use crate::page_request::see_other;
use crate::submitted_form::SubmittedForm;

const FIELDS: [(&str, FormField); 2] = [("name", FormField::Text), ("permissions", FormField::Texts)];

pub(super) async fn edit(
    SubmittedForm(admin, form): SubmittedForm<Admin<KeysWrite>>,
) -> Result<HttpResponse, ApiError> {
    match change(&admin, &form).await {
        Ok(()) => Ok(see_other(&CompletedAction::ProfileSaved.at(&path_of(admin.key("id")?)))),
        Err(error) => refused(&admin, &form, AccountForm::Edit, error).await,
    }
}

async fn change(admin: &Admin<KeysWrite>, form: &PageForm) -> Result<(), ApiError> {
    let (id, accounts) = (admin.key("id")?, &admin.services.service_accounts);
    let current = accounts.find_to_change(&admin.actor, AuditAction::UpdateServiceAccount, id).await?;
    let expected = expected_by(form, &current, tag_of)?;
    let EditServiceAccountRequest { name, permissions } = form.decode(&FIELDS, &admin.state.body_rules)?;
    accounts.update(&admin.actor, id, expected, ServiceAccountChange { name, permissions }).await?;
    Ok(())
}

pub(super) async fn delete(
    SubmittedForm(admin, form): SubmittedForm<Admin<KeysWrite>>,
) -> Result<HttpResponse, ApiError> {
    match delete_account(&admin, &form).await {
        Ok(()) => Ok(see_other(&CompletedAction::ServiceAccountDeleted.at(PATH))),
        Err(error) => refused(&admin, &form, AccountForm::Deletion, error).await,
    }
}

async fn delete_account(admin: &Admin<KeysWrite>, form: &PageForm) -> Result<(), ApiError> {
    let (id, accounts) = (admin.key("id")?, &admin.services.service_accounts);
    let current = accounts.find_to_change(&admin.actor, AuditAction::DeleteServiceAccount, id).await?;
    let expected = expected_by(form, &current, tag_of)?;
    form.get("confirmed").ok_or(Problem::ValidationFailed)?;
    Ok(accounts.delete(&admin.actor, id, expected).await?)
}

pub(super) async fn delete_key(
    SubmittedForm(admin, form): SubmittedForm<Admin<KeysWrite>>,
) -> Result<HttpResponse, ApiError> {
    let id = admin.key("id")?;
    let key = key_in(&form, "key")?;
    match admin.services.service_accounts.delete_key(&admin.actor, id, key).await {
        Ok(()) => Ok(see_other(&CompletedAction::KeyDeleted.at(&path_of(id)))),
        Err(error) => refused(&admin, &form, AccountForm::Action, error.into()).await,
    }
}
