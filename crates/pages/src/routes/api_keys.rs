use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::{ApiKey, ApiKeyId, CreationListRequest, Permission};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::CreateApiKeyRequest;
use ore_services::{CreatedKey, KeyRequest};
use ore_web::credential_log::CredentialCall;

use crate::components::{back, notice, one_button};
use crate::done::Done;
use crate::form::{FormView, Kind, key_in};
use crate::fresh::Fresh;
use crate::member::Member;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::timestamp::time;
use crate::visit::{Visit, see_other};

const FIELDS: [(&str, FormField); 3] =
    [("name", FormField::Text), ("permissions", FormField::Texts), ("expires_in_days", FormField::Number)];

/// The lifetimes of a key, in days, among which people choose.
pub(super) const DAYS: [&str; 4] = ["7", "30", "90", "365"];
/// Of whoever does not choose.
pub(super) const USUAL_DAYS: &str = "90";

/// Asks for the newest keys, and for more than anybody looks through.
pub(super) const NEWEST: CreationListRequest =
    CreationListRequest { filters: (), sort: (), is_descending: true, after: None, limit: 200, with_total: false };

pub(super) async fn page(member: Member) -> Result<HttpResponse, ApiError> {
    let keys = keys_of(&member).await?;
    Ok(member.page(Text::KeysTitle, &content(&member.blank(), &member, &keys)))
}

/// The key is shown in the answer, once: nobody can tell it afterwards.
pub(super) async fn create(Submitted(member, form): Submitted<Fresh>) -> Result<HttpResponse, ApiError> {
    match make(&member, &form).await {
        Ok(created) => Ok(member.page(Text::KeysTitle, &made(&member, &created))),
        Err(error) => {
            let keys = keys_of(&member).await?;
            member.refused(error, Text::KeysTitle, &form, |view| content(view, &member, &keys))
        }
    }
}

pub(super) async fn delete(Submitted(member, form): Submitted<Member>) -> Result<HttpResponse, ApiError> {
    member.current.require_own(&member.request).await?;
    let id: ApiKeyId = key_in(&form, "id")?;
    // One that is gone already is what was asked for.
    member.services.api_keys.delete(member.current.user.id, id, &member.act()).await?;
    Ok(see_other(&Done::KeyDeleted.at("/account/api-keys")))
}

async fn make(member: &Member, form: &PageForm) -> Result<CreatedKey, ApiError> {
    let user = member.current.user.id;
    let CreateApiKeyRequest { name, permissions, expires_in_days } = form.decode(&FIELDS, &member.state.body_rules)?;
    member.admit(CredentialCall::CreateApiKey).await?;
    let request = KeyRequest { name, permissions, lifetime: expires_in_days };
    let result = member.services.api_keys.create(user, member.current.id, request, &member.act()).await;
    member.state.credential_log.api_key(user, &result);
    Ok(result?)
}

async fn keys_of(member: &Member) -> Result<Vec<ApiKey>, ApiError> {
    Ok(member.services.api_keys.list(member.current.user.id, NEWEST).await?.items)
}

fn content(view: &FormView<'_>, member: &Member, keys: &[ApiKey]) -> Markup {
    let permissions: Vec<_> = member.current.user.roles.permissions().iter().map(Permission::name).collect();
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
        (notice(view.visit))
        p { (view.text(Text::KeysIntro)) }
        @if !keys.is_empty() { ul.cards { @for key in keys { (card(member, key)) } } }
        h2 { (view.text(Text::NewKey)) }
        (view.form("/account/api-keys", Text::MakeKey, &fields))
        (back(view.visit))
    }
}

fn card(member: &Member, key: &ApiKey) -> Markup {
    let id = key.id.to_string();
    html! {
        li {
            (key_facts(member, key))
            (one_button(member, None, "/account/api-keys/delete", Text::Delete, Some(&key.name), &[("id", id.as_str())]))
        }
    }
}

/// What is shown of a key wherever keys are shown.
pub(super) fn key_facts(visit: &Visit, key: &ApiKey) -> Markup {
    html! {
        strong { (key.name) } " " code { (key.prefix) "…" }
        p.quiet {
            (visit.text(Text::EndsAt)) " " (time(key.expires_at, visit.locale))
            @if let Some(used) = key.last_used_at { " · " (visit.text(Text::LastUsed)) " " (time(used, visit.locale)) }
        }
    }
}

fn made(member: &Member, created: &CreatedKey) -> Markup {
    html! {
        (shown_once(member, created))
        p { a href="/account/api-keys" { (member.text(Text::KeysTitle)) } }
    }
}

/// The key itself, which nobody can tell afterwards.
pub(super) fn shown_once(visit: &Visit, created: &CreatedKey) -> Markup {
    html! {
        div.notice role="status" { (visit.text(Text::KeyMade)) }
        div.field {
            label for="key" { (created.key.name) }
            input id="key" readonly value=(created.token.expose()) autocomplete="off" spellcheck="false";
            button.plain type="button" hidden data-copy="key" { (visit.text(Text::Copy)) }
        }
    }
}
