use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::KeysRead;
use ore_domain::{ApiKey, Permission, ServiceAccount};
use ore_errors::ApiError;
use ore_extract::PageForm;

use super::account_path::{PATH, path_of, tag_of};
use super::user_facts::key_card;
use crate::admin::{Admin, RejectedForm, permission_boxes, tag_field};
use crate::components::{link, notice};
use crate::form::{FormView, Kind};
use crate::page_session::PageSession;
use crate::routes::api_keys::NEWEST;
use crate::texts::Text;

/// Which form of the page was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccountForm {
    Edit,
    Deletion,
    /// One without fields that anybody types into.
    Action,
}

/// A service account and its keys.
type AccountDetails = (ServiceAccount, Vec<ApiKey>);

pub(super) async fn page(admin: Admin<KeysRead>) -> Result<HttpResponse, ApiError> {
    let details = load(&admin).await?;
    Ok(admin.render(Text::ServiceAccount, &content(&admin, &details, None)))
}

/// The page once more, and why a form of it was not taken. Who may not see service accounts learns why alone.
pub(super) async fn refused(
    page: &PageSession,
    form: &PageForm,
    which: AccountForm,
    error: ApiError,
) -> Result<HttpResponse, ApiError> {
    if !page.permissions().contains(Permission::KeysRead) {
        return Err(error);
    }
    let details = load(page).await?;
    page.refused(error, Text::ServiceAccount, form, |view| {
        content(page, &details, Some(&RejectedForm { form: which, view }))
    })
}

async fn load(page: &PageSession) -> Result<AccountDetails, ApiError> {
    let (account, keys) = page.services.service_accounts.list_keys(page.key("id")?, NEWEST).await?;
    Ok((account, keys.items))
}

fn content(
    page: &PageSession,
    (account, keys): &AccountDetails,
    rejected: Option<&RejectedForm<'_, AccountForm>>,
) -> Markup {
    let blank = page.blank();
    let view = |form| RejectedForm::view_of(rejected, &form, &blank);
    let path = path_of(account.id);
    html! {
        (notice(page))
        (view(AccountForm::Action).error_notice())
        dl {
            dt { (page.text(Text::Name)) }
            dd { (account.name) }
            dt { (page.text(Text::ClientId)) }
            dd { code { (account.id) } }
            dt { (page.text(Text::KeyPermissions)) }
            dd { (super::roles::permission_list(account.permissions)) }
        }
        h2 { (page.text(Text::KeysTitle)) }
        @if keys.is_empty() { p.quiet { (page.text(Text::NothingFound)) } }
        ul.cards { @for key in keys { li { (key_card(page, key, &format!("{path}/delete-key"))) } } }
        @if page.permissions().contains(Permission::KeysWrite) {
            p { a href={ (path) "/keys" } { (page.text(Text::NewKey)) } }
            h2 { (page.text(Text::ServiceAccount)) }
            (edit_form(view(AccountForm::Edit), account))
            h2 { (page.text(Text::DeleteServiceAccount)) }
            (deletion(view(AccountForm::Deletion), account))
        }
        (link(page, PATH, Text::AdminServiceAccounts))
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
