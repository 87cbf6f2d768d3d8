use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::UsersRead;
use ore_domain::{Permission, UserId};
use ore_errors::ApiError;
use ore_extract::PageForm;

use super::shown_user::{Shown, UserForm, user_of};
use super::user_facts::{deeds, facts, keys, sessions};
use super::user_forms::forms;
use crate::admin::{Admin, Failed};
use crate::components::{link, notice};
use crate::member::Member;
use crate::routes::api_keys::NEWEST;
use crate::texts::Text;

pub(super) async fn page(admin: Admin<UsersRead>) -> Result<HttpResponse, ApiError> {
    let shown = load(&admin, user_of(&admin)?).await?;
    Ok(admin.page(Text::AdminUser, &content(&admin, &shown, None)))
}

/// The page once more, and why a form of it was not taken. Who may not see users learns why alone.
pub(super) async fn refused(
    member: &Member,
    form: &PageForm,
    which: UserForm,
    error: ApiError,
) -> Result<HttpResponse, ApiError> {
    if !member.may().contains(Permission::UsersRead) {
        return Err(error);
    }
    let shown = load(member, user_of(member)?).await?;
    member.refused(error, Text::AdminUser, form, |view| content(member, &shown, Some(&Failed { form: which, view })))
}

async fn load(member: &Member, id: UserId) -> Result<Shown, ApiError> {
    let services = &member.services;
    let user = services.administration.find(id).await?;
    let sessions = services.sessions.of_user(&user).await?;
    let keys = if member.may().contains(Permission::KeysRead) {
        Some(services.api_keys.list_of_other(id, NEWEST).await?.items)
    } else {
        None
    };
    Ok(Shown { user, roles: services.roles.list().await?, sessions, keys })
}

fn content(member: &Member, shown: &Shown, failed: Option<&Failed<'_, UserForm>>) -> Markup {
    let blank = member.blank();
    let may_write = member.may().contains(Permission::UsersWrite);
    html! {
        (notice(member))
        (Failed::view_of(failed, &UserForm::Deed, &blank).fault_notice())
        (facts(member, &shown.user))
        @if may_write { (forms(member, shown, failed)) }
        (deeds(member, &shown.user))
        (sessions(member, shown, may_write))
        (keys(member, shown))
        (link(member, "/admin/users", Text::AdminUsers))
    }
}
