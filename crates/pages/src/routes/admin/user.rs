use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::UsersRead;
use ore_domain::{Permission, UserId};
use ore_errors::ApiError;
use ore_extract::PageForm;

use super::user_details::{UserDetails, UserForm, user_of};
use super::user_facts::{actions, facts, keys, sessions};
use super::user_forms::forms;
use crate::admin::{Admin, RejectedForm};
use crate::components::{link, notice};
use crate::page_session::PageSession;
use crate::routes::api_keys::NEWEST;
use crate::texts::Text;

pub(super) async fn page(admin: Admin<UsersRead>) -> Result<HttpResponse, ApiError> {
    let details = load(&admin, user_of(&admin)?).await?;
    Ok(admin.render(Text::AdminUser, &content(&admin, &details, None)))
}

/// The page once more, and why a form of it was not taken. Who may not see users learns why alone.
pub(super) async fn refused(
    page: &PageSession,
    form: &PageForm,
    which: UserForm,
    error: ApiError,
) -> Result<HttpResponse, ApiError> {
    if !page.permissions().contains(Permission::UsersRead) {
        return Err(error);
    }
    let details = load(page, user_of(page)?).await?;
    page.refused(error, Text::AdminUser, form, |view| {
        content(page, &details, Some(&RejectedForm { form: which, view }))
    })
}

async fn load(page: &PageSession, id: UserId) -> Result<UserDetails, ApiError> {
    let services = &page.services;
    let user = services.administration.find(id).await?;
    let sessions = services.sessions.of_user(&user).await?;
    let keys = if page.permissions().contains(Permission::KeysRead) {
        Some(services.api_keys.list_of_other(id, NEWEST).await?.items)
    } else {
        None
    };
    Ok(UserDetails { user, roles: services.roles.list().await?, sessions, keys })
}

fn content(page: &PageSession, details: &UserDetails, rejected: Option<&RejectedForm<'_, UserForm>>) -> Markup {
    let blank = page.blank();
    let may_write = page.permissions().contains(Permission::UsersWrite);
    html! {
        (notice(page))
        (RejectedForm::view_of(rejected, &UserForm::Action, &blank).error_notice())
        (facts(page, &details.user))
        @if may_write { (forms(page, details, rejected)) }
        (actions(page, &details.user))
        (sessions(page, details, may_write))
        (keys(page, details))
        (link(page, "/admin/users", Text::AdminUsers))
    }
}
