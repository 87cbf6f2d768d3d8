use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::KeysRead;
use ore_domain::{ApiKey, Permission, ServiceAccount};
use ore_errors::ApiError;
use ore_extract::PageForm;

use super::account_path::{PATH, path_of, tag_of};
use super::user_facts::key_card;
use crate::admin::{Admin, Failed, permission_boxes, tag_field};
use crate::components::{link, notice};
use crate::form::{FormView, Kind};
use crate::member::Member;
use crate::routes::api_keys::NEWEST;
use crate::texts::Text;

/// Which form of the page was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccountForm {
    Edit,
    Deletion,
    /// One without fields that anybody types into.
    Deed,
}

/// A service account and its keys.
type Shown = (ServiceAccount, Vec<ApiKey>);

pub(super) async fn page(admin: Admin<KeysRead>) -> Result<HttpResponse, ApiError> {
    let shown = load(&admin).await?;
    Ok(admin.page(Text::ServiceAccount, &content(&admin, &shown, None)))
}

/// The page once more, and why a form of it was not taken. Who may not see service accounts learns why alone.
pub(super) async fn refused(
    member: &Member,
    form: &PageForm,
    which: AccountForm,
    error: ApiError,
) -> Result<HttpResponse, ApiError> {
    if !member.may().contains(Permission::KeysRead) {
        return Err(error);
    }
    let shown = load(member).await?;
    member
        .refused(error, Text::ServiceAccount, form, |view| content(member, &shown, Some(&Failed { form: which, view })))
}

async fn load(member: &Member) -> Result<Shown, ApiError> {
    let (account, keys) = member.services.service_accounts.list_keys(member.key("id")?, NEWEST).await?;
    Ok((account, keys.items))
}

fn content(member: &Member, (account, keys): &Shown, failed: Option<&Failed<'_, AccountForm>>) -> Markup {
    let blank = member.blank();
    let view = |form| Failed::view_of(failed, &form, &blank);
    let path = path_of(account.id);
    html! {
        (notice(member))
        (view(AccountForm::Deed).fault_notice())
        dl {
            dt { (member.text(Text::Name)) }
            dd { (account.name) }
            dt { (member.text(Text::ClientId)) }
            dd { code { (account.id) } }
            dt { (member.text(Text::KeyPermissions)) }
            dd { (super::roles::permissions_told(account.permissions)) }
        }
        h2 { (member.text(Text::KeysTitle)) }
        @if keys.is_empty() { p.quiet { (member.text(Text::NothingFound)) } }
        ul.cards { @for key in keys { li { (key_card(member, key, &format!("{path}/delete-key"))) } } }
        @if member.may().contains(Permission::KeysWrite) {
            p { a href={ (path) "/keys" } { (member.text(Text::NewKey)) } }
            h2 { (member.text(Text::ServiceAccount)) }
            (edit_form(view(AccountForm::Edit), account))
            h2 { (member.text(Text::DeleteServiceAccount)) }
            (deletion(view(AccountForm::Deletion), account))
        }
        (link(member, PATH, Text::AdminServiceAccounts))
    }
}

fn edit_form(view: &FormView<'_>, account: &ServiceAccount) -> Markup {
    let fields = html! {
        (tag_field(&tag_of(account)))
        (view.optional("name", Text::Name, Kind::Line, Some(&account.name)))
        (permission_boxes(view, account.permissions))
    };
    view.form(&path_of(account.id), Text::Save, &fields)
}

fn deletion(view: &FormView<'_>, account: &ServiceAccount) -> Markup {
    let fields = html! {
        (tag_field(&tag_of(account)))
        (view.tick("confirmed", "true", view.text(Text::DeleteServiceAccountConfirm), false))
    };
    view.form(&format!("{}/delete", path_of(account.id)), Text::DeleteServiceAccount, &fields)
}
