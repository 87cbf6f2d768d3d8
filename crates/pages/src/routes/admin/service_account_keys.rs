use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::KeysWrite;
use ore_domain::{AuditAction, ServiceAccount, ServiceAccountId};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::CreateAccountKeyRequest;
use ore_services::CreatedKey;
use ore_web::credential_log::CredentialCall;

use super::account_path::path_of;
use crate::admin::{Admin, FreshAdmin, idempotency_key_field};
use crate::components::link;
use crate::form::{FormView, Kind};
use crate::page_request::with_page_headers;
use crate::routes::api_keys::{DAYS, USUAL_DAYS, shown_once};
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const FIELDS: [(&str, FormField); 2] = [("name", FormField::Text), ("expires_in_days", FormField::Number)];

pub(super) async fn page(admin: FreshAdmin<KeysWrite>) -> Result<HttpResponse, ApiError> {
    let account = admin.services.service_accounts.find_changeable(&admin.actor, admin.key("id")?).await?;
    Ok(admin.render(Text::NewKey, &content(&admin.blank(), &account)))
}

/// The key is shown in the answer, once; to the same form again, so that a page that is loaded twice makes one key.
pub(super) async fn create(
    SubmittedForm(admin, form): SubmittedForm<FreshAdmin<KeysWrite>>,
) -> Result<HttpResponse, ApiError> {
    let id = admin.key("id")?;
    let account = admin.services.service_accounts.find_to_change(&admin.actor, AuditAction::CreateKey, id).await?;
    match admin.answer_idempotently(&form, || make(&admin, &form, id)).await {
        // What is kept of an answer has not the headers of a page.
        Ok(answer) => Ok(with_page_headers(answer)),
        Err(error) => admin.refused(error, Text::NewKey, &form, |view| content(view, &account)),
    }
}

async fn make(admin: &Admin<KeysWrite>, form: &PageForm, id: ServiceAccountId) -> Result<HttpResponse, ApiError> {
    let CreateAccountKeyRequest { name, expires_in_days } = form.decode(&FIELDS, &admin.state.body_rules)?;
    admit_credentials(&admin.request, CredentialCall::CreateApiKey, None).await?;
    let accounts = &admin.services.service_accounts;
    let (_, created) = accounts.create_key(&admin.actor, id, name, expires_in_days).await?;
    Ok(admin.render(Text::NewKey, &created_content(admin, &created, id)))
}

fn created_content(admin: &Admin<KeysWrite>, created: &CreatedKey, id: ServiceAccountId) -> Markup {
    html! {
        (shown_once(admin, created))
        (link(admin, &path_of(id), Text::ServiceAccount))
    }
}

fn content(view: &FormView<'_>, account: &ServiceAccount) -> Markup {
    let days = DAYS.map(|days| (days, days));
    let fields = html! {
        (idempotency_key_field())
        (view.field("name", Text::KeyName, Kind::Line))
        (view.select("expires_in_days", Text::KeyDays, &days, USUAL_DAYS))
    };
    html! {
        p { strong { (account.name) } }
        (view.form(&format!("{}/keys", path_of(account.id)), Text::MakeKey, &fields))
        (link(view.page, &path_of(account.id), Text::ServiceAccount))
    }
}
