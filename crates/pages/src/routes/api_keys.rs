use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::{ApiKey, ApiKeyId, CreationListRequest, Permission};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::CreateApiKeyRequest;
use ore_services::{CreatedKey, KeyRequest};
use ore_web::credential_log::CredentialCall;

use crate::completed_action::CompletedAction;
use crate::components::{back, notice, one_button};
use crate::form::{FormView, Kind, key_in};
use crate::page_request::{PageRequest, see_other};
use crate::page_session::PageSession;
use crate::session_proof::FreshSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;
use crate::timestamp::time;

const FIELDS: [(&str, FormField); 3] =
    [("name", FormField::Text), ("permissions", FormField::Texts), ("expires_in_days", FormField::Number)];

/// The lifetimes of a key, in days, among which people choose.
pub(super) const DAYS: [&str; 4] = ["7", "30", "90", "365"];
/// The lifetime that is chosen at first.
pub(super) const USUAL_DAYS: &str = "90";

/// A request for the newest keys, with a limit that nobody's keys exceed in practice.
pub(super) const NEWEST: CreationListRequest =
    CreationListRequest { filters: (), sort: (), is_descending: true, after: None, limit: 200, with_total: false };

pub(super) async fn page(page: PageSession) -> Result<HttpResponse, ApiError> {
    let keys = keys_of(&page).await?;
    Ok(page.render(Text::KeysTitle, &content(&page.blank(), &page, &keys)))
}

/// The key is shown in the answer, once: nobody can tell it afterwards.
pub(super) async fn create(SubmittedForm(page, form): SubmittedForm<FreshSession>) -> Result<HttpResponse, ApiError> {
    match make(&page, &form).await {
        Ok(created) => Ok(page.render(Text::KeysTitle, &created_content(&page, &created))),
        Err(error) => {
            let keys = keys_of(&page).await?;
            page.refused(error, Text::KeysTitle, &form, |view| content(view, &page, &keys))
        }
    }
}

pub(super) async fn delete(SubmittedForm(page, form): SubmittedForm<PageSession>) -> Result<HttpResponse, ApiError> {
    page.current.require_own(&page.request).await?;
    let id: ApiKeyId = key_in(&form, "id")?;
    // One that is gone already is what was asked for.
    page.services.api_keys.delete(page.current.user.id, id, &page.act()).await?;
    Ok(see_other(&CompletedAction::KeyDeleted.at("/account/api-keys")))
}

async fn make(page: &PageSession, form: &PageForm) -> Result<CreatedKey, ApiError> {
    let user = page.current.user.id;
    let CreateApiKeyRequest { name, permissions, expires_in_days } = form.decode(&FIELDS, &page.state.body_rules)?;
    page.admit(CredentialCall::CreateApiKey).await?;
    let request = KeyRequest { name, permissions, lifetime: expires_in_days };
    let result = page.services.api_keys.create(user, page.current.id, request, &page.act()).await;
    page.state.credential_log.api_key(user, &result);
    Ok(result?)
}

async fn keys_of(page: &PageSession) -> Result<Vec<ApiKey>, ApiError> {
    Ok(page.services.api_keys.list(page.current.user.id, NEWEST).await?.items)
}

fn content(view: &FormView<'_>, page: &PageSession, keys: &[ApiKey]) -> Markup {
    let permissions: Vec<_> = page.current.user.roles.permissions().iter().map(Permission::name).collect();
    let fields = html! {
        (view.field("name", Text::KeyName, Kind::Line))
        div.field {
            label for="expires_in_days" { (view.text(Text::KeyDays)) }
            select id="expires_in_days" name="expires_in_days" {
                @for days in DAYS { option value=(days) selected[days == USUAL_DAYS] { (days) } }
            }
        }
        @if !permissions.is_empty() {
            fieldset {
                legend { (view.text(Text::KeyPermissions)) }
                @for name in &permissions { (view.tick("permissions", name, name, false)) }
            }
        }
    };
    html! {
        (notice(view.page))
        p { (view.text(Text::KeysIntro)) }
        @if !keys.is_empty() { ul.cards { @for key in keys { (card(page, key)) } } }
        h2 { (view.text(Text::NewKey)) }
        (view.form("/account/api-keys", Text::MakeKey, &fields))
        (back(view.page))
    }
}

fn card(page: &PageSession, key: &ApiKey) -> Markup {
    let id = key.id.to_string();
    html! {
        li {
            (key_facts(page, key))
            (one_button(page, None, "/account/api-keys/delete", Text::Delete, Some(&key.name), &[("id", id.as_str())]))
        }
    }
}

/// What is shown of a key wherever keys are shown.
pub(super) fn key_facts(page: &PageRequest, key: &ApiKey) -> Markup {
    html! {
        strong { (key.name) } " " code { (key.prefix) "…" }
        p.quiet {
            (page.text(Text::EndsAt)) " " (time(key.expires_at, page.locale))
            @if let Some(used) = key.last_used_at { " · " (page.text(Text::LastUsed)) " " (time(used, page.locale)) }
        }
    }
}

fn created_content(page: &PageSession, created: &CreatedKey) -> Markup {
    html! {
        (shown_once(page, created))
        p { a href="/account/api-keys" { (page.text(Text::KeysTitle)) } }
    }
}

/// The key itself, which nobody can tell afterwards.
pub(super) fn shown_once(page: &PageRequest, created: &CreatedKey) -> Markup {
    html! {
        div.notice role="status" { (page.text(Text::KeyMade)) }
        div.field {
            label for="key" { (created.key.name) }
            input id="key" readonly value=(created.token.expose()) autocomplete="off" spellcheck="false";
            button.plain type="button" hidden data-copy="key" { (page.text(Text::Copy)) }
        }
    }
}
