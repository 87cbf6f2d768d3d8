use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::{KeysRead, KeysWrite};
use ore_domain::{Permission, PermissionSet, ServiceAccount};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::CreateServiceAccountRequest;
use ore_web::list::{Listing, ServiceAccountList};

use super::account_path::{PATH, path_of};
use super::list_page::ListPage;
use super::roles::permission_list;
use crate::admin::{Admin, Query, idempotency_key_field, permission_boxes, table};
use crate::completed_action::CompletedAction;
use crate::form::{FormView, Kind};
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;
use crate::timestamp::time;

const COLUMNS: [Text; 3] = [Text::Name, Text::KeyPermissions, Text::MadeAt];

const FIELDS: [(&str, FormField); 2] = [("name", FormField::Text), ("permissions", FormField::Texts)];

pub(super) async fn page(admin: Admin<KeysRead>) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&admin.request);
    let page = ListPage { session: &admin, path: PATH, title: Text::AdminServiceAccounts, query: &query };
    let (asked, selection) = match Listing::<ServiceAccountList>::of_query(&query.for_list(), &admin.state) {
        Ok(listing) => listing.split(),
        Err(error) => return Ok(page.refuse(&error, &html! {})),
    };
    let found = admin.services.service_accounts.list(asked).await?;
    let next = selection.next_cursor(&admin.state, &found)?;
    let rows: Vec<_> = found.items.iter().map(|account| row(&admin, account)).collect();
    let items = table(&admin, Text::AdminServiceAccounts, &COLUMNS, &rows);
    let below = html! { @if admin.permissions().contains(Permission::KeysWrite) { (form_of_new(&admin.blank())) } };
    Ok(page.show(&html! {}, &items, next.as_deref(), &below))
}

/// Creates the account and redirects to its page, if the administrator may see that.
pub(super) async fn create(
    SubmittedForm(admin, form): SubmittedForm<Admin<KeysWrite>>,
) -> Result<HttpResponse, ApiError> {
    match admin.answer_idempotently(&form, || make(&admin, &form)).await {
        Ok(answer) => Ok(answer),
        Err(error) => admin.refused(error, Text::AdminServiceAccounts, &form, form_of_new),
    }
}

async fn make(admin: &Admin<KeysWrite>, form: &PageForm) -> Result<HttpResponse, ApiError> {
    let CreateServiceAccountRequest { name, permissions } = form.decode(&FIELDS, &admin.state.body_rules)?;
    let account = admin.services.service_accounts.create(&admin.actor, name, permissions).await?;
    Ok(see_other(&CompletedAction::ProfileSaved.at(&path_of(account.id))))
}

fn form_of_new(view: &FormView<'_>) -> Markup {
    let fields = html! {
        (idempotency_key_field())
        (view.field("name", Text::Name, Kind::Line))
        (permission_boxes(view, PermissionSet::NONE))
    };
    html! {
        h2 { (view.text(Text::NewServiceAccount)) }
        (view.form(PATH, Text::CreateServiceAccount, &fields))
    }
}

fn row(page: &PageSession, account: &ServiceAccount) -> Vec<Markup> {
    vec![
        html! { a href=(path_of(account.id)) { (account.name) } },
        html! { (permission_list(account.permissions)) },
        time(account.created_at, page.locale),
    ]
}
